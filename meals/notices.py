"""Notices to members. The texts are message ids: each member reads them in their language."""

from django.utils.translation import gettext_noop

from accounts.models import Notification
from meals import links

WITHDRAWN = gettext_noop("Your order of %(food)s for %(date)s was cancelled: the menu was withdrawn.")
MAKER_CLOSED = gettext_noop("Your order of %(food)s for %(date)s was cancelled: the restaurant is closed.")
DAY_OFF = gettext_noop("Your order of %(food)s for %(date)s was cancelled: there are no meals on that day.")
BY_STAFF = gettext_noop("Your order of %(food)s for %(date)s was cancelled by the staff.")
MOVED = gettext_noop("Your order for %(date)s was changed to %(food)s: the menu was withdrawn.")
ORDERED = gettext_noop("%(food)s was ordered for you for %(date)s. You can change or cancel it.")
NOT_ORDERED = {
    "no_group": gettext_noop("Nothing was ordered for you for %(date)s: you belong to no group."),
    "sold_out": gettext_noop("Nothing was ordered for you for %(date)s: everything is sold out."),
    "limits": gettext_noop("Nothing was ordered for you for %(date)s: no menu is within your limits."),
}
CANCELLED = {"withdrawn": WITHDRAWN, "maker_closed": MAKER_CLOSED, "day_off": DAY_OFF, "staff": BY_STAFF}
LENGTH = 120


def about(order, kind, text):
    """An unsaved notice about an order, which leads to it."""
    params = {"food": order.food.name[:LENGTH], "date": f"{order.date:%Y-%m-%d}"}
    return Notification(user_id=order.user_id, kind=kind, text=text, params=params, url=links.page("order", order.pk))


def left_out(user_id, date, reason):
    """An unsaved notice that nothing was ordered; None for reasons that the member knows."""
    text = NOT_ORDERED.get(reason)
    if text is None:
        return None
    params = {"date": f"{date:%Y-%m-%d}"}
    return Notification(user_id=user_id, kind="meal-left-out", text=text, params=params, url=links.page("today"))


def send(notices):
    """Leave the notices, in few queries."""
    Notification.objects.bulk_create([notice for notice in notices if notice is not None], batch_size=500)
