"""The contract that every family of models keeps (docs/how-to/family.md); tests/ml/families/test_contract.py holds each to it."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple

import numpy as np

from ml.families.history import History, fixed
from ml.families.items import Catalogue, Example, Item, TrainingData
from ml.families.trace import Trace
from ml.families.verbs import code

Progress = Callable[[float, str], None]


class Param(NamedTuple):
    """A typed, bounded setting of a family (`fit` or scoring); the admin edits it. `choices` for choices, else min/max."""

    default: Any
    help: str
    min: float | None = None
    max: float | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Base:
    """One pretrained, versioned, immutable model, shared by all members.

    `state` holds plain values and NumPy arrays only (what stores keep, see `ml.store`). `fingerprint` is the sha256 of the
    training data, `version` that of the learned state: equal training gives equal versions.
    """

    family: str
    state: Mapping[str, Any]
    params: Mapping[str, Any] = field(default_factory=dict)
    fingerprint: str = ""
    cache: dict = field(default_factory=dict, repr=False, compare=False)  # derived arrays, never stored

    @property
    def version(self) -> str:
        if "version" not in self.cache:
            self.cache["version"] = digest({"family": self.family, "params": dict(self.params), "state": self.state})[
                :12
            ]
        return self.cache["version"]


class Contribution(NamedTuple):
    """One part of an explained score: `kind` is `word`, `label`, `item`, `tag`, `prior` or `rest`; `value` is signed."""

    kind: str
    name: str
    value: float


class Explanation(NamedTuple):
    """`score - base_score == sum(c.value for c in contributions)` up to rounding; largest magnitude first."""

    score: float
    base_score: float
    contributions: list[Contribution]


class Personal(ABC):
    """base + delta: behaves as a full private copy that was fine-tuned. Made by `Family.open`.

    `context` says when and for whom is scored: `at` (unix seconds) and what `Domain.context` adds. Set by who asks.
    """

    context: Mapping[str, Any] = MappingProxyType({})

    def __init__(self, family: Any, base: Base, catalogue: Catalogue, history: History, trace: Trace | None = None):
        self.family, self.base, self.catalogue, self.history = family, base, catalogue, history
        self.trace = trace

    def learn_one(self, example: Example, weight: float | None = None) -> None:
        """Learn one example with `weight` (default: its own), in place."""
        self._move(example, weight, self.history.add, Trace.add)

    def unlearn_one(self, example: Example, weight: float | None = None) -> None:
        """Exact inverse of `learn_one` with the same arguments; ValueError when that was never learned."""
        self._move(example, weight, self.history.remove, Trace.remove)

    def _move(self, example: Example, weight: float | None, summed: Callable, traced: Callable) -> None:
        ref, amount = self.catalogue.add(example.item), fixed(example.weight if weight is None else weight)
        if self.trace is not None:
            traced(self.trace, int(example.time), ref, code(example.verb), amount)
        summed(ref, amount)
        self.changed()

    def changed(self) -> None:  # noqa: B027  most families derive nothing that outlives a call
        """Drop what was derived from the history."""

    @property
    def delta(self) -> dict[str, Any]:
        """All that is stored per member: plain values and arrays."""
        found: dict[str, Any] = {"history": self.history.pack()}
        return found if self.trace is None else {**found, "trace": self.trace.pack()}

    @property
    def digest(self) -> str:
        return digest(self.delta)

    @abstractmethod
    def score(self, rows: np.ndarray | None = None) -> np.ndarray:
        """float32 scores (higher is better) of catalogue rows (None: all). Pure: changes nothing that anybody can see."""

    @abstractmethod
    def explain(self, item: Item) -> Explanation:
        """Why this item scores as it does, own model against base."""

    def top(self, n: int = 5) -> list[tuple[str, float]]:
        """The n labels that moved furthest from the base, with the signed movement; empty where labels mean nothing."""
        return []


class Family(ABC):
    """A kind of model. Stateless; all learned things live in `Base` and `Personal`."""

    name: ClassVar[str]
    format: ClassVar[int] = 1  # of the state; raise it when `Base.state` changes: older bases are refused, not misread
    additive: ClassVar[bool] = True  # updates are sums: order does not matter, unlearn_one is exact
    contextual: ClassVar[bool] = True  # scores depend on `Personal.context` (the moment), so they cannot be kept
    sequential: ClassVar[bool] = False  # reads the trace: `open` passes `open_trace(self.name, delta)` on to `Personal`
    params: ClassVar[Mapping[str, Param]] = {}
    #: parameter → values that `evaluate --tune` tries on validation data, the plainest first, one parameter after the other
    tuned: ClassVar[Mapping[str, tuple]] = {}
    #: verb → 1 or 0, for families whose score is the probability of how an attempt ends, not of what is taken
    outcomes: ClassVar[Mapping[str, int]] = {}
    #: parameters that only scoring reads: another value needs no new fit
    scoring: ClassVar[frozenset[str]] = frozenset()

    @abstractmethod
    def fit(
        self, data: TrainingData, params: Mapping[str, Any] | None = None, progress: Progress | None = None
    ) -> Base:
        """Train a base; deterministic for equal data and params."""

    @abstractmethod
    def open(self, base: Base, delta: Mapping[str, Any] | None = None, catalogue: Catalogue | None = None) -> Personal:
        """The personal model for a stored delta (None: a newcomer's). ValueError for a delta of another kind."""

    def features(self, base: Base, catalogue: Catalogue) -> Any:
        """This family's features of all catalogue rows, built once per base version and extended as rows are added."""
        with catalogue._lock:
            key = (self.name, base.version)
            old = catalogue.memo.get(key)
            new = self.extend_features(base, catalogue, old)
            catalogue.memo[key] = new
            return new

    def extend_features(self, base: Base, catalogue: Catalogue, old: Any) -> Any:
        """`old` (None at first) grown to cover all `len(catalogue)` rows; return `old` itself when nothing is missing."""
        return old

    def size(self, data: TrainingData) -> int:
        """How many rows `data` has: events, or items where there are none."""
        return len(data.member) or len(data.items)

    def evaluate(self, data: TrainingData, params: Mapping[str, Any], seed: int = 0) -> tuple[dict, bytes | None]:
        """Metrics of this family alone on a held-out part of `data` (plain values), and a picture (PNG) or None."""
        return {}, None

    def with_defaults(self, params: Mapping[str, Any] | None) -> dict[str, Any]:
        """`params` over the defaults; ValueError naming an unknown or out-of-range one."""
        return with_defaults(self.name, self.params, params)


def with_defaults(name: str, specs: Mapping[str, Param], params: Mapping[str, Any] | None) -> dict[str, Any]:
    """`params` over the defaults of `specs`; ValueError naming an unknown or out-of-range one of the model `name`."""
    out = {key: spec.default for key, spec in specs.items()}
    for key, value in (params or {}).items():
        if key not in specs:
            raise ValueError(f"{name} has no parameter {key!r}; it has: {', '.join(sorted(specs)) or 'none'}")
        spec = specs[key]
        if spec.choices and value not in spec.choices:
            raise ValueError(f"{name}.{key}: {value!r} is not one of {', '.join(spec.choices)}")
        if (spec.min is not None and value < spec.min) or (spec.max is not None and value > spec.max):
            raise ValueError(f"{name}.{key}: {value} is outside {spec.min} … {spec.max}")
        out[key] = value
    return out


def open_history(family: str, delta: Mapping[str, Any] | None) -> History:
    """The history in a delta (None: an empty one). A `History` in place of the packed bytes is shared, not copied."""
    if delta is None:
        return History()
    found = delta.get("history") if isinstance(delta, Mapping) else None
    if isinstance(found, History):
        return found
    if not isinstance(found, bytes):
        raise ValueError(f"{family}: not a delta of this family")
    return History.unpack(found)


def digest(value: Any) -> str:
    """sha256 (hex) of plain values and arrays, independent of dict order and memory layout."""
    hasher = hashlib.sha256()
    _feed(hasher.update, value)
    return hasher.hexdigest()


def _feed(update: Callable[[bytes], None], value: Any) -> None:
    if isinstance(value, np.ndarray):
        update(f"a{value.dtype.str}{value.shape}".encode())
        update(np.ascontiguousarray(value).tobytes())
    elif isinstance(value, Mapping):
        update(f"d{len(value)}".encode())
        for key in sorted(value, key=str):
            _feed(update, key)
            _feed(update, value[key])
    elif isinstance(value, (list, tuple)):
        update(f"l{len(value)}".encode())
        for part in value:
            _feed(update, part)
    elif isinstance(value, bytes):
        update(b"b%d:" % len(value) + value)
    elif value is None or isinstance(value, (bool, int, float, str, np.integer, np.floating)):
        text = repr(value.item() if isinstance(value, np.generic) else value).encode()
        update(b"v%d:" % len(text) + text)
    else:
        raise TypeError(f"{type(value).__name__} cannot be part of a model's state")
