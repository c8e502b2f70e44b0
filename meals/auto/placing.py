"""Orders for many members in one transaction, each at most once whatever else runs: commands, members in their tabs, crashes.

A batch first claims its members' slots by inserting result rows, whose unique constraint makes every other run wait and then
find them taken. Then the members' models are locked and learn, then menus and makers' days are locked and counted. An order
that a member made meanwhile is seen after the locks: the batch is rolled back and tried again without that member.
"""

import random
import time
from collections import Counter

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import F

from meals import notices
from meals.auto.plan import BY_SITE, Reason
from meals.models import AutoOrderResult, MakerDay, Menu, Order
from meals.services import stock
from meals.services.orders import fill
from recommendations import bulk
from recommendations.domains import domains
from recommendations.models import Event

BATCH = 250
ATTEMPTS = 6
WRITE = 500
Outcome = AutoOrderResult.Outcome


class Stores:
    """What is left of menus and makers' days, counted down in memory; the database has the last word."""

    def __init__(self, menus, date):
        self.menu = {menu.pk: menu.left for menu in menus}
        self.maker = {menu.food.maker_id: menu.food.maker.capacity for menu in menus}
        days = MakerDay.objects.filter(date=date, maker__in=self.maker)
        self.maker |= {day.maker_id: day.capacity - day.ordered for day in days}

    def take(self, menu):
        """Whether a meal was left; it is taken then."""
        if self.menu[menu.pk] <= 0 or self.maker[menu.food.maker_id] <= 0:
            return False
        self.menu[menu.pk] -= 1
        self.maker[menu.food.maker_id] -= 1
        return True


class _Raced(Exception):
    """Somebody else was faster: roll back and look again."""


def place(batch, run, refs, now):
    """Place the orders of [(wish, menus best first)]; returns (orders, {member: reason} of those who got none)."""
    for attempt in range(ATTEMPTS):
        try:
            with transaction.atomic():
                return _place(batch, run, refs, now)
        except (_Raced, IntegrityError, OperationalError):
            if attempt == ATTEMPTS - 1:
                raise
            time.sleep(random.uniform(0, 0.05 * 2**attempt))
    return [], {}


def _place(batch, run, refs, now):
    free = _free(_claim(batch, run, now), run)
    menus = {menu.pk: menu for _wish, choices in free for menu in choices}
    stores = Stores(Menu.objects.for_cards().filter(pk__in=menus), run.date)
    orders, left = [], {}
    for wish, choices in free:
        menu = next((menu for menu in choices if stores.take(menu)), None)
        if menu is None:
            left[wish.user.pk] = why_none(choices)
        else:
            orders.append(_order(wish, menu, now))
    if orders:
        _learn(orders, refs, now)
        _count(orders, now)
        if _standing([order.user_id for order in orders], run):
            raise _Raced
        Order.objects.bulk_create(orders, batch_size=WRITE)
        _settle(orders, run, now)
        notices.send([notices.about(order, "meal-ordered", notices.ORDERED) for order in orders])
    return orders, left


def why_none(choices):
    """Of somebody with allowed menus and no meal: all of them sold out, or all rejected earlier."""
    return Reason.SOLD_OUT if choices else Reason.LIMITS


def _claim(batch, run, now):
    """Insert the members' result rows; those whose row another run has made and filled drop out."""
    slot = {"date": run.date, "dining_type": run.dining_type}
    rows = [
        AutoOrderResult(user_id=wish.user.pk, outcome=Outcome.SKIPPED, run=run, created_at=now, **slot)
        for wish, _choices in sorted(batch, key=lambda pair: pair[0].user.pk)
    ]
    AutoOrderResult.objects.bulk_create(rows, ignore_conflicts=True, batch_size=WRITE)
    users = [row.user_id for row in rows]
    locked = AutoOrderResult.objects.select_for_update(of=("self",)).filter(user__in=users, **slot).order_by("user_id")
    settled = {row.user_id for row in locked.select_related("order") if not _open(row)}
    return [pair for pair in batch if pair[0].user.pk not in settled]


def _open(row):
    """Whether a member may still get a meal: none was ordered for them, or the site took it back."""
    if row.outcome != Outcome.ORDERED:
        return True
    return row.order is not None and row.order.status == Order.Status.CANCELLED and row.order.reason in BY_SITE


def _free(batch, run):
    """Those of the batch who have not ordered since the plan was made."""
    standing = _standing([wish.user.pk for wish, _choices in batch], run)
    return [(wish, choices) for wish, choices in batch if wish.user.pk not in standing]


def _standing(users, run):
    slot = Order.objects.filter(user__in=users, date=run.date, dining_type=run.dining_type)
    return set(slot.exclude(reason__in=BY_SITE).values_list("user_id", flat=True))


def _order(wish, menu, now):
    order = Order(user_id=wish.user.pk, menu=menu, food=menu.food, placed_by=Order.PlacedBy.AUTO, created_at=now)
    return fill(order, menu)


def _learn(orders, refs, now):
    events = [
        Event(
            user_id=order.user_id,
            domain="meals",
            item_id=str(order.food_id),
            revision_id=refs[str(order.food_id)],
            verb="order",
            context=str(order.menu_id),
            occurred_at=now,
        )
        for order in orders
    ]
    bulk.record_many(domains["meals"], events)


def _count(orders, now):
    """Take the meals of all orders, in as many updates as there are menus and makers."""
    numbers = Counter(order.menu_id for order in orders)
    makers = Counter()
    for pk, menu in stock.locked_menus(*numbers).items():
        if menu.state(now) != "open" or menu.left < numbers[pk]:
            raise _Raced
        Menu.objects.filter(pk=pk).update(ordered=F("ordered") + numbers[pk])
        makers[menu.food.maker, menu.date] += numbers[pk]
    for (maker, date), number in sorted(makers.items(), key=lambda pair: pair[0][0].pk):
        if not stock.try_capacity(maker, date, number):
            raise _Raced


def _settle(orders, run, now):
    """Write the orders onto the rows that were claimed."""
    rows = [
        AutoOrderResult(
            user_id=order.user_id,
            date=run.date,
            dining_type=run.dining_type,
            run=run,
            order=order,
            outcome=Outcome.ORDERED,
            created_at=now,
        )
        for order in orders
    ]
    # An insert that meets the claims and fills them: one statement, where an update of many rows would be many.
    AutoOrderResult.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["user", "date", "dining_type"],
        update_fields=["run", "order", "outcome", "reason", "mailed_at", "mail_claimed_at"],
        batch_size=WRITE,
    )
