"""Drift: the population stability index of the last 7 days against the 28 before, and the mails that it causes."""

from __future__ import annotations

import datetime as dt
import logging
import math
from collections.abc import Mapping

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import send_mail
from django.db.models import Q, Sum
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ml import parameters
from ml.parameters import Parameter
from recommendations.domains import Domain, domains
from recommendations.watch.aggregation import DAY, INPUTS, PREDICTIONS
from recommendations.watch.models import Drift, MixDay

logger = logging.getLogger(__name__)

RECENT, BEFORE = 7, 28  # days
FLOOR = 1e-4  # the share that an empty class counts as: the logarithm of nothing is infinite
PER_CLASS = 20  # events on either side: by chance alone the PSI of k classes is about k (1/n + 1/m)
SCOPE = "watch"
NAMES = {
    "label": gettext_lazy("Labels of what people use"),
    "verb": gettext_lazy("What people do"),
    "age": gettext_lazy("Age of what people use, days"),
    "shown_label": gettext_lazy("Labels of what is recommended"),
    "shown_age": gettext_lazy("Age of what is recommended, days"),
}


def declare() -> None:
    """What staff may set."""
    psi = Parameter(
        "psi", 0.2, min=0.01, max=5.0, label="PSI", help=gettext_lazy("Alert from this drift on; 0.2 is customary.")
    )
    least = Parameter(
        "least",
        100,
        min=1,
        max=1_000_000,
        label=gettext_lazy("Events needed"),
        help=gettext_lazy("With fewer in either period drift is not judged."),
    )
    mail = Parameter(
        "mail", True, label=gettext_lazy("Alerts by mail"), help=gettext_lazy("To staff who may see this page.")
    )
    parameters.define(SCOPE, [psi, least, mail], title=gettext_lazy("Watch"))


def psi(recent: Mapping[str, int], before: Mapping[str, int]) -> float:
    """Population stability index Σ (p − q) ln(p / q) over shares p (recent) and q (before); 0 where a side is empty.

    The symmetric Kullback–Leibler divergence (Jeffreys 1946) as credit scoring uses it (Siddiqi 2006): under 0.1 stable,
    over 0.2 changed.
    """
    n, m = sum(recent.values()), sum(before.values())
    if not n or not m:
        return 0.0
    pairs = [
        (max(recent.get(value, 0) / n, FLOOR), max(before.get(value, 0) / m, FLOOR))
        for value in sorted({*recent, *before})
    ]
    return math.fsum((p - q) * math.log(p / q) for p, q in pairs)


def enough(recent: Mapping[str, int], before: Mapping[str, int], least: int) -> bool:
    """Whether both periods have so many events that chance alone makes no drift."""
    needed = max(least, PER_CLASS * len({*recent, *before}))
    return min(sum(recent.values()), sum(before.values())) >= needed


def periods(domain: str, today: dt.date) -> dict[str, tuple[dict[str, int], dict[str, int]]]:
    """Measure → (numbers by value in the last 7 days, in the 28 before), in one query."""
    start, middle = today - (RECENT + BEFORE - 1) * DAY, today - (RECENT - 1) * DAY
    found: dict[str, tuple[dict[str, int], dict[str, int]]] = {cause: ({}, {}) for cause in (*INPUTS, *PREDICTIONS)}
    rows = (
        MixDay.objects.filter(domain=domain, day__gte=start, day__lte=today)
        .values_list("cause", "value")
        .annotate(new=Sum("n", filter=Q(day__gte=middle)), old=Sum("n", filter=Q(day__lt=middle)))
        .order_by("cause", "value")
    )
    for cause, value, new, old in rows:
        if cause in found:
            found[cause][0][value], found[cause][1][value] = new or 0, old or 0
    return found


def measure(kind: Domain, today: dt.date | None = None) -> list[Drift]:
    """Write today's drift of a domain; what was mailed stays mailed."""
    day, params = today or timezone.localdate(), parameters.get(SCOPE)
    rows = []
    for cause, (recent, before) in periods(kind.name, day).items():
        value, judged = psi(recent, before), enough(recent, before, params["least"])
        fields = {
            "psi": value,
            "recent": sum(recent.values()),
            "before": sum(before.values()),
            "judged": judged,
            "over": judged and value >= params["psi"],
        }
        rows.append(Drift.objects.update_or_create(domain=kind.name, day=day, cause=cause, defaults=fields)[0])
    return rows


def alert(today: dt.date | None = None) -> int:
    """Mail to staff what is over, each cause once a day; returns how many were mailed.

    A cause is claimed before its mail goes out, so that two runs do not mail twice; where nobody could be reached the claim is
    taken back, and the next run tries again.
    """
    if not parameters.get(SCOPE)["mail"]:
        return 0
    people, sent = recipients(), 0
    waiting = Drift.objects.filter(day=today or timezone.localdate(), over=True, mailed_at=None)
    for drift in waiting.order_by("domain", "cause") if people else ():
        claimed = Drift.objects.filter(pk=drift.pk, mailed_at=None)
        if not claimed.update(mailed_at=timezone.now()):
            continue
        if sum(_mailed(drift, user) for user in people):
            sent += 1
        else:
            Drift.objects.filter(pk=drift.pk).update(mailed_at=None)
    return sent


def recipients() -> list:
    """Staff who may see the page that the mail speaks of."""
    staff = get_user_model().objects.filter(is_staff=True, is_active=True).exclude(email="").order_by("pk")
    return [user for user in staff if user.has_perm("recommendations.view_watchday")]


def _mailed(drift: Drift, user) -> bool:
    with translation.override(user.language or settings.LANGUAGE_CODE):
        name = domains[drift.domain].verbose_name or drift.domain
        facts = {
            "domain": name,
            "cause": NAMES[drift.cause],
            "psi": f"{drift.psi:.2f}",
            "recent": drift.recent,
            "before": drift.before,
            "link": f"{settings.SITE_URL}{reverse('admin:recommendations_watchday_changelist')}?domain={drift.domain}",
        }
        subject = _("Moa: drift in %(domain)s: %(cause)s") % facts
        text = _(
            "%(cause)s (%(domain)s): the last 7 days (%(recent)d events) differ from the 28 days before (%(before)d events); "
            "PSI %(psi)s.\n\nCharts and tables: %(link)s"
        )
        try:
            return send_mail(subject, text % facts, None, [user.email]) == 1
        except Exception:
            logger.exception("an alert was not mailed: %s", drift)
            return False
