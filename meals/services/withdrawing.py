"""Menus that are taken back: orders are cancelled or moved to another menu, and the members are told."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import Conflict
from meals import notices
from meals.days import today
from meals.models import Menu, Order
from meals.services import stock

#: So many menus at a time, so that no transaction holds all the rows of a maker's year.
BATCH = 200
SOON = timedelta(seconds=1)


def menu_withdraw(*, menu, replacement=None):
    """Take a menu back. Its orders move to `replacement` (same group and slot) while that lasts, else are cancelled."""
    if menu.date < today():
        raise ValidationError(_("This menu is over; there is nothing to withdraw."), code="over")
    if replacement is not None and (replacement.pk == menu.pk or _slot(replacement) != _slot(menu)):
        message = _("The replacement must be another menu of the same group, day and meal.")
        raise ValidationError({"replacement": ValidationError(message, code="slot")})
    return withdraw_menus(Menu.objects.filter(pk=menu.pk), replacement=replacement)


def _slot(menu):
    return (menu.group_id, menu.date, menu.dining_type)


def withdraw_menus(menus, *, reason=Order.Reason.WITHDRAWN, replacement=None):
    """Withdraw the menus of a query set; returns how many orders were concerned. Those withdrawn already stay as they are."""
    pks = list(menus.filter(status=Menu.Status.OFFERED).order_by("pk").values_list("pk", flat=True))
    return sum(_withdraw(pks[n : n + BATCH], reason, replacement) for n in range(0, len(pks), BATCH))


@transaction.atomic
def _withdraw(pks, reason, replacement):
    wanted = {*pks, *([replacement.pk] if replacement else [])}
    locked = stock.locked_menus(*wanted)
    target = locked.pop(replacement.pk, None) if replacement else None
    for menu in locked.values():
        menu.status = Menu.Status.WITHDRAWN
        menu.save(update_fields=["status"])
    orders = Order.objects.select_for_update(of=("self",)).select_related("food")
    orders = list(orders.filter(menu__in=list(locked), status=Order.Status.PLACED).order_by("pk"))
    told = [_move_or_cancel(order, locked[order.menu_id], reason, target) for order in orders]
    notices.send(told)
    return len(orders)


def _move_or_cancel(order, menu, reason, target):
    """Returns the notice for the member."""
    stock.release(menu)
    now = timezone.now()
    order.status, order.reason, order.cancelled_at = Order.Status.CANCELLED, reason, now
    order.save(update_fields=["status", "reason", "cancelled_at"])
    if target is None or not _take(target, order):
        return notices.about(order, f"meal-{reason}", notices.CANCELLED[reason])
    moved = Order(user_id=order.user_id, menu=target, food=target.food, placed_by=order.placed_by, created_at=now)
    moved.group_id, moved.date, moved.dining_type = order.group_id, order.date, order.dining_type
    # The member did not choose this: they and their company pay no more than for what they ordered.
    moved.price = min(order.price, target.price)
    moved.subsidy = min(order.subsidy, moved.price)
    moved.save(force_insert=True)
    return notices.about(moved, "meal-moved", notices.MOVED)


def _take(target, order):
    """Take a meal of the replacement; at the time of the order, since whoever ordered in time keeps a meal."""
    try:
        stock.take(target, min(order.created_at, target.closes_at - SOON))
    except Conflict:
        return False
    return True
