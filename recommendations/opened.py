"""Members' models kept open in memory while what they learned stays the same.

Exact, in every process: the stored state is read for each request, and only what follows from it is kept: packed history read,
models opened, all items scored. A page after page of one feed is ranked from it; the first request after an event opens anew.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ml import families as ml_families
from ml.families.base import Base, Personal
from ml.families.trace import Trace
from recommendations.catalogue import Snapshot
from recommendations.personal import Learned, State

BYTES = 24 * 2**20  # of all members together, about
VECTOR = 200_000  # bytes that a model keeps whatever the number of items, about
SECONDS = 300.0  # so that little remains in memory of who left or was erased


@dataclass
class Opened:
    """What follows from one state over one snapshot."""

    delta: Mapping[str, bytes]
    snapshot: Snapshot
    learned: Learned
    models: dict[str, Personal] = field(default_factory=dict)
    scores: dict[str, np.ndarray] = field(default_factory=dict)  # by family, of the snapshot's items
    used: float = 0.0

    @property
    def trace(self) -> Trace:
        """Empty in domains that keep none."""
        return Trace() if self.learned.trace is None else self.learned.trace

    def serve(self, bases: Mapping[str, Base], context: Mapping[str, Any]) -> dict[str, Personal]:
        """The families' models; those that read the context are opened anew, the others and their scores are kept."""
        return {name: self._model(name, base, context) for name, base in bases.items()}

    def _model(self, name: str, base: Base, context: Mapping[str, Any]) -> Personal:
        model = self.models.get(name)
        if model is None or model.base is not base:
            delta = {"history": self.learned.history, "trace": self.trace}
            model = ml_families.get(name).open(base, delta, self.snapshot.catalogue)
            model.context = context
            self.scores.pop(name, None)
            if not model.family.contextual:
                self.models[name] = model
        return model


_kept: OrderedDict[tuple[str, int], Opened] = OrderedDict()
_lock = threading.Lock()


def opened(domain: str, user_id: int | None, state: State, snapshot: Snapshot) -> Opened:
    """The state's learned models, from memory where it is what was opened last; `user_id` None: a visitor's, never kept."""
    if user_id is None:
        return Opened(state["delta"], snapshot, Learned(state))
    key, now = (domain, user_id), time.monotonic()
    with _lock:
        found = _kept.pop(key, None)
        if found is None or found.snapshot is not snapshot or found.delta != state["delta"]:
            found = Opened(state["delta"], snapshot, Learned(state))
        found.used = now
        _kept[key] = found
        room = BYTES // (VECTOR + 16 * len(snapshot))
        while len(_kept) > max(room, 1) or next(iter(_kept.values())).used < now - SECONDS:
            _kept.popitem(last=False)
    return found


def forget_all() -> None:
    """Close all (tests; after a database was exchanged)."""
    with _lock:
        _kept.clear()
