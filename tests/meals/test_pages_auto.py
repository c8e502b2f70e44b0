"""Automatic orders by page: what is allowed, what is refused, what came of it."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from meals.models import AutoOrder, AutoOrderResult


@pytest.fixture
def as_user(client):
    """Return a function that logs the client in."""

    def login(user):
        client.force_login(user)
        return client

    return login


def test_automatic_orders_are_set_by_page(as_user, alice, company, korean, salad):
    client, url = as_user(alice), reverse("meals:auto")
    assert client.get(url).status_code == 200
    first = timezone.localdate() + dt.timedelta(days=20)
    data = {
        "dining_type": "lunch",
        "enabled": "on",
        "max_price": "11000",
        "exclude_allergens": ["egg", "shrimp"],
        "exclude_types": ["salad"],
        "weekdays_off": ["4"],
        "off_from": first.isoformat(),
        "off_until": (first + dt.timedelta(days=1)).isoformat(),
    }
    assert client.post(url, data).url == url
    row = AutoOrder.objects.get(user=alice)
    days = [first.isoformat(), (first + dt.timedelta(days=1)).isoformat()]
    assert (row.enabled, row.max_price, row.exclude_allergens, row.exclude_types, row.weekdays_off, row.days_off) == (
        True,
        11000,
        ["egg", "shrimp"],
        ["salad"],
        [4],
        days,
    )
    client.post(url, {"dining_type": "lunch", "days_off": days[:1]})
    row.refresh_from_db()
    assert (row.enabled, row.max_price, row.days_off) == (False, None, days[:1])


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"max_price": "-1"}, "max_price"),
        ({"max_price": "cheap"}, "max_price"),
        ({"exclude_allergens": "gold"}, "exclude_allergens"),
        ({"exclude_types": "nosuch"}, "exclude_types"),
        ({"tags": "없는 태그"}, "exclude_types"),
        ({"weekdays_off": "7"}, "weekdays_off"),
        ({"off_from": "2020-01-01"}, "off_from"),
        ({"off_until": "2030-01-01"}, "off_from"),
        ({"off_from": "2030-01-02", "off_until": "2030-01-01"}, "off_until"),
        ({"off_from": "2030-01-01", "off_until": "2031-01-01"}, "off_until"),
    ],
)
def test_limits_that_are_none_are_named(as_user, alice, company, korean, data, field):
    response = as_user(alice).post(reverse("meals:auto"), {"dining_type": "lunch", **data})
    found = {name for form, _served in response.context["forms"] for name in form.errors}
    assert (response.status_code, found) == (400, {field})
    assert AutoOrder.objects.count() == 0


def test_an_unknown_meal_is_refused(as_user, alice, company):
    assert as_user(alice).post(reverse("meals:auto"), {"dining_type": "brunch"}).status_code == 400
    assert AutoOrder.objects.count() == 0


def test_what_came_of_automatic_orders_is_said(as_user, alice, bob, company):
    day = timezone.localdate()
    for user in (alice, bob):
        AutoOrderResult.objects.create(user=user, date=day, dining_type="lunch", outcome="skipped", reason="limits")
    response = as_user(alice).get(reverse("meals:auto"), HTTP_ACCEPT_LANGUAGE="en")
    assert [row.user_id for row in response.context["results"]] == [alice.pk]
    assert "nothing within the limits" in response.content.decode()
