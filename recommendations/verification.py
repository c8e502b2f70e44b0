"""Whether stored models are what their logs say. Reads only: bad blobs are not even moved to quarantine."""

from __future__ import annotations

import time
from collections.abc import Iterator

from ml.store import BaseStore, State, blobs, stores
from ml.store.sealed import SealedStore
from recommendations import personal
from recommendations.domains import Domain
from recommendations.models import Event

ATTEMPTS, PAUSE_SECONDS = 6, 0.05  # a difference beside live traffic is often gone a moment later
COMPARED = ("sequence", "events", "forgotten", "paused")


def difference(user_id: int, domain: Domain) -> str:
    """Why the stored model differs from the replay of its log, in a few words; empty when it does not."""
    reason = _difference(user_id, domain)
    for attempt in range(ATTEMPTS if reason else 0):
        time.sleep(PAUSE_SECONDS * attempt)
        reason = _difference(user_id, domain)
        if not reason:
            break
    return reason


def _difference(user_id: int, domain: Domain) -> str:
    log = personal.log(user_id, domain.name).order_by("sequence")
    try:
        state = _peek(stores[domain.store], personal.key(user_id, domain.name))
    except blobs.BadBlob as error:
        return f"unreadable: {error}"
    if state is None:
        return "nothing is stored" if log.exists() else ""
    try:
        # Up to where the model was: what is recorded meanwhile is no difference.
        events = log.filter(sequence__lte=state["sequence"]).iterator(chunk_size=2000)
        replayed = personal.replay(events, domain=domain.name)
        if not replayed["sequence"]:
            return "there is no log"
        if personal.digest_of(state) != personal.digest_of(replayed):
            return "digest"
        for name in COMPARED:
            if state[name] != replayed[name]:
                return f"{name}: {state[name]} instead of {replayed[name]}"
        behind = log.filter(sequence__gt=state["sequence"]).count()
        again = _peek(stores[domain.store], personal.key(user_id, domain.name)) if behind else None
        return f"{behind} events behind" if behind and (again is None or again["sequence"] <= state["sequence"]) else ""
    except (KeyError, TypeError, ValueError) as error:
        return f"malformed: {type(error).__name__} {error}"[:100]


def _peek(store: BaseStore, key: str) -> State | None:
    if not isinstance(store, SealedStore):
        return store.get(key)
    blob = store.read(key)
    return None if blob is None else blobs.unseal(blob, key, max_bytes=store.max_bytes)


def leftovers(domain: Domain) -> Iterator[int]:
    """Members who have a stored model of the domain and no log."""
    prefix = personal.key(0, domain.name).removesuffix("0")
    batch: list[int] = []
    for key in stores[domain.store].keys(prefix):
        number = key.removeprefix(prefix)
        if number.isdigit():
            batch.append(int(number))
        if len(batch) == 500:
            yield from _without_log(batch, domain)
            batch = []
    yield from _without_log(batch, domain)


def _without_log(ids: list[int], domain: Domain) -> list[int]:
    rows = Event.objects.filter(user_id__in=ids, domain=domain.name).order_by().values_list("user_id", flat=True)
    return sorted(set(ids) - set(rows.distinct()))
