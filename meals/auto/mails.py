"""E-mails on automatic orders, outside of their transactions: a mail server that is down keeps nobody hungry.

A mail is claimed before it is sent and marked after; where a process died in between, the claim runs out and another sends it.
"""

import datetime as dt
import logging

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from meals import links
from meals.models import AutoOrderResult

logger = logging.getLogger(__name__)

BATCH = 200
LINK = "\0link"  # stands for the address, which is another in each mail
CLAIM = dt.timedelta(minutes=5)


def send_pending(date=None, dining_type=None):
    """Send what is due, of one slot or of all; returns how many were sent. What cannot be sent now stays due."""
    sent, batch, texts, connection = 0, [], {}, get_connection()
    try:
        while batch := _claim(date, dining_type):
            live = [row for row in batch if row.order is not None and row.order.is_live]
            connection.send_messages([message(row.order, row.user, texts) for row in live])
            AutoOrderResult.objects.filter(pk__in=[row.pk for row in batch]).update(mailed_at=timezone.now())
            sent += len(live)
    except Exception:  # whatever a mail server does, the orders stand and the members have their notices
        logger.exception("mails on automatic orders could not be sent; the next run tries again")
        AutoOrderResult.objects.filter(pk__in=[row.pk for row in batch]).update(mail_claimed_at=None)
    finally:
        connection.close()
    return sent


@transaction.atomic
def _claim(date, dining_type):
    now = timezone.now()
    due = AutoOrderResult.objects.filter(outcome=AutoOrderResult.Outcome.ORDERED, mailed_at=None)
    due = due.exclude(mail_claimed_at__gt=now - CLAIM)
    if date is not None:
        due = due.filter(date=date, dining_type=dining_type)
    due = due.select_related("user", "order__menu", "order__group", "order__food__maker").order_by("pk")
    rows = list(due.select_for_update(of=("self",), skip_locked=True)[:BATCH])
    AutoOrderResult.objects.filter(pk__in=[row.pk for row in rows]).update(mail_claimed_at=now)
    return rows


def message(order, user, texts=None):
    """The mail on one order, in the member's language; `texts` keeps what the mails on one menu have in common."""
    texts = {} if texts is None else texts
    key = (order.menu_id, order.price, order.subsidy, user.language or settings.LANGUAGE_CODE)
    if key not in texts:
        with translation.override(key[-1]):
            texts[key] = _texts(order)
    subject, text, page = texts[key]
    link = links.order_link(order)
    mail = EmailMultiAlternatives(subject, text.replace(LINK, link), to=[user.email])
    mail.attach_alternative(page.replace(LINK, link), "text/html")
    return mail


def _texts(order):
    """Subject, plain text and HTML, with `LINK` where the address goes."""
    until = date_format(timezone.localtime(order.menu.closes_at), "DATETIME_FORMAT")
    values = {
        "food": order.food.display_name,
        "maker": order.food.maker.name,
        "price": f"{order.price:,}",
        "date": date_format(order.date, "DATE_FORMAT"),
        "meal": order.get_dining_type_display(),
        "until": until,
        "link": LINK,
    }
    subject = _("[Moa] Ordered for you: %(food)s, %(date)s") % values
    text = _(
        "%(food)s of %(maker)s (%(price)s won) was ordered for you: %(date)s, %(meal)s.\n\n"
        "You can change or cancel it until %(until)s:\n%(link)s\n"
    )
    own = _("%(price)s won") % {"price": f"{order.own_share:,}"} if order.own_share else _("nothing: the company pays")
    facts = [
        (_("Meal"), f"{values['date']} · {values['meal']}"),
        (_("You pay"), own),
        (_("Delivered to"), order.group.address or order.group.name),
        (_("Change until"), until),
    ]
    context = {**values, "subject": subject, "facts": facts, "language": translation.get_language()}
    return subject, text % values, render_to_string("meals/mail/ordered.html", context)
