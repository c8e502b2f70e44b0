"""Where notices and mails lead: pages of the site, and signed links that stand for one order."""

from django.conf import settings
from django.core import signing
from django.urls import NoReverseMatch, reverse

SALT = "meals.order"
#: Longer than any time between ordering and the cutoff; the order's own cutoff decides then.
MAX_AGE = 60 * 60 * 24 * 40


def token(order):
    """A text that lets whoever has it see, change and cancel this one order until its cutoff."""
    return signing.dumps([order.pk, order.user_id], salt=SALT)


def order_of(text):
    """The order that a token stands for, or None where it is none of this site's, or too old.

    Where that order was changed for another meal since, the one that stands now: whoever opens the mail again finds their meal.
    """
    from meals.models import Order

    try:
        pk, user_id = signing.loads(text, salt=SALT, max_age=MAX_AGE)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    orders = Order.objects.for_cards().select_related("user").filter(user=user_id)
    order = orders.filter(pk=pk).first()
    if order is not None and order.reason in (Order.Reason.CHANGED, Order.Reason.WITHDRAWN):
        return orders.live().filter(date=order.date, dining_type=order.dining_type).first() or order
    return order


def page(name, *args):
    """The path of a page of meals; the site's main page where those pages are not installed."""
    try:
        return reverse(f"meals:{name}", args=args)
    except NoReverseMatch:
        return "/"


def absolute(path):
    """A path as an address that works outside the site."""
    return settings.SITE_URL.rstrip("/") + path


def order_link(order):
    """The address for mails: one click to change or cancel, without login."""
    return absolute(page("order-link", token(order)))
