"""Bytes kept per member after 100 events: all that serving needs besides base and catalogue, against a private copy."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from benchmarks import old_way, world
from benchmarks.timing import show, verdict
from ml.store import stores
from recommendations import catalogue, personal
from recommendations.services import record_event

EVENTS = 100


def main(size: int, *, quick: bool = False) -> None:
    snapshot = catalogue.current("activities")
    (alice,) = world.members(1, events=0)
    items = np.random.default_rng(3).choice(snapshot.ids, EVENTS)
    for item in items:
        record_event(domain="activities", item=item, verb="view", user=alice)
    stored = stores["default"].size(personal.key(alice.pk, "activities"))
    with tempfile.TemporaryDirectory() as folder:
        private = old_way.write(Path(folder) / "copy.joblib")
    title = f"Bytes per member after {EVENTS} events on {len(set(items))} items"
    show(
        title, "what|bytes", [["base + delta: the stored delta, envelope included", stored], ["private copy", private]]
    )
    print(f"- 4 KB or less: {verdict(stored <= 4096)} ({stored:,} bytes)")
    print(f"- 1/200 or less of a private copy: {verdict(stored * 200 <= private)} (1/{private / stored:,.0f})")
