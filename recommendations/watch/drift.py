"""Drift: the population stability index of the last 7 days against the 28 before."""

from __future__ import annotations

import datetime as dt
import logging
import math
from collections.abc import Mapping

from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy

from ml import parameters
from recommendations.domains import Domain
from recommendations.watch.aggregation import DAY, INPUTS, PREDICTIONS
from recommendations.watch.models import Drift, MixDay
from recommendations.watch.tunable import SCOPE

logger = logging.getLogger(__name__)

RECENT, BEFORE = 7, 28  # days
FLOOR = 1e-4  # the share that an empty class counts as: the logarithm of nothing is infinite
PER_CLASS = 20  # events on either side: by chance alone the PSI of k classes is about k (1/n + 1/m)
NAMES = {
    "label": gettext_lazy("Labels of what people use"),
    "verb": gettext_lazy("What people do"),
    "age": gettext_lazy("Age of what people use, days"),
    "shown_label": gettext_lazy("Labels of what is recommended"),
    "shown_age": gettext_lazy("Age of what is recommended, days"),
}


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
    """Write today's drift of a domain."""
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
