"""Months of orders for tests, in a few statements: members who order daily, now and then, or no longer."""

import datetime as dt

import numpy as np
from django.contrib.auth import get_user_model

from meals import days
from meals.models import Menu, Order
from recommendations.bulk import record_many, refs_of
from recommendations.domains import domains
from recommendations.models import Event

RATES = (0.8, 0.3, 0.05)


def eat(group, foods, members=60, length=130, seed=0, events=False):
    """`members` new members of nobody's group order lunch for `length` days until yesterday; returns them.

    Each third orders alike often; the last tenth stopped half-way. Everybody has a favourite.
    """
    rng, User = np.random.default_rng(seed), get_user_model()
    users = User.objects.bulk_create(
        User(email=f"eater{n}@example.com", nickname=f"eater{n}", password="!") for n in range(members)
    )
    dates = [days.today() - dt.timedelta(days=n) for n in range(length, 0, -1)]
    menus = Menu.objects.bulk_create(
        Menu(group=group, food=food, date=date, dining_type="lunch", price=food.price, stock=500,
             closes_at=group.closes_at(date, "lunch"))
        for date in dates for food in foods
    )  # fmt: skip
    orders = []
    for n, user in enumerate(users):
        until = length // 2 if n >= members * 0.9 else length
        for day in np.flatnonzero(rng.random(until) < RATES[n % len(RATES)]).tolist():
            pick = n % len(foods) if rng.random() < 0.7 else int(rng.integers(len(foods)))
            orders.append(_order(user, menus[day * len(foods) + pick]))
    Order.objects.bulk_create(orders)
    if events:
        _record(orders)
    return users


def _order(user, menu):
    at = menu.closes_at - dt.timedelta(hours=1)
    return Order(user=user, menu=menu, group=menu.group, food=menu.food, date=menu.date, dining_type="lunch",
                 price=menu.price, status="delivered", created_at=at)  # fmt: skip


def _record(orders):
    domain = domains["meals"]
    refs = refs_of(domain, {str(order.food_id) for order in orders})
    rows = [
        Event(user=order.user, domain="meals", verb="order", item_id=str(order.food_id), revision_id=refs[str(order.food_id)],
              occurred_at=order.created_at, context=str(order.menu_id))
        for order in sorted(orders, key=lambda order: order.created_at)
    ]  # fmt: skip
    record_many(domain, rows)
