"""A member's stored state and how it is read, written, caught up and rebuilt. Everything that touches a store is here."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Max, Q

from ml.families.base import digest, open_history
from ml.families.history import History
from ml.store import stores
from recommendations.domains import Domain
from recommendations.models import Event

logger = logging.getLogger(__name__)

State = dict[str, Any]
RETRIES = 50
PAUSE, RESUME = "pause", "resume"  # verbs of their own, so that a replay restores them


def key(user_id: int, domain: str) -> str:
    return f"personal/{domain}/{user_id}"


def new_state() -> State:
    return {"v": 1, "sequence": 0, "events": 0, "forgotten": 0, "paused": False, "delta": {"history": b""}}


def history_of(state: State) -> History:
    return open_history("personal model", state["delta"])


def digest_of(state: State) -> str:
    """Hash of what was learned; the envelope, counters and time are not part of it."""
    return digest(state["delta"])


def learn(state: State, event: Event, history: History | None = None) -> State:
    """Apply one event of the log to a state. Pass `history` to apply many without packing in between."""
    state["sequence"] = event.sequence
    if event.forgotten_at is not None:
        state["forgotten"] += 1
        return state
    if event.verb in (PAUSE, RESUME):
        state["paused"] = event.verb == PAUSE
        return state
    state["events"] += bool(event.weight)  # impressions, and what came during a pause, teach nothing
    if event.weight and event.revision_id:
        own = history if history is not None else history_of(state)
        own.add(event.revision_id, event.weight)
        if history is None:
            state["delta"]["history"] = own.pack()
    return state


def unlearn(state: State, event: Event) -> State:
    """Take one learned event back, exactly; the caller empties its row."""
    if event.weight and event.revision_id:
        history = history_of(state)
        history.remove(event.revision_id, event.weight)
        state["delta"]["history"] = history.pack()
    state["events"] -= bool(event.weight)
    state["forgotten"] += 1
    return state


def log(user_id: int, domain: str):
    return Event.objects.filter(user_id=user_id, domain=domain)


def replay(events: Iterable[Event], state: State | None = None) -> State:
    """The state that a log gives, from `state` on (default: from nothing)."""
    state = new_state() if state is None else state
    history = history_of(state)
    for event in events:
        learn(state, event, history)
    state["delta"]["history"] = history.pack()
    return state


def _head(user_id: int, domain: str) -> tuple[int, int]:
    row = log(user_id, domain).aggregate(
        last=Max("sequence"), forgotten=Count("pk", filter=Q(forgotten_at__isnull=False))
    )
    return row["last"] or 0, row["forgotten"]


def catch_up(user_id: int, domain: str, state: State | None) -> State | None:
    """`state` brought to the head of the log: missing events learned, or all replayed where that does not suffice."""
    last, forgotten = _head(user_id, domain)
    if not last:
        return None
    if state is not None and (state["sequence"], state["forgotten"]) == (last, forgotten):
        return state
    events = log(user_id, domain).order_by("sequence")
    if state is not None and state["sequence"] < last:
        news = list(events.filter(sequence__gt=state["sequence"]))
        if state["forgotten"] + sum(e.forgotten_at is not None for e in news) == forgotten:
            return replay(news, state)
    return replay(events.iterator(chunk_size=2000))


def load(user_id: int, domain: Domain) -> State:
    """The member's state, ready to serve; healed or rebuilt where the store lost, broke or missed something."""
    store = stores[domain.store]
    state = store.get(key(user_id, domain.name))
    if state is not None and store.transactional:
        return state
    if state is not None and (state["sequence"], state["forgotten"]) == _head(user_id, domain.name):
        return state
    if not log(user_id, domain.name).exists():
        return new_state()
    logger.warning("personal model behind its log, healing: domain=%s member=%s", domain.name, user_id)
    return rebuild(user_id, domain)


def rebuild(user_id: int, domain: Domain) -> State:
    """Replay the whole log into the store."""
    return write_raw(
        user_id, domain, lambda _: replay(log(user_id, domain.name).order_by("sequence").iterator(chunk_size=2000))
    )


def write_raw(user_id: int, domain: Domain, fn: Callable[[State | None], State | None]) -> State:
    store = stores[domain.store]
    return store.update(key(user_id, domain.name), fn) or new_state()


def write(user_id: int, domain: Domain, change: Callable[[State], State]) -> State:
    """Change the log and the model together: `change` gets the state, writes Event rows, returns the new state.

    With a transactional store all of it is one transaction, the model's row locked first. Other stores learn on commit from
    the log; `load` heals a crash in between. `change` may run more than once there, each time in a fresh savepoint.
    """
    store = stores[domain.store]
    name = key(user_id, domain.name)
    if store.transactional:

        def locked(state: State | None) -> State:
            if state is None:  # first event, or a blob that was quarantined
                state = catch_up(user_id, domain.name, None) or new_state()
            return change(state)

        return store.update(name, locked) or new_state()

    for attempt in range(RETRIES):
        try:
            with transaction.atomic():
                state = catch_up(user_id, domain.name, store.get(name)) or new_state()
                state = change(state)
                transaction.on_commit(lambda: store.update(name, lambda old: catch_up(user_id, domain.name, old)))
            return state
        except IntegrityError:  # another process took this sequence number
            if attempt == RETRIES - 1:
                raise
    raise AssertionError("unreachable")


def erase(user_id: int, domain: Domain) -> None:
    """Remove log and model. Rows go with the transaction, other stores right after it."""
    store = stores[domain.store]
    with transaction.atomic():
        log(user_id, domain.name).delete()
        if store.transactional:
            store.delete(key(user_id, domain.name))
        else:
            transaction.on_commit(lambda: store.delete(key(user_id, domain.name)))
