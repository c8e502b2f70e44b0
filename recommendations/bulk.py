"""Many events at once (imports, demo data): the same rows, numbers and models that `record_event` would make one by one."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from django.db import transaction

from ml import revisions
from ml.families.history import fixed
from recommendations import personal
from recommendations.domains import Domain
from recommendations.models import CatalogueEntry, Event


class Fact(NamedTuple):
    """One event of a member; `client_key` (a sha256, or None) makes recording it again a duplicate."""

    user_id: int
    item_id: str
    verb: str
    occurred_at: dt.datetime
    value: float | None = None
    client_key: str | None = None


def record_many(domain: Domain, facts: Iterable[Fact]) -> int:
    """Record facts on published items, all or none; returns how many were new. Rows of verbs (likes) are the caller's."""
    facts = list(facts)
    numbers = revisions.current()
    weights = {verb: fixed(domain.weight(verb, numbers)) for verb in domain.verbs}
    items = {fact.item_id for fact in facts}
    refs: dict[str, int] = {}
    for chunk in _chunks(sorted(items), 500):
        refs.update(
            CatalogueEntry.objects.filter(domain=domain.name, item_id__in=chunk).values_list("item_id", "revision_id")
        )
    missing = items - refs.keys()
    if missing:
        raise LookupError(f"{domain.name}: not in the catalogue: {', '.join(sorted(missing)[:5])}; publish items first")
    by_member: dict[int, list[Fact]] = defaultdict(list)
    for fact in facts:
        by_member[fact.user_id].append(fact)
    with transaction.atomic():
        return sum(_record(domain, user_id, own, refs, weights) for user_id, own in sorted(by_member.items()))


def _record(domain: Domain, user_id: int, facts: list[Fact], refs: dict[str, int], weights: dict[str, int]) -> int:
    count = 0

    def change(state):
        nonlocal count
        fresh = _new(user_id, facts)
        count = len(fresh)
        events = [
            Event(
                user_id=user_id,
                domain=domain.name,
                sequence=state["sequence"] + n,
                item_id=fact.item_id,
                revision_id=refs[fact.item_id],
                verb=fact.verb,
                weight=0 if state["paused"] else weights[fact.verb],
                value=fact.value,
                occurred_at=fact.occurred_at,
                client_key=fact.client_key,
            )
            for n, fact in enumerate(fresh, 1)
        ]
        Event.objects.bulk_create(events, batch_size=500)
        return personal.replay(events, state)

    personal.write(user_id, domain, change)
    return count


def _new(user_id: int, facts: list[Fact]) -> list[Fact]:
    """The facts that are not recorded yet, each key once, in time order."""
    keys = [fact.client_key for fact in facts if fact.client_key]
    seen: set[str] = set()
    for chunk in _chunks(keys, 500):
        seen.update(
            filter(
                None, Event.objects.filter(user_id=user_id, client_key__in=chunk).values_list("client_key", flat=True)
            )
        )
    fresh = []
    for fact in sorted(facts, key=lambda fact: fact.occurred_at):
        if fact.client_key is None or fact.client_key not in seen:
            if fact.client_key:
                seen.add(fact.client_key)
            fresh.append(fact)
    return fresh


def _chunks(values: list, size: int) -> Iterable[list]:
    return (values[n : n + size] for n in range(0, len(values), size))
