"""Stock and capacity: every order passes through `take`, every cancellation through `release`, inside a transaction.

Rows are locked in one order everywhere: members' models, then menus by key, then makers' days by key, then orders. The
database holds the same rules as constraints, so that no other way of writing can oversell.
"""

from collections import Counter

from django.db.models import F

from meals import errors
from meals.models import Food, MakerDay, Menu


def locked_menus(*pks):
    """The menus with their rows locked, by key; food and maker are read after the locks, and so as they are now."""
    rows = Menu.objects.select_for_update(of=("self",)).select_related("group").filter(pk__in=pks).order_by("pk")
    menus = {menu.pk: menu for menu in rows}
    foods = Food.objects.select_related("maker", "food_type").in_bulk({menu.food_id for menu in menus.values()})
    for menu in menus.values():
        menu.food = foods[menu.food_id]
    return menus


def take(menu, at):
    """Take one meal of a locked menu. Conflict where it cannot be had."""
    state = menu.state(at)
    if state != "open":
        raise errors.not_orderable(state)
    if not try_capacity(menu.food.maker, menu.date, 1):
        raise errors.not_orderable("capacity")
    menu.ordered += 1
    Menu.objects.filter(pk=menu.pk).update(ordered=F("ordered") + 1)


def try_capacity(maker, date, number):
    """Take `number` of a maker's meals of a day; False where it cannot make them."""
    day, _created = MakerDay.objects.get_or_create(maker=maker, date=date, defaults={"capacity": maker.capacity})
    free = MakerDay.objects.filter(pk=day.pk, ordered__lte=F("capacity") - number)
    return bool(free.update(ordered=F("ordered") + number))


def release(menu, number=1):
    """Give back meals of a locked menu."""
    menu.ordered -= number
    Menu.objects.filter(pk=menu.pk).update(ordered=F("ordered") - number)
    days = MakerDay.objects.filter(maker=menu.food.maker_id, date=menu.date)
    days.update(ordered=F("ordered") - number)


def release_orders(orders):
    """Give back the meals of many orders at once (their menus are locked here); the caller cancels or deletes them."""
    numbers = Counter(order.menu_id for order in orders)
    for menu in locked_menus(*numbers).values():
        release(menu, numbers[menu.pk])
