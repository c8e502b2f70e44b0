"""Ordering, cancelling, changing and rating a meal."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common import html
from meals import errors, notices
from meals.models import Order
from meals.services import stock
from meals.services.groups import join_public
from recommendations.services import record_event, take_back

COMMENT_LENGTH = 500
Status, Reason = Order.Status, Order.Reason


class _Standing(Exception):
    """Rolls back what was recorded for something that had been done already."""

    def __init__(self, order):
        self.order = order


def order_place(*, user, menu, recommendation_id=None, at=None):
    """Order a meal. Returns the order and whether it is new: the same menu again changes nothing.

    Raises
    ------
    PermissionDenied : the menu is for another group.
    Conflict : withdrawn, sold out, over, the maker is full or closed, or another meal is ordered for this slot.
    """
    at = at or timezone.now()
    _may_order(user, menu)
    try:
        with transaction.atomic():
            _standing(user, menu)
            _record(user, menu, "order", recommendation_id)
            return _place(user, menu.pk, at), True
    except _Standing as standing:
        return standing.order, False


def order_cancel(*, user, order, reason=Reason.MEMBER, at=None):
    """Cancel an order until its cutoff. Returns it and whether anything changed; staff (another reason) may any time."""
    at = at or timezone.now()
    by_member = reason == Reason.MEMBER
    if by_member and order.user_id != user.pk:
        raise errors.not_yours()
    try:
        with transaction.atomic():
            if by_member:
                _record(order.user, order.menu, "cancel")
            menu = stock.locked_menus(order.menu_id)[order.menu_id]
            order = _locked(order)
            if order.status == Status.CANCELLED:
                raise _Standing(order)
            _check_open(order, menu, at, by_member)
            stock.release(menu)
            _end(order, reason, at)
            if not by_member:
                notices.send([notices.about(order, f"meal-{reason}", notices.CANCELLED[reason])])
            return order, True
    except _Standing as standing:
        return standing.order, False


def order_change(*, user, order, menu, recommendation_id=None, at=None):
    """Swap an order for another menu of the same slot, all or nothing. Returns the order that stands."""
    at = at or timezone.now()
    if order.user_id != user.pk:
        raise errors.not_yours()
    _may_order(user, menu)
    if (menu.date, menu.dining_type) != (order.date, order.dining_type):
        raise errors.other_slot()
    with transaction.atomic():
        if menu.pk != order.menu_id:
            _record(user, order.menu, "cancel")
            _record(user, menu, "order", recommendation_id)
        menus = stock.locked_menus(order.menu_id, menu.pk)
        order = _locked(order)
        if order.status == Status.CANCELLED:
            raise errors.is_cancelled()
        if menu.pk == order.menu_id:
            return order
        _check_open(order, menus[order.menu_id], at, True)
        stock.release(menus[order.menu_id])
        _end(order, Reason.CHANGED, at)
        return _create(user, menus[menu.pk], at)


def order_rate(*, user, order, rating, comment=""):
    """Rate a meal that was ordered, from 1 to 5: 4 and 5 are learned as a like, 1 and 2 as a dislike of the food."""
    if order.user_id != user.pk:
        raise errors.not_yours()
    if isinstance(rating, bool) or not isinstance(rating, int) or not 1 <= rating <= 5:
        raise ValidationError({"rating": ValidationError(_("A rating is a number from 1 to 5."), code="rating")})
    try:
        comment = html.text(comment or "", COMMENT_LENGTH)
    except ValidationError as error:
        raise ValidationError({"comment": error.error_list}) from None
    with transaction.atomic():
        before, after = _opinion(order.rating), _opinion(rating)
        if before and before != after:
            take_back(user=user, domain="meals", item=order.food_id, verb=before)
        if after and (before != after):
            record_event(
                domain="meals",
                item=order.food,
                verb=after,
                value=float(rating),
                context=str(order.menu_id),
                user=user,
                by_site=True,
            )
        order = _locked(order)
        if order.status == Status.CANCELLED:
            raise errors.is_cancelled()
        if order.status == Status.PLACED and timezone.now() < order.menu.closes_at:
            raise errors.not_eaten()
        order.rating, order.comment, order.rated_at = rating, comment, timezone.now()
        order.save(update_fields=["rating", "comment", "rated_at"])
    return order


def menu_skip(*, user, menu):
    """ "Not this one": a weak dislike, of which the model knows on which menu it was."""
    return _record(user, menu, "skip")


def deliver(at=None):
    """Orders whose day is over count as delivered; returns how many (scheduled)."""
    from meals.days import today

    return Order.objects.filter(status=Status.PLACED, date__lt=today(at)).update(status=Status.DELIVERED)


def mark_delivered(orders, at=None):
    """Mark orders as delivered whose cutoff is over (before it, members may still change them); returns how many."""
    due = orders.filter(status=Status.PLACED, menu__closes_at__lte=at or timezone.now())
    return Order.objects.filter(pk__in=list(due.values_list("pk", flat=True)), status=Status.PLACED).update(
        status=Status.DELIVERED
    )


def _may_order(user, menu):
    if not user.meal_memberships.filter(group=menu.group_id).exists() and not join_public(user, menu.group):
        raise errors.other_group()


def _standing(user, menu):
    """The live order of the slot, if there is one: the same menu is no news, another one is in the way."""
    order = Order.objects.live().filter(user=user, date=menu.date, dining_type=menu.dining_type).first()
    if order is None:
        return
    if order.menu_id == menu.pk:
        raise _Standing(order)
    raise errors.has_order()


def _record(user, menu, verb, recommendation_id=None):
    return record_event(
        domain="meals",
        item=menu.food,
        verb=verb,
        user=user,
        context=str(menu.pk),
        recommendation_id=recommendation_id,
        by_site=True,
    )


def _place(user, menu_pk, at):
    menu = stock.locked_menus(menu_pk)[menu_pk]
    _standing(user, menu)
    return _create(user, menu, at)


def _create(user, menu, at):
    """Take the meal and write the order; the menu is locked."""
    stock.take(menu, at)
    order = Order(user=user, menu=menu, food=menu.food, placed_by=Order.PlacedBy.SELF, created_at=at)
    try:
        with transaction.atomic():
            fill(order, menu).save(force_insert=True)
    except IntegrityError:  # another order for the slot, in another tab
        raise errors.has_order() from None
    return order


def fill(order, menu):
    """Copy onto an order what it must keep, whatever happens to the menu: day, price and who pays it."""
    order.group, order.date, order.dining_type = menu.group, menu.date, menu.dining_type
    order.price, order.subsidy = menu.price, menu.group.subsidy(menu.price)
    return order


def _locked(order):
    return Order.objects.select_for_update(of=("self",)).select_related("menu", "food", "user").get(pk=order.pk)


def _check_open(order, menu, at, by_member):
    if order.status == Status.DELIVERED or (by_member and at >= menu.closes_at):
        raise errors.too_late()


def _end(order, reason, at):
    order.status, order.reason, order.cancelled_at = Status.CANCELLED, reason, at
    order.save(update_fields=["status", "reason", "cancelled_at"])


def _opinion(rating):
    """The verb that a rating stands for."""
    if rating is None or rating == 3:
        return None
    return "like" if rating > 3 else "dislike"
