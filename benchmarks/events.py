"""One event: through the service on SQLite, by the engine alone, and the old way; medians of turns side by side."""

from __future__ import annotations

import tempfile
from itertools import cycle
from pathlib import Path

import numpy as np
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks import old_way, world
from benchmarks.timing import p50, p95, ratio, repeated, show, side_by_side, verdict
from ml.families.history import fixed
from ml.models import StoredBlob
from ml.store import stores
from ml.store.memory import MemoryStore
from recommendations import catalogue, personal
from recommendations.models import Event
from recommendations.services import record_event

BATCH = 20


def main(size: int, *, quick: bool = False) -> None:
    rounds = 10 if quick else 300
    snapshot = catalogue.current("activities")
    alice, bob = world.members(2)
    ids = cycle(np.random.default_rng(2).permutation(snapshot.ids).tolist())
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "alice.joblib"
        old_way.write(copy)
        text = snapshot.item(0).text
        tasks = {
            "old": lambda: old_way.learn(copy, text, 3),
            "old recommendation": lambda: old_way.recommend(copy, text),
            "service": lambda: record_event(domain="activities", item=next(ids), verb="view", user=alice),
            "floor": orm_floor(bob, snapshot),
            "store": repeated(in_memory(bob, snapshot), BATCH),
            "learn": repeated(learn_only(bob, snapshot), BATCH),
        }
        taken = side_by_side(tasks, rounds)
    for name in ("store", "learn"):
        taken[name] /= BATCH
    with CaptureQueriesContext(connection) as queries:
        tasks["service"]()
    _report(taken, len(queries))


def orm_floor(user, snapshot):
    """The two rows alone, by the ORM, in one transaction: an event inserted, a model's row overwritten."""
    key = personal.key(user.pk, "activities")
    row = StoredBlob.objects.get(alias="default", key=key)
    data, ref = bytes(row.data), snapshot.item(0).ref
    numbers = iter(range(1000, 10**9))

    def floor() -> None:
        now = timezone.now()
        with transaction.atomic():
            Event.objects.create(
                user=user,
                domain="activities",
                sequence=next(numbers),
                item_id="1",
                revision_id=ref,
                verb="view",
                weight=1000,
                occurred_at=now,
            )
            StoredBlob.objects.filter(pk=row.pk).update(data=data, updated_at=now)

    return floor


def _change(snapshot):
    """What one event does to a state; every second one takes the last back, so that the state stays of its size."""
    refs = cycle([snapshot.item(position).ref for position in range(len(snapshot))])
    event = Event(pk=1, verb="view", weight=fixed(1), sequence=1, occurred_at=timezone.now())
    back = cycle((False, True))

    def change(state):
        if next(back):
            return personal.unlearn(state, event)
        event.revision_id = next(refs)
        return personal.learn(state, event)

    return change


def in_memory(user, snapshot):
    """The engine with its envelope (read, verify, learn, sign, write) in a store without a database."""
    key, change = personal.key(user.pk, "activities"), _change(snapshot)
    store = MemoryStore("bench", {})
    store.put(key, stores["default"].get(key))
    return lambda: store.update(key, change)


def learn_only(user, snapshot):
    """Learning alone: unpack the history, add, pack."""
    state, change = personal.load(user.pk, _domain()), _change(snapshot)
    return lambda: change(state)


def _domain():
    from recommendations.domains import domains

    return domains["activities"]


def _report(taken, queries: int) -> None:
    names = {
        "old": "old way: joblib load, partial_fit, dump",
        "service": f"through the service: {queries} statements, event row, learn, store, commit",
        "floor": "floor: the two rows by the ORM, nothing else",
        "store": "engine: read, verify, learn, sign, write in memory",
        "learn": "engine: learn only (unpack, add, pack)",
        "old recommendation": "old way, a recommendation: load, predict",
    }
    rows = [[text, p50(taken[n]), p95(taken[n]), f"{ratio(taken['old'], taken[n]):,.1f}×"] for n, text in names.items()]
    show(
        f"One event, a member of 100 events (private copy {old_way.source()})",
        "what|p50, ms|p95, ms|faster than old",
        rows,
    )
    service, engine = ratio(taken["old"], taken["service"]), ratio(taken["old"], taken["store"])
    print(f"- p50 under 5 ms: {verdict(p50(taken['service']) < 5)} ({p50(taken['service']):.2f} ms)")
    print(f"- service 20× faster than the old way: {verdict(service >= 20)} ({service:.1f}×; the aim is 40×)")
    print(f"- engine 200× faster than the old way: {verdict(engine >= 200)} ({engine:.0f}×)")
