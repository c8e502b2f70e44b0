"""What each page of meals costs, in queries; the numbers do not grow with the rows."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from meals import services
from meals.models import Menu, Order

HTMX = {"HTTP_HX_REQUEST": "true"}
#: Session and member.
LOGIN = 2


@pytest.fixture
def busy(alice, company, public, make_menu, make_food, tomorrow):
    """Eight dishes on the company's menu and on the public one; alice has eaten three and ordered one."""
    foods = [make_food(f"음식 {number}", price=8000 + number * 100) for number in range(8)]
    for group in (company, public):
        for food in foods:
            make_menu(food, group=group)
    past = timezone.localdate() - dt.timedelta(days=3)
    for number, food in enumerate(foods[:3]):
        day = past - dt.timedelta(days=number)
        closes = timezone.now() - dt.timedelta(days=2)
        menu = Menu.objects.create(group=company, food=food, date=day, price=9000, ordered=1, closes_at=closes)
        Order.objects.create(
            user=alice,
            menu=menu,
            group=company,
            food=food,
            date=day,
            dining_type="lunch",
            price=9000,
            status="delivered",
        )
    order = services.order_place(user=alice, menu=Menu.objects.filter(group=company, date=tomorrow).first())[0]
    return foods, order


def count(client, django_assert_num_queries, url, number, **headers):
    client.get(url, **headers)
    with django_assert_num_queries(number):
        response = client.get(url, **headers)
    assert response.status_code == 200


@pytest.mark.parametrize(("name", "number"), [("today", 7), ("makers", 2), ("group", 3)])
def test_for_visitors(client, busy, django_assert_num_queries, name, number):
    count(client, django_assert_num_queries, reverse(f"meals:{name}"), number)


@pytest.mark.parametrize(("name", "number"), [("today", 11), ("makers", 2), ("group", 3), ("orders", 6), ("auto", 6)])
def test_for_members(client, alice, busy, django_assert_num_queries, name, number):
    client.force_login(alice)
    count(client, django_assert_num_queries, reverse(f"meals:{name}"), LOGIN + number)


def test_a_food_and_a_restaurant(client, alice, busy, django_assert_num_queries):
    foods, _order = busy
    food, maker = foods[0].get_absolute_url(), reverse("meals:maker", args=[foods[0].maker_id])
    # food, menus, ratings
    count(client, django_assert_num_queries, food, 3, HTTP_SEC_PURPOSE="prefetch")
    # restaurant, menus, number of foods, foods
    count(client, django_assert_num_queries, maker, 4)
    client.force_login(alice)
    # and allergens to avoid, own groups, orders of those days, the own order, what was said
    count(client, django_assert_num_queries, food, LOGIN + 7, HTTP_SEC_PURPOSE="prefetch")
    count(client, django_assert_num_queries, maker, LOGIN + 4)


def test_an_order(client, alice, busy, django_assert_num_queries):
    """Order, menus; what the feed asks for; likes, allergens to avoid."""
    _foods, order = busy
    client.force_login(alice)
    count(client, django_assert_num_queries, order.get_absolute_url(), LOGIN + 10)
