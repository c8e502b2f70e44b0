"""Many events at once (imports, demo data): the same rows, numbers and models that `record_event` would make one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import partial
from typing import cast

from django.db import transaction

from ml import revisions
from ml.families.history import fixed
from recommendations import personal
from recommendations.domains import Domain
from recommendations.models import CatalogueEntry, Event

CHUNK = 2000


def refs_of(domain: Domain, item_ids: Iterable[str]) -> dict[str, int]:
    """Item id → ref of its present revision; LookupError naming what is not in the catalogue."""
    wanted = sorted(set(item_ids))
    found: dict[str, int] = {}
    for n in range(0, len(wanted), CHUNK):
        entries = CatalogueEntry.objects.filter(domain=domain.name, item_id__in=wanted[n : n + CHUNK])
        found.update(entries.values_list("item_id", "revision_id"))
    missing = [item_id for item_id in wanted if item_id not in found]
    if missing:
        raise LookupError(f"{domain.name}: not in the catalogue: {', '.join(missing[:5])}; publish items first")
    return found


def record_many(domain: Domain, events: Iterable[Event]) -> None:
    """Number, learn and save members' unsaved events, oldest first, all or none: one update of the store for each member.

    The caller has left out what is recorded already, and makes the rows that belong to verbs (likes).
    """
    numbers = revisions.current()
    weights = {verb: fixed(domain.weight(verb, numbers)) for verb in domain.verbs}
    with transaction.atomic():
        for user_id, own in by_member(events).items():
            personal.write(user_id, domain, partial(_append, own, weights))


def by_member(events: Iterable[Event]) -> dict[int, list[Event]]:
    """Events by member, members in one order everywhere: two imports must not lock each other."""
    groups: dict[int, list[Event]] = defaultdict(list)
    for event in events:
        groups[cast(int, event.user_id)].append(event)
    return dict(sorted(groups.items()))


def _append(events: list[Event], weights: dict[str, int], state: personal.State) -> personal.State:
    for number, event in enumerate(events, state["sequence"] + 1):
        event.sequence = number
        event.weight = 0 if state["paused"] else weights[event.verb]
    Event.objects.bulk_create(events, batch_size=CHUNK)
    return personal.replay(events, state)
