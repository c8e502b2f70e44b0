"""How costs grow with members (deltas only), items and events of a member: a table, and a plot in var/."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from django.conf import settings
from django.db import connection
from django.utils import timezone

from benchmarks import scoring
from benchmarks.timing import p50, show, side_by_side
from ml.families.history import fixed
from ml.families.items import TrainingData
from ml.families.naive_bayes import NaiveBayes
from ml.families.verbs import code
from ml.store import stores
from ml.store.memory import MemoryStore
from recommendations import personal
from recommendations.models import Event

MEMBERS = (100, 1000, 10_000, 100_000, 1_000_000)
ITEMS = (1200, 5000, 20_000, 80_000, 200_000)
EVENTS = (10, 100, 1000, 10_000)
REFS = 1200


def main(size: int, *, quick: bool = False) -> None:
    by_members = members(MEMBERS[:2] if quick else MEMBERS)
    by_items = items(ITEMS[:1] if quick else ITEMS)
    by_events = events(EVENTS[:2] if quick else EVENTS)
    show(
        "Growth with members (deltas of 100 events each)",
        "members|MB in the table|bytes each|read, ms|update, ms",
        by_members,
    )
    show("Growth with items (one member of 100 events)", "items|score all, ms", by_items)
    show("Growth with a member's events (on as many different items)", "events|bytes|learn one, sealed, ms", by_events)
    if not quick:
        print(f"plot: {plot(by_members, by_items, by_events).relative_to(settings.BASE_DIR)}")


def state_of(events: int, rng, refs: int = REFS) -> dict:
    """A state after views of `events` items."""
    state = {**personal.new_state("activities"), "sequence": events, "events": events}
    learned = personal.Learned(state)
    for n, ref in enumerate(rng.integers(1, refs + 1, events).tolist()):
        learned.history.add(ref, fixed(1))
        if learned.trace is not None:
            learned.trace.add(1_780_000_000 + 3600 * n, ref, code("view"), fixed(1))
    return {**state, "delta": learned.pack()}


def members(counts) -> list[list]:
    """Rows of (members, MB, bytes each, ms to read one, ms to update one); the table grows from count to count."""
    store, rng, rows, there = stores["default"], np.random.default_rng(5), [], 0
    states = [state_of(100, rng) for _ in range(200)]
    start = _table_bytes()
    for count in counts:
        with connection.cursor() as cursor:
            for first in range(there, count, 10_000):
                _write(cursor, store, states, range(first, min(first + 10_000, count)))
        there = count
        stored = _table_bytes() - start
        keys = iter([_key(n) for n in rng.integers(0, count, 1000)])
        tasks = {
            "read": lambda keys=keys: store.get(next(keys)),
            "update": lambda keys=keys: store.update(next(keys), lambda state: state),
        }
        taken = side_by_side(tasks, 200)
        rows.append([count, stored / 1e6, stored // count, p50(taken["read"]), p50(taken["update"])])
    return rows


def _key(n: int) -> str:
    return personal.key(10_000_000 + int(n), "activities")


def _write(cursor, store, states: list[dict], numbers: range) -> None:
    """Many deltas in one transaction; each is sealed for its own key."""
    from django.db import transaction

    rows = [("default", _key(n), store.seal(_key(n), states[n % len(states)]), store._now()) for n in numbers]
    with transaction.atomic():
        cursor.executemany("INSERT INTO ml_blob (alias, key, data, updated_at) VALUES (%s, %s, %s, %s)", rows)


def _table_bytes() -> int:
    """Bytes of the database's pages in use: only deltas are added between two calls."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (p.page_count - f.freelist_count) * s.page_size "
            "FROM pragma_page_count p, pragma_freelist_count f, pragma_page_size s"
        )
        return cursor.fetchone()[0]


def items(counts) -> list[list]:
    """Rows of (items, ms to score all of them for one member)."""
    family, known = NaiveBayes(), scoring.demo_items()
    base = family.fit(TrainingData(known))
    rows = []
    for count in counts:
        whole = scoring.tasks(family, base, known, count)["whole"]
        rows.append([count, p50(side_by_side({"whole": whole}, 30)["whole"])])
    return rows


def events(counts) -> list[list]:
    """Rows of (events, bytes, ms to read, learn one more and write in memory)."""
    rng, rows = np.random.default_rng(6), []
    for count in counts:
        store = MemoryStore("bench", {})
        store.put("member", state_of(count, rng, 10 * count))
        event = Event(pk=1, verb="view", weight=fixed(1), sequence=1, revision_id=5 * count, occurred_at=timezone.now())
        taken = side_by_side(
            {"learn": lambda s=store, e=event: s.update("member", lambda state: personal.learn(state, e))}, 50
        )
        rows.append([count, store.size("member"), p50(taken["learn"])])
    return rows


def plot(by_members, by_items, by_events) -> Path:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 3, figsize=(13, 4), layout="constrained")
    for axis, rows, columns, label in (
        (axes[0], by_members, {"read": 3, "update": 4}, "members (deltas only)"),
        (axes[1], by_items, {"score all": 1}, "items"),
        (axes[2], by_events, {"learn one": 2}, "events of a member"),
    ):
        for name, column in columns.items():
            axis.loglog([row[0] for row in rows], [row[column] for row in rows], marker="o", label=name)
        axis.set_xlabel(label)
        axis.set_ylabel("ms (median)")
        axis.grid(True, which="both", alpha=0.2)
        axis.legend()
    path = settings.VAR_DIR / f"benchmarks-growth-{time.strftime('%Y-%m-%d')}.png"
    figure.savefig(path, dpi=110)
    return path
