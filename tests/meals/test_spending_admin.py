"""The admin's page of spending: right figures, before there is anything too, and for whom it may concern only."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from meals.admin.charts import Point, Series, chart
from meals.models import SpendingForecast
from ml.models import ModelVersion
from recommendations.tasks import train_family
from tests.meals.past import eat

OVERVIEW = "admin:meals_spendingforecast_changelist"
MEMBERS = "admin:meals_spendingforecast_members"
FORECAST = "admin:meals_spendingforecast_forecast"
EXPORT = "admin:meals_spendingforecast_export"
PAGES = (OVERVIEW, MEMBERS, EXPORT)


@pytest.fixture
def boss(client, staff):
    client.force_login(staff)
    return client


@pytest.fixture
def helper(make_user):
    """A function that makes staff with some permissions."""

    def make(*names):
        user = make_user(f"helper{len(names)}", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(content_type__app_label="meals", codename__in=names))
        return user

    return make


@pytest.fixture
def rows(company, make_user):
    """Three members in two segments."""
    values = [(300_000, "regulars", 0.99), (100_000, "regulars", 0.97), (5_000, "leaving", 0.1)]
    return [
        SpendingForecast.objects.create(
            user=make_user(f"m{n}"), expected=expected, low=expected // 2, high=2 * expected, will_order=will,
            segment=segment, recency=n, frequency=9 - n, orders=7, amount=9000 + n, made_at=timezone.now(), version="v",
        )
        for n, (expected, segment, will) in enumerate(values)
    ]  # fmt: skip


def text(client, name):
    response = client.get(reverse(name))
    assert response.status_code == 200
    return response.content.decode()


def test_with_nothing_it_says_what_to_do(boss):
    page = text(boss, OVERVIEW)
    assert "manage.py train meals --family spending" in page
    assert '<svg class="moa-chart"' not in page
    boss.post(reverse(FORECAST))
    assert not SpendingForecast.objects.exists()


def test_with_a_model_and_no_forecast(boss, company, food):
    eat(company, [food])
    train_family("meals", "spending")
    page = text(boss, OVERVIEW)
    assert "다시 예측" in page or "Forecast anew" in page
    assert "two_stage" in page
    assert boss.post(reverse(FORECAST)).status_code == 302
    assert SpendingForecast.objects.count() > 50
    page = text(boss, OVERVIEW)
    total = sum(SpendingForecast.objects.values_list("expected", flat=True))
    assert f"{total:,}" in page
    assert page.count('<svg class="moa-chart"') == 3
    version = ModelVersion.objects.get(family="spending")
    assert reverse("admin:ml_modelversion_change", args=[version.pk]) in page


def test_totals_by_segment(boss, rows):
    context = boss.get(reverse(OVERVIEW)).context
    regulars, leaving = context["segments"]
    assert (regulars["segment"], regulars["members"], regulars["expected"], regulars["mean"]) == (
        "regulars",
        2,
        400_000,
        200_000,
    )
    assert regulars["will_order"] == pytest.approx(98)
    assert (regulars["low"], regulars["high"], leaving["expected"]) == (100_000, 400_000, 5_000)
    assert context["total"] == {"members": 3, "expected": 405_000, "will_order": pytest.approx(206 / 3)}


def test_the_overview_in_few_queries(boss, rows, django_assert_num_queries):
    boss.get(reverse(OVERVIEW))
    with django_assert_num_queries(6):  # session, user; segments, version and time, the version, points
        boss.get(reverse(OVERVIEW))


def test_an_older_version_without_deciles_and_one_not_evaluated(boss, rows):
    for metrics in ({"note": "not evaluated: too few"}, {"table": {"zero": {"mae": 1, "mape": 1, "rmse": 1, "total": 0}},
                    "members": 3, "mean": 1.0, "zero_share": 0.5, "clipped_at": 9.0, "interval": {"covered": 0.8}}):  # fmt: skip
        ModelVersion.objects.update_or_create(
            domain="meals", family="spending", version="v", defaults={"number": 1, "metrics": metrics}
        )
        assert "regulars" in text(boss, OVERVIEW)


def test_members_by_segment_and_as_csv(boss, rows):
    page = boss.get(reverse(MEMBERS), {"segment__exact": "leaving"}).content.decode()
    assert ("m2" in page, "m0" in page) == (True, False)
    sheet = boss.post(reverse(EXPORT), {"format": "0", "resource": "0"}).content.decode().splitlines()
    assert sheet[0].startswith("\ufeff회원 번호,회원,회원군,예상 금액(원)")
    assert f"{rows[0].user_id},m0,regulars,300000,150000,600000,0.99" in sheet[1]
    assert len(sheet) == 4


@pytest.mark.parametrize("page", [*PAGES, FORECAST])
def test_without_permission_it_is_refused(client, helper, rows, page):
    client.force_login(helper("view_order"))
    assert client.get(reverse(page)).status_code in (403, 405)
    assert client.post(reverse(page)).status_code == 403


@pytest.mark.parametrize("name", ["order", "food", "maker", "group", "menu"])
def test_files_go_out_to_who_may_look_and_come_in_from_who_may_write(client, helper, name):
    client.force_login(helper())
    assert client.post(reverse(f"admin:meals_{name}_export"), {"format": "0", "resource": "0"}).status_code == 403
    client.force_login(helper(f"view_{name}"))
    assert client.get(reverse(f"admin:meals_{name}_export")).status_code == 200
    if name != "order":
        client.force_login(helper(f"view_{name}", f"add_{name}"))
        assert client.get(reverse(f"admin:meals_{name}_import")).status_code == 403
        client.force_login(helper(f"view_{name}", f"add_{name}", f"change_{name}"))
        assert client.get(reverse(f"admin:meals_{name}_import")).status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_it_is_for_staff(client, alice, rows, page):
    assert client.get(reverse(page)).status_code == 302
    client.force_login(alice)
    assert client.get(reverse(page)).status_code == 302


def test_who_may_look_may_not_forecast(client, helper, rows):
    client.force_login(helper("view_spendingforecast"))
    page = text(client, OVERVIEW)
    assert reverse(FORECAST) not in page
    assert "/modelversion/" not in page
    assert client.post(reverse(FORECAST)).status_code == 403
    assert client.get(reverse(FORECAST)).status_code == 405
    assert client.get(reverse("admin:meals_spendingforecast_change", args=[rows[0].pk])).status_code == 200
    assert client.get(reverse("admin:meals_spendingforecast_delete", args=[rows[0].pk])).status_code == 403


@pytest.mark.parametrize(
    ("points", "log"),
    [
        ([], False),
        ([(0, 0)], True),
        ([(5, 5), (5, 5)], False),
        ([(0.0, 1e9), (1e-9, 3)], True),
        ([(-3, 2), (4, -1)], False),
    ],
)
def test_pictures_of_any_numbers(points, log):
    drawn = chart(
        [Series("s", [Point(x, y, "p") for x, y in points], line=True)], "x", "y", log=(log, log), diagonal=True
    )
    for one in drawn["series"][0]["points"]:
        assert 0 <= one["x"] <= drawn["width"]
        assert 0 <= one["y"] <= drawn["height"]
    assert 1 <= len(drawn["x"].ticks) <= 15


def test_labels_on_one_another_are_left_out():
    points = [Point(0, 0, "a"), Point(0.001, 0, "b", marked=True), Point(1, 1, "c")]
    drawn = chart([Series("s", points)], "x", "y")["series"][0]["points"]
    assert [one["label"] for one in drawn] == ["", "b", "c"]
