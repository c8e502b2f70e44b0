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
    """Number, learn and save members' unsaved events, oldest first, all or none: few statements for many members.

    The caller has left out what is recorded already, and makes the rows that belong to verbs (likes).
    """
    numbers = revisions.current()
    weights = {verb: fixed(domain.weight(verb, numbers)) for verb in domain.verbs}
    groups = by_member(events)
    with transaction.atomic():
        personal.write_many(groups, domain, partial(_append, groups, weights))


def by_member(events: Iterable[Event]) -> dict[int, list[Event]]:
    """Events by member, members in one order everywhere: two imports must not lock each other."""
    groups: dict[int, list[Event]] = defaultdict(list)
    for event in events:
        groups[cast(int, event.user_id)].append(event)
    return dict(sorted(groups.items()))


def _append(
    groups: dict[int, list[Event]], weights: dict[str, int], states: dict[int, personal.State]
) -> dict[int, personal.State]:
    for user_id, state in states.items():
        for number, event in enumerate(groups[user_id], state["sequence"] + 1):
            event.sequence = number
            event.weight = 0 if state["paused"] else weights[event.verb]
    Event.objects.bulk_create([event for user_id in states for event in groups[user_id]], batch_size=CHUNK)
    return {user_id: personal.replay(groups[user_id], state) for user_id, state in states.items()}
