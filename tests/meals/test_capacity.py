"""Fifty at once: no meal is sold twice and nobody gets two, on SQLite and on a real PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from common.errors import Conflict
from meals import services
from meals.models import GroupMembership, MakerDay, Menu, Order
from recommendations.models import Event

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
PEOPLE, STOCK = 50, 7


def at_once(function, arguments):
    """Call `function` for all arguments in as many threads, starting together."""
    barrier = Barrier(len(arguments))

    def call(argument):
        barrier.wait()
        try:
            return function(argument)
        except Conflict as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(arguments)) as pool:
        return list(pool.map(call, arguments))


@pytest.fixture
def people(make_user, company):
    users = [make_user(f"user{n}") for n in range(PEOPLE)]
    GroupMembership.objects.filter(user__in=users).delete()
    for user in users:
        services.group_join(user=user, group=company)
    return users


def counts(menu):
    menu = Menu.objects.get(pk=menu.pk)
    day = MakerDay.objects.get(maker=menu.food.maker, date=menu.date)
    return Order.objects.live().filter(menu=menu).count(), menu.ordered, day.ordered


def test_fifty_order_seven_meals(people, make_menu):
    menu = make_menu(stock=STOCK)
    results = at_once(lambda user: services.order_place(user=user, menu=menu)[1], people)
    assert sorted(map(str, results)) == ["True"] * STOCK + ["sold_out"] * (PEOPLE - STOCK)
    assert counts(menu) == (STOCK, STOCK, STOCK)
    assert Event.objects.filter(domain="meals", verb="order").count() == STOCK


def test_fifty_order_from_a_maker_of_seven_meals_over_two_menus(people, maker, make_menu, make_food):
    services.maker_save(maker, capacity=STOCK)
    menus = [make_menu(stock=50), make_menu(make_food("비빔밥"), stock=50)]
    results = at_once(lambda n: services.order_place(user=people[n], menu=menus[n % 2])[1], range(PEOPLE))
    assert sorted(map(str, results)) == ["True"] * STOCK + ["capacity"] * (PEOPLE - STOCK)
    assert Order.objects.count() == STOCK == MakerDay.objects.get().ordered


def test_one_member_in_many_tabs_gets_one_meal(alice, make_menu, make_food):
    menus = [make_menu(make_food(f"메뉴{n}"), stock=50) for n in range(5)]
    results = at_once(lambda n: services.order_place(user=alice, menu=menus[n % 5])[0].pk, range(20))
    assert Order.objects.live().count() == 1
    assert {result for result in results if result != "has_order"} == {Order.objects.get().pk}
    assert sum(Menu.objects.values_list("ordered", flat=True)) == 1
    assert Event.objects.filter(user=alice).count() == 1


def test_crossing_changes_do_not_block_each_other(people, make_menu, make_food):
    menus = [make_menu(stock=PEOPLE), make_menu(make_food("비빔밥"), stock=PEOPLE)]
    some = people[:20]
    orders = [services.order_place(user=user, menu=menus[n % 2])[0] for n, user in enumerate(some)]

    def swap(n):
        return services.order_change(user=some[n], order=orders[n], menu=menus[1 - n % 2]).menu_id

    assert at_once(swap, range(20)) == [menus[1 - n % 2].pk for n in range(20)]
    assert [counts(menu)[:2] for menu in menus] == [(10, 10), (10, 10)]
    assert MakerDay.objects.get().ordered == 20


def test_a_menu_is_withdrawn_while_many_order(people, make_menu):
    menu = make_menu(stock=PEOPLE)

    def act(n):
        return services.menu_withdraw(menu=menu) if n == 10 else services.order_place(user=people[n], menu=menu)[1]

    at_once(act, range(30))
    assert counts(menu) == (0, 0, 0) if MakerDay.objects.exists() else True
    assert not Order.objects.live().exists()
    cancelled = Order.objects.filter(status="cancelled", reason="withdrawn")
    assert all(order.user.notifications.filter(kind="meal-withdrawn").exists() for order in cancelled)
