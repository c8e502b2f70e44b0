"""How models are now: members, coverage, sizes, movement. A measurement of the moment, kept once a day and domain."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Count, F, Func, Sum
from django.utils import timezone

from ml import registry, revisions
from ml.store import stores
from recommendations import catalogue
from recommendations.domains import Domain
from recommendations.models import CatalogueEntry, Event
from recommendations.selectors import open_models
from recommendations.watch.aggregation import DAY, IMPRESSION, start_of
from recommendations.watch.models import HealthDay

COLD_BELOW = 5  # learned events; a member with fewer is recommended what the base knows, more or less
COVERAGE = 7  # days
SAMPLE = 100  # members whose movement is measured
LABELLED = "naive_bayes"  # the family that tells a member's labels from the base's


def measure(kind: Domain, now: dt.datetime | None = None) -> HealthDay:
    """Write today's row of a domain; the day's last measurement stays."""
    day = timezone.localdate(now)
    fields = {**members(kind.name), **coverage(kind.name, day), **sizes(kind), **movement(kind)}
    return HealthDay.objects.update_or_create(domain=kind.name, day=day, defaults=fields)[0]


def members(domain: str) -> dict[str, Any]:
    """Cold and hot members by events that models learn from, and how much a model has learned on average."""
    taught = (
        Event.objects.filter(domain=domain, user__isnull=False, forgotten_at=None)
        .exclude(weight=0)
        .values_list("user_id")
        .annotate(n=Count("pk"), size=Sum(Func(F("weight"), function="ABS")))
    )
    learned = [(n, size) for _user, n, size in taught.iterator(chunk_size=5000)]
    hot = sum(n >= COLD_BELOW for n, _size in learned)
    everybody = get_user_model().objects.filter(is_active=True).count()
    return {
        "cold": max(everybody - hot, 0),
        "hot": hot,
        "learned_events": sum(n for n, _size in learned) / max(len(learned), 1),
        "learned_weight": sum(size for _n, size in learned) / 1000 / max(len(learned), 1),
    }


def coverage(domain: str, day: dt.date) -> dict[str, int]:
    """How many items are listed, and how many of them were recommended to somebody in the last days."""
    shown = Event.objects.filter(
        domain=domain, occurred_at__gte=start_of(day - (COVERAGE - 1) * DAY), verb=IMPRESSION, forgotten_at=None
    ).exclude(feed="")
    listed = set(CatalogueEntry.objects.filter(domain=domain, listed=True).values_list("item_id", flat=True))
    items = set(shown.values_list("item_id", flat=True).distinct().order_by())
    return {"listed": len(listed), "covered": len(listed & items)}


def sizes(kind: Domain) -> dict[str, Any]:
    """Bytes of members' stored models."""
    found = list(stores[kind.store].sizes(f"personal/{kind.name}/"))
    return {
        "models_stored": len(found),
        "bytes_mean": sum(found) / max(len(found), 1),
        "bytes_max": max(found, default=0),
    }


def movement(kind: Domain) -> dict[str, Any]:
    """Mean over members of how far their strongest label moved from the base (log odds); None where no family tells.

    A sample of members spread evenly over those who have a model, the same at each measurement of the same members.
    """
    numbers, store = revisions.current(), stores[kind.store]
    base = registry.production(kind.name, LABELLED, numbers) if LABELLED in kind.families else None
    keys = sorted(store.keys(f"personal/{kind.name}/")) if base else []
    chosen = keys[:: max(1, -(-len(keys) // SAMPLE))]
    if base is None or not chosen:
        return {"movement": None}
    live = catalogue.live(kind.name).snapshot(numbers).catalogue
    moved = []
    for state in store.get_many(chosen).values():
        top = open_models({LABELLED: base}, state["delta"], live)[LABELLED].top(1)
        moved.append(abs(top[0][1]) if top else 0.0)
    return {"movement": sum(moved) / len(moved) if moved else None}
