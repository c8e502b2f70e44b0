"""A member's stored state and how it is read, written, caught up and rebuilt. Everything that touches a store is here."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, cast

from django.contrib.auth import get_user_model
from django.db import DEFAULT_DB_ALIAS, connection, router, transaction

from ml.families.base import digest, open_history
from ml.families.history import History
from ml.families.trace import appended, open_trace
from ml.families.verbs import code
from ml.store import BaseStore, stores
from recommendations.domains import Domain, domains
from recommendations.models import Event
from recommendations.watch import stale

logger = logging.getLogger(__name__)

State = dict[str, Any]
# Each number by an index of its own: 4 µs where one pass over 4,000 events takes 0.5 ms.
_ONE = "(SELECT {} FROM recommendations_event WHERE user_id = %s AND domain = %s{})"
HEAD = "SELECT " + ", ".join(
    _ONE.format(*what)
    for what in (("MAX(sequence)", ""), ("COUNT(*)", " AND forgotten_at IS NOT NULL"), ("MIN(id)", ""))
)
VERSION = 2  # of the state and of what is packed in it; another one is rebuilt from the log
PAUSE, RESUME = "pause", "resume"  # verbs of their own, so that a replay restores them


def key(user_id: int, domain: str) -> str:
    return f"personal/{domain}/{user_id}"


def new_state(domain: str = "") -> State:
    """A newcomer's. `origin` is the lowest id among the events seen: a log that was reset and grew again has another."""
    return {
        "v": VERSION,
        "origin": 0,
        "sequence": 0,
        "events": 0,
        "forgotten": 0,
        "paused": False,
        "delta": {"history": b"", "trace": b""} if _traced(domain) else {"history": b""},
    }


def _traced(domain: str) -> bool:
    return domain in domains and domains[domain].trace


def is_complete(state: State | None, domain: str) -> bool:
    """Whether the state is of this version and has what the domain keeps; one that is not is rebuilt when it is read."""
    known = state or {}
    return known.get("v") == VERSION and ("trace" in known.get("delta", {})) == _traced(domain)


def in_one_transaction(store: BaseStore) -> bool:
    """Whether the store commits and rolls back with the log."""
    return store.transactional and getattr(store, "using", DEFAULT_DB_ALIAS) == router.db_for_write(Event)


def history_of(state: State) -> History:
    return open_history("personal model", state["delta"])


class Learned:
    """A state's delta, unpacked: many events are learned without packing in between."""

    def __init__(self, state: State):
        self.history = history_of(state)
        self.trace = open_trace("personal model", state["delta"]) if "trace" in state["delta"] else None

    def add(self, event: Event) -> None:
        self.history.add(cast(int, event.revision_id), event.weight)
        if self.trace is not None:
            self.trace.add(*_traits(event))

    def remove(self, event: Event) -> None:
        """ValueError when the event was never learned."""
        if self.trace is not None:
            self.trace.remove(*_traits(event))
        self.history.remove(cast(int, event.revision_id), event.weight)

    def pack(self) -> dict[str, bytes]:
        found = {"history": self.history.pack()}
        return found if self.trace is None else {**found, "trace": self.trace.pack()}


def _traits(event: Event) -> tuple[int, int, int, int]:
    return int(event.occurred_at.timestamp()), cast(int, event.revision_id), code(event.verb), event.weight


def digest_of(state: State) -> str:
    """Hash of what was learned; the envelope, counters and time are not part of it."""
    return digest(state["delta"])


def learn(state: State, event: Event, learned: Learned | None = None) -> State:
    """Apply one event of the log to a state. Pass `learned` to apply many without packing in between."""
    state["sequence"] = event.sequence
    state["origin"] = min(state.get("origin") or event.pk, event.pk)
    if event.forgotten_at is not None:
        state["forgotten"] += 1
        return state
    if event.verb in (PAUSE, RESUME):
        state["paused"] = event.verb == PAUSE
        return state
    state["events"] += bool(event.weight)  # impressions, and what came during a pause, teach nothing
    if event.weight and event.revision_id:
        if learned is None:
            state["delta"] = _with(state, event)
        else:
            learned.add(event)
    return state


def _with(state: State, event: Event) -> dict[str, bytes]:
    """The delta with one event more; a trace is only appended to, where the event is the latest."""
    packed = state["delta"].get("trace")
    longer = appended(packed, *_traits(event)) if packed is not None else None
    if packed is None or longer is None:
        learned = Learned(state)
        learned.add(event)
        return learned.pack()
    history = history_of(state)
    history.add(cast(int, event.revision_id), event.weight)
    return {"history": history.pack(), "trace": longer}


def unlearn(state: State, event: Event) -> State:
    """Take one learned event back, exactly; the caller empties its row."""
    if event.weight and event.revision_id:
        learned = Learned(state)
        learned.remove(event)
        state["delta"] = learned.pack()
    state["events"] -= bool(event.weight)
    state["forgotten"] += 1
    return state


def log(user_id: int, domain: str):
    return Event.objects.filter(user_id=user_id, domain=domain)


def replay(events: Iterable[Event], state: State | None = None, domain: str = "") -> State:
    """The state that a log gives, from `state` on (default: from a newcomer's of the domain)."""
    state = new_state(domain) if state is None else state
    learned = Learned(state)
    for event in events:
        learn(state, event, learned)
    state["delta"] = learned.pack()
    return state


def _head(user_id: int, domain: str) -> tuple[int, int, int]:
    """What says "up to date": last number, forgotten events, lowest id (which tells a log that was reset from its heir)."""
    with connection.cursor() as cursor:
        cursor.execute(HEAD, (user_id, domain) * 3)
        last, forgotten, origin = cursor.fetchone()
    return last or 0, forgotten, origin or 0


