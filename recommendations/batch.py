"""Many members ranked at once over a few items: the same models and feeds as a request, their states read in bulk.

For what is decided for everybody at one moment (the day's menus). The catalogue's rows are limited to the items in
question, so that the cost is members × those items.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.functional import lazy

from ml import parameters, revisions
from ml.families.trace import Trace
from ml.store import stores
from recommendations import catalogue, personal, selectors
from recommendations.catalogue import Snapshot
from recommendations.domains import Domain
from recommendations.feeds import Feed, Scene
from recommendations.models import Event

CHUNK = 500


def limited(snapshot: Snapshot, ids: Iterable[str]) -> Snapshot:
    """The snapshot of these items alone; those that are not listed are left out."""
    positions = [snapshot.position[item_id] for item_id in ids if item_id in snapshot.position]
    entries = [
        (
            snapshot.ids[at],
            snapshot.item(at).ref,
            float(snapshot.created[at]),
            float(snapshot.opens[at]),
            float(snapshot.closes[at]),
        )
        for at in positions
    ]
    return catalogue.snapshot_of(snapshot.catalogue, entries, snapshot.number)


def states(user_ids: Sequence[int], domain: Domain) -> dict[int, personal.State]:
    """The members' stored states; whoever did nothing has none."""
    store = stores[domain.store]
    keys = {personal.key(user_id, domain.name): user_id for user_id in user_ids}
    if not personal.in_one_transaction(store):
        return {user_id: personal.load(user_id, domain) for user_id in user_ids}
    found = {keys[key]: state for key, state in store.get_many(list(keys)).items()}
    kept = {user_id: state for user_id, state in found.items() if personal.is_complete(state, domain.name)}
    missing = [user_id for user_id in user_ids if user_id not in kept]
    # Lost or quarantined: whoever has a log is rebuilt from it, as a request of theirs would.
    logs = Event.objects.filter(domain=domain.name, user__in=missing).order_by()
    for user_id in logs.values_list("user_id", flat=True).distinct():
        kept[user_id] = personal.load(user_id, domain)
    return kept


def scenes(
    domain: Domain,
    feed: Feed,
    users: Sequence[Any],
    *,
    at: dt.datetime,
    offered: Mapping[int, Collection[str]],
    contexts: Mapping[int, Mapping[str, Any]],
) -> Iterator[tuple[Any, Scene]]:
    """Each member with the scene that `feed` ranks for them.

    Parameters
    ----------
    offered, contexts : by member's key, what `Domain.offered` and `Domain.context` would say of each, asked in bulk.
    """
    numbers = revisions.current()
    whole = catalogue.live(domain.name).snapshot(numbers)
    snapshot = limited(whole, sorted({item for items in offered.values() for item in items}))
    params = parameters.get(f"{domain.name}.{feed.name}", numbers) if feed.parameters else {}
    used = feed.used_families(params)
    for n in range(0, len(users), CHUNK):
        chunk = users[n : n + CHUNK]
        known = states([user.pk for user in chunk], domain)
        for user in chunk:
            state = known.get(user.pk) or personal.new_state(domain.name)
            learned = personal.Learned(state)
            trace = learned.trace if learned.trace is not None else Trace()
            context = {"at": at.timestamp(), **contexts.get(user.pk, {})}
            delta = {"history": learned.history, "trace": trace}
            bases = {name: base for name, base in selectors.bases_of(domain, numbers, user).items() if name in used}
            yield (
                user,
                Scene(
                    snapshot=snapshot,
                    models=selectors.open_models(bases, delta, snapshot.catalogue, context),
                    history=learned.history,
                    trace=trace,
                    params=params,
                    at=at.timestamp(),
                    offered=offered[user.pk],
                    events=state["events"],
                    personal=True,
                    keywords=lazy(domain.keywords, str)(user),
                    region=float(user.region_id or 0),
                ),
            )
