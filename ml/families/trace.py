"""What a member did, in order: for families that learn from sequence and time (docs/adr/0004).

Beside the `History`, which has sums only, a trace keeps each event's time, item revision, verb and weight. It is a multiset
in canonical order, so adding and taking away are exact and do not depend on order, as with the history. What a family
derives from it (a vector fitted to it, counts per tag) is worked out when the model is opened, and never stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ml.families import varint

COLUMNS = ("time", "ref", "verb", "weight")
_TYPES = (np.int64, np.int64, np.int16, np.int64)


class Trace:
    """Events sorted by (time, ref, verb, weight); the arrays must not be written to.

    Attributes
    ----------
    time : int64, unix seconds.
    ref : int64, item revisions (`Item.ref`).
    verb : int16, codes of `ml.families.verbs`.
    weight : int64, signed, in 1/1000 (`ml.families.history.fixed`).
    """

    __slots__ = ("_columns", "_fresh")

    def __init__(self, columns: tuple[np.ndarray, ...] | None = None):
        self._columns = columns or tuple(np.zeros(0, kind) for kind in _TYPES)
        self._fresh: list[tuple[int, int, int, int]] = []

    def add(self, time: int, ref: int, verb: int, weight: int) -> None:
        """Add one event."""
        self._fresh.append((int(time), int(ref), int(verb), int(weight)))

    def remove(self, time: int, ref: int, verb: int, weight: int) -> None:
        """Take back what `add` with the same arguments did; ValueError when that never was."""
        wanted = (time, ref, verb, weight)
        same = np.logical_and.reduce([a == b for a, b in zip(self._sorted(), wanted, strict=True)])
        found = np.flatnonzero(same)
        if not len(found):
            raise ValueError(f"item revision {ref} cannot be unlearned: never learned then with that verb and weight")
        self._columns = tuple(np.delete(column, found[0]) for column in self._columns)

    def _sorted(self) -> tuple[np.ndarray, ...]:
        if self._fresh:
            fresh = zip(*self._fresh, strict=True)
            joined = [
                np.concatenate([column, np.array(values, kind)])
                for column, values, kind in zip(self._columns, fresh, _TYPES, strict=True)
            ]
            order = np.lexsort(joined[::-1])
            self._columns, self._fresh = tuple(column[order] for column in joined), []
        return self._columns

    @property
    def time(self) -> np.ndarray:
        return self._sorted()[0]

    @property
    def ref(self) -> np.ndarray:
        return self._sorted()[1]

    @property
    def verb(self) -> np.ndarray:
        return self._sorted()[2]

    @property
    def weight(self) -> np.ndarray:
        return self._sorted()[3]

    def __len__(self) -> int:
        return len(self._columns[0]) + len(self._fresh)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Trace) and self.pack() == other.pack()

    def upto(self, n: int) -> Trace:
        """The first `n` events."""
        return Trace(tuple(column[:n] for column in self._sorted()))

    def pack(self) -> bytes:
        """Canonical bytes: time and ref of the last event, then per event four varints.

        These are the seconds since the event before, the distance of refs, the verb and the weight.
        """
        if not len(self):
            return b""
        time, ref, verb, weight = self._sorted()
        if time[0] < 0:
            raise ValueError("trace: a time before 1970")
        rows = np.empty((len(time), 4), np.int64)
        rows[:, 0] = np.diff(time, prepend=0)
        rows[:, 1] = varint.zigzag(np.diff(ref, prepend=0))
        rows[:, 2] = verb
        rows[:, 3] = varint.zigzag(weight)
        return varint.encode(np.append([time[-1], varint.signed(int(ref[-1]))], rows))

    @classmethod
    def unpack(cls, data: bytes) -> Trace:
        """Inverse of `pack`; ValueError for bytes that `pack` never makes."""
        numbers = varint.decode(data)
        if not len(numbers):
            return cls()
        if len(numbers) % 4 != 2 or len(numbers) < 6:
            raise ValueError("trace: truncated")
        step, ref, verb, weight = numbers[2:].reshape(-1, 4).T
        if len(verb) and verb.max() > np.iinfo(np.int16).max:
            raise ValueError("trace: a verb without a number")
        columns = (np.cumsum(step), np.cumsum(varint.unzigzag(ref)), verb, varint.unzigzag(weight))
        found = tuple(column.astype(kind) for column, kind in zip(columns, _TYPES, strict=True))
        if (step[1:] == 0).any() and not _in_order(found):
            raise ValueError("trace: not in canonical order")
        if (found[0][-1], varint.signed(int(found[1][-1]))) != (numbers[0], numbers[1]):
            raise ValueError("trace: its head names another last event")
        return cls(found)


def appended(data: bytes, time: int, ref: int, verb: int, weight: int) -> bytes | None:
    """The packed trace `data` with one event more, without unpacking it; None unless the event is later than all others.

    What a member does now is the latest thing that they did: the usual case costs some microseconds, however long the trace.
    """
    last, last_ref, at = 0, 0, 0
    if data:
        last, at = varint.first(data)
        zigzag, at = varint.first(data, at)
        last_ref = (zigzag >> 1) ^ -(zigzag & 1)
        if time <= last:
            return None
    head = varint.one(time) + varint.one(varint.signed(ref))
    body = (time - last, varint.signed(ref - last_ref), verb, varint.signed(weight))
    return head + data[at:] + b"".join(map(varint.one, body))


def _in_order(columns: tuple[np.ndarray, ...]) -> bool:
    return bool((np.diff(np.lexsort(columns[::-1])) == 1).all())


def open_trace(family: str, delta: Mapping[str, Any] | None) -> Trace:
    """The trace in a delta (an empty one where there is none). A `Trace` in place of the packed bytes is shared, not copied."""
    found = (delta or {}).get("trace", b"")
    if isinstance(found, Trace):
        return found
    if not isinstance(found, bytes):
        raise ValueError(f"{family}: not a delta of this family")
    return Trace.unpack(found)
