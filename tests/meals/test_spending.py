"""The spending forecast: from orders to rows per member, again and again the same, gone with the account."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.hooks import hooks
from accounts.services import erase
from meals import spending, tasks
from meals.models import Order, SpendingForecast
from ml import release
from ml.models import ModelVersion
from recommendations.tasks import train_family
from tests.meals.past import eat

FIELDS = [field.attname for field in SpendingForecast._meta.concrete_fields if field.name != "made_at"]


@pytest.fixture
def eaters(company, food):
    return eat(company, [food])


@pytest.fixture
def trained(eaters):
    return train_family("meals", "spending")


def rows(*fields):
    return list(SpendingForecast.objects.order_by("pk").values_list(*(fields or FIELDS)))


def test_live_orders_are_purchases(company, food, eaters, django_assert_num_queries):
    Order.objects.filter(user=eaters[0]).update(status="cancelled", cancelled_at=timezone.now())
    with django_assert_num_queries(1):
        bought, users = spending.purchases()
    assert len(bought) == Order.objects.live().count()
    assert users.tolist() == [user.pk for user in eaters if user != eaters[0] and user.meal_orders.exists()]
    assert set(bought.amount.tolist()) == {9000.0}
    last = Order.objects.live().latest("created_at")
    assert bought.day[-1] == last.created_at.timestamp() / 86_400
    assert len(spending.purchases(last.created_at)[0]) < len(bought)


def test_it_is_trained_and_evaluated_like_a_family(trained):
    trained.refresh_from_db()
    assert (trained.status, trained.rows) == ("production", Order.objects.count())
    assert {"two_stage", "mae", "mape", "mse", "log", "neighbours", "zero"} <= set(trained.metrics["table"])
    assert bytes(trained.picture).startswith(b"\x89PNG")
    call_command("train", "meals", "--family", "spending")
    assert ModelVersion.objects.filter(family="spending").count() == 1


def test_too_few_orders_train_nothing(company, food, make_menu, alice):
    with pytest.raises(ValueError, match="no purchases to learn from"):
        train_family("meals", "spending")
    eat(company, [food], members=10, length=40)
    with pytest.raises(ValueError, match="are too few; needed are two windows"):
        train_family("meals", "spending")


def test_everybody_who_ordered_has_a_forecast(trained, eaters):
    assert tasks.forecast_spending() == SpendingForecast.objects.count() == len(set(rows("user_id")))
    assert set(rows("version")) == {(trained.version,)}
    for row in SpendingForecast.objects.all():
        assert 0 <= row.low <= row.high
        assert 0 <= row.will_order <= 1
        assert (row.amount, row.orders) == (9000, row.user.meal_orders.count())
    often, gone = SpendingForecast.objects.get(user=eaters[0]), SpendingForecast.objects.get(user=eaters[57])
    assert 150_000 < often.expected < 300_000
    assert gone.expected < often.expected / 4
    assert gone.segment != often.segment
    assert gone.recency > 60


@pytest.mark.postgres
def test_twice_is_once_and_what_is_older_goes(trained, eaters):
    at = timezone.now()
    assert spending.forecast(at) == spending.forecast(at)
    before = rows()
    spending.forecast(at)
    assert rows() == before
    Order.objects.filter(user=eaters[1]).delete()
    spending.forecast(at + dt.timedelta(minutes=1))
    assert not SpendingForecast.objects.filter(user=eaters[1]).exists()
    Order.objects.all().delete()
    assert spending.forecast(at + dt.timedelta(minutes=2)) == SpendingForecast.objects.count() == 0


def test_few_queries_however_many_members(trained, django_assert_num_queries):
    spending.forecast()  # opens the model
    with django_assert_num_queries(7):  # revisions, orders; a savepoint: members, rows, what is older
        assert spending.forecast() > 50


def test_without_a_model_nothing_is_touched(eaters):
    assert tasks.forecast_spending() == 0
    assert not SpendingForecast.objects.exists()


def test_a_new_model_makes_new_forecasts(eaters, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        train_family("meals", "spending")
    assert SpendingForecast.objects.count() > 50


def test_other_models_make_none(trained):
    trained.family = "popularity"
    spending.promoted(trained, None)
    assert not SpendingForecast.objects.exists()
    assert spending.promoted in release.listeners


def test_the_account_takes_it_along_and_is_erased_with_it(trained, eaters):
    spending.forecast()
    found = hooks.export(eaters[0])["meals"]["spending_forecast"]
    assert [row["expected"] for row in found] == [SpendingForecast.objects.get(user=eaters[0]).expected]
    number, rest = SpendingForecast.objects.count(), [user.pk for user in eaters[1:]]
    erase(eaters[0])
    assert SpendingForecast.objects.count() == SpendingForecast.objects.filter(user__in=rest).count() == number - 1