def _seen(state: State) -> tuple[int, int, int]:
    return state["sequence"], state["forgotten"], state.get("origin", 0)


def catch_up(user_id: int, domain: str, state: State | None) -> State | None:
    """`state` brought to the head of the log: missing events learned, or all replayed where that does not suffice."""
    head = _head(user_id, domain)
    if not head[0]:
        return None
    if not is_complete(state, domain):
        state = None
    if state is not None and _seen(state) == head:
        return state
    events = log(user_id, domain).order_by("sequence")
    if state is not None and state["sequence"] < head[0]:
        news = list(events.filter(sequence__gt=state["sequence"]))
        forgotten = state["forgotten"] + sum(event.forgotten_at is not None for event in news)
        origin = min(event.pk for event in news) if news else head[2]
        if (forgotten, min(state.get("origin") or origin, origin)) == head[1:]:
            return replay(news, state)
    return replay(events.iterator(chunk_size=2000), domain=domain)


def load(user_id: int, domain: Domain) -> State:
    """The member's state, ready to serve; healed or rebuilt where the store lost, broke or missed something."""
    store, name = stores[domain.store], key(user_id, domain.name)
    if in_one_transaction(store):
        state = store.get(name)
        if state is not None and is_complete(state, domain.name):
            return state
        return rebuild(user_id, domain) if log(user_id, domain.name).exists() else new_state(domain.name)
    state, head = _get(store, name), _head(user_id, domain.name)
    if not head[0]:
        return new_state(domain.name)
    if state is not None and _seen(state) == head and is_complete(state, domain.name):
        return state
    if connection.in_atomic_block:  # what a rollback may take back must not reach a store that knows no rollback
        return catch_up(user_id, domain.name, state) or new_state(domain.name)
    logger.warning("personal model behind its log, healing: domain=%s member=%s", domain.name, user_id)
    try:
        return store.update(name, lambda old: catch_up(user_id, domain.name, old)) or new_state(domain.name)
    except Exception:  # whatever a store that is down raises, the log is there
        logger.exception("personal model not stored: domain=%s member=%s", domain.name, user_id)
        return catch_up(user_id, domain.name, None) or new_state(domain.name)


def _get(store: BaseStore, name: str) -> State | None:
    """What a store beside the database has; None while it is down, so that the log is read instead."""
    try:
        return store.get(name)
    except Exception:
        logger.exception("personal model not read: %s", name)
        return None


def rebuild(user_id: int, domain: Domain) -> State:
    """Replay the whole log into the store; a model without a log is removed."""
    fresh = stores[domain.store].update(key(user_id, domain.name), lambda _: catch_up(user_id, domain.name, None))
    return fresh or new_state(domain.name)


def write(user_id: int, domain: Domain, change: Callable[[State], State]) -> State:
    """Change the log and the model together: `change` gets the state, writes Event rows, returns the new state.

    With a transactional store all of it is one transaction, the model's row locked first. Other stores learn on commit from
    the log, and `load` heals what a crash in between left out; meanwhile the member's row is what writers queue at.
    """
    store, name = stores[domain.store], key(user_id, domain.name)
    if in_one_transaction(store):

        def locked(state: State | None) -> State:
            if state is None or not is_complete(state, domain.name):  # first event, or a blob that was quarantined
                state = catch_up(user_id, domain.name, None) or new_state(domain.name)
            return change(state)

        return store.update(name, locked) or new_state(domain.name)

    with transaction.atomic():
        _lock(user_id)
        state = change(catch_up(user_id, domain.name, _get(store, name)) or new_state(domain.name))
        # robust: the event is recorded, and the next read learns it
        transaction.on_commit(
            lambda: store.update(name, lambda old: catch_up(user_id, domain.name, old)) and None, robust=True
        )
    return state


def write_many(user_ids: Iterable[int], domain: Domain, change: Callable[[dict[int, State]], dict[int, State]]) -> None:
    """`write` for many members, some or all of them in one call of `change`, which gets and returns states by member."""
    store = stores[domain.store]
    members = {key(user_id, domain.name): user_id for user_id in user_ids}

    def locked(states: dict[str, State | None]) -> dict[str, State]:
        ready: dict[int, State] = {}
        for name, state in states.items():
            user_id = members[name]
            if state is None or not is_complete(state, domain.name):  # first event, or a blob that was quarantined
                state = catch_up(user_id, domain.name, None) or new_state(domain.name)
            ready[user_id] = state
        changed = change(ready)
        return {name: changed[members[name]] for name in states}

    if in_one_transaction(store):
        store.update_many(list(members), locked)
        return
    for user_id in members.values():
        write(user_id, domain, partial(_one_of_many, change, user_id))


def _one_of_many(change: Callable[[dict[int, State]], dict[int, State]], user_id: int, state: State) -> State:
    return change({user_id: state})[user_id]


def _lock(user_id: int) -> None:
    """Writers of a member's log wait here; on SQLite, BEGIN IMMEDIATE has made them wait already."""
    if connection.features.has_select_for_update:
        get_user_model().objects.select_for_update(no_key=True).filter(pk=user_id).values_list("pk").first()


def erase(user_id: int, domain: Domain) -> None:
    """Remove log and model, quarantine too. Rows go with the transaction, other stores right after it."""
    store, name = stores[domain.store], key(user_id, domain.name)
    with transaction.atomic():
        stale.mark(log(user_id, domain.name))
        if in_one_transaction(store):
            # Locked in the order in which `write` locks: the model first, then the log.
            store.update(name, lambda _: log(user_id, domain.name).delete() and None)
            store.delete(name)
        else:
            _lock(user_id)
            log(user_id, domain.name).delete()
            transaction.on_commit(lambda: store.delete(name) and None)
