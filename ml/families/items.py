"""What a model sees of the world: items, examples, and the append-only catalogue that models score."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Item:
    """One item's features as they were at one moment (a *revision*: an edited item is a new `Item`).

    Parameters
    ----------
    id : the item's id in its domain.
    ref : the revision's number, unique within a domain; 0 means "not stored". Deltas hold these numbers.
    text, label, tags, numbers : what text models read, what classifiers predict, and further features.
    """

    id: str
    text: str = ""
    label: str = ""
    tags: tuple[str, ...] = ()
    numbers: Mapping[str, float] = field(default_factory=dict)
    ref: int = 0


@dataclass(frozen=True, slots=True)
class Example:
    """One event as a model learns it: an item revision, a signed weight (negative: dislike), a unix time in seconds, a verb."""

    item: Item
    weight: float = 1.0
    time: float = 0.0
    verb: str = ""


@dataclass(frozen=True)
class TrainingData:
    """What `Family.fit` gets: the catalogue's current items and the interaction log in time order.

    `member`, `item`, `weight`, `time`, `verb`, `value`, `context` are equally long arrays: a member number
    (0 … members-1), an index into `items`, the signed weight, the unix time, the verb (`ml.families.verbs`), the event's
    value (NaN: none) and its context (such as the offer that an order names). `extra` is what the domain adds
    (`Domain.training_extra`). The last four may be missing: `verb` 0, `value` NaN, `context` "", `extra` empty.
    """

    items: Sequence[Item]
    member: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int32))
    item: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int32))
    weight: np.ndarray = field(default_factory=lambda: np.zeros(0, np.float32))
    time: np.ndarray = field(default_factory=lambda: np.zeros(0, np.float64))
    verb: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int16))
    value: np.ndarray = field(default_factory=lambda: np.zeros(0, np.float32))
    context: np.ndarray = field(default_factory=lambda: np.zeros(0, object))
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n = len(self.member)
        for name, empty in (("verb", np.zeros(n, np.int16)), ("value", np.full(n, np.nan, np.float32))):
            if not len(getattr(self, name)):
                object.__setattr__(self, name, empty)
        if not len(self.context):
            object.__setattr__(self, "context", np.full(n, "", object))

    @property
    def members(self) -> int:
        return int(self.member.max()) + 1 if len(self.member) else 0


class Catalogue:
    """Append-only table of item revisions; row numbers never change, so matrices built over it only grow.

    A family keeps its features beside it (`family.features(base, catalogue)`) and extends them when rows were added.
    Revisions that are not in the table (old ones that a member once learned) are fetched through `load`, a callable
    from refs to items, and appended.
    """

    def __init__(self, items: Iterable[Item] = (), load=None):
        self.items: list[Item] = []
        self._row: dict[int, int] = {}
        self._load = load
        self._lock = threading.RLock()
        self.memo: dict = {}  # family features, keyed by base version; owned by `ml.families.base`
        self.extend(items)

    def __len__(self) -> int:
        return len(self.items)

    def add(self, item: Item) -> int:
        """Append `item` unless its ref is there; returns the ref (a fresh negative one for unstored items)."""
        with self._lock:
            if not item.ref:
                item = replace(item, ref=-len(self.items) - 1)
            if item.ref not in self._row:
                self.items.append(item)
                self._row[item.ref] = len(self.items) - 1
            return item.ref

    def extend(self, items: Iterable[Item]) -> list[int]:
        return [self.add(item) for item in items]

    def rows(self, refs: Iterable[int]) -> np.ndarray:
        """Row numbers (int64) of `refs`; unknown refs are loaded, and left out where they no longer exist."""
        refs = list(refs)
        missing = [ref for ref in refs if ref not in self._row]
        if missing and self._load is not None:
            self.extend(self._load(missing))
        return np.array([self._row[ref] for ref in refs if ref in self._row], dtype=np.int64)

    def get(self, ref: int) -> Item | None:
        rows = self.rows([ref])
        return self.items[rows[0]] if len(rows) else None
