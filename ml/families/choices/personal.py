"""What the families of choices have in common once opened: the member's past, the moment, explanations that add up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ml.families.base import Base, Contribution, Explanation, Family, Personal, open_history
from ml.families.choices.past import COLUMNS, GROUPS, OF_MEMBER, Crowd, Past, describe, weekdays
from ml.families.choices.sets import cohort_of, touched
from ml.families.choices.things import Things, Vocabulary, things_of
from ml.families.choices.utility import traits
from ml.families.items import Catalogue, Item
from ml.families.trace import Trace, open_trace

KINDS = {"again": "item", "kind": "label", "alike": "item"}  # how an explanation calls a group; else "rest"


class ChoiceFamily(Family):
    """Base class: features of the catalogue, and the crowd's columns out of a base's state."""

    format = 2  # 2: cohorts, and content inside the networks
    sequential = True
    personal_class: type

    def open(self, base: Base, delta=None, catalogue: Catalogue | None = None):
        history, trace = open_history(self.name, delta), open_trace(self.name, delta)
        return self.personal_class(self, base, catalogue or Catalogue(), history, trace)

    def extend_features(self, base: Base, catalogue: Catalogue, old: Things | None) -> Things:
        if old is not None and len(old) == len(catalogue):
            return old
        return things_of(catalogue.items, words_of(base), old)


def words_of(base: Base) -> Vocabulary:
    if "words" not in base.cache:
        base.cache["words"] = Vocabulary.load(base.state["words"])
    return base.cache["words"]


def crowd_of(base: Base) -> Crowd:
    names, tastes = base.state.get("cohort_names", []), base.state.get("cohort_tastes", [])
    cohorts = dict(zip(names, tastes, strict=True))
    return Crowd(base.state["popular"], base.state["chosen_rate"], base.state["label_weekday"], cohorts)


class ChoicePersonal(Personal):
    """`context["at"]` (default: the last event's time) and `context["weekday"]` (default: that of `at`) say when is chosen."""

    trace: Trace

    def _moment(self) -> tuple[float, int]:
        at = self.context.get("at")
        if at is None:
            at = float(self.trace.time[-1]) if len(self.trace) else 0.0
        return float(at), int(self.context.get("weekday", weekdays(at)))

    def past(self) -> Past:
        """The member's events until the moment."""
        past, (at, _weekday) = Past.of(self.trace, self.catalogue), self._moment()
        return past.upto(int(np.searchsorted(past.time, at, side="right")))

    def score(self, rows=None):
        past = self.past()  # first: it may load revisions, which adds rows
        return self._score(past, self._rows(rows))

    def _rows(self, rows: np.ndarray | None) -> np.ndarray:
        return np.arange(len(self.catalogue)) if rows is None else np.asarray(rows, np.int64)

    def _columns(self, past: Past, rows: np.ndarray) -> tuple[Things, np.ndarray]:
        at, weekday = self._moment()
        things: Things = self.family.features(self.base, self.catalogue)
        return things, describe(things, past, crowd_of(self.base), at, weekday, rows)

    def _traits(self, things: Things, columns: np.ndarray, past: Past, rows: np.ndarray, handover: float) -> np.ndarray:
        """What content is told of rows (1 × rows × features)."""
        at, _weekday = self._moment()
        seen, strength = touched(past, at)
        cohort = cohort_of(crowd_of(self.base), self.context.get("group"), things)
        parts = (rows[None], columns[None], seen[None], strength[None], cohort[None])
        return traits(words_of(self.base), things, *parts, handover)

    def _score(self, past: Past, rows: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def _nobody(self) -> Past:
        none = np.zeros(0)
        return Past(none.astype(np.int64), none, none, none.astype(bool), none.astype(bool))


def telescoped(
    score: Callable[[np.ndarray], float], before: np.ndarray, after: np.ndarray
) -> tuple[float, float, list[Contribution]]:
    """(score, score before, contributions) of going from one row of columns to another, group by group: they add up."""
    row, value, parts = before.copy(), score(before), []
    first = value
    for group in OF_MEMBER:
        at = [COLUMNS.index(name) for name in GROUPS[group]]
        row[..., at] = after[..., at]
        new = score(row)
        parts.append(Contribution(KINDS.get(group, "rest"), group, new - value))
        value = new
    return value, first, parts


def explained(score: float, base_score: float, parts: list[Contribution]) -> Explanation:
    """Largest first; what the parts leave out (rounding) goes into `rest`."""
    left = score - base_score - sum(part.value for part in parts)
    parts = [*parts, Contribution("rest", "rest", left)]
    return Explanation(score, base_score, sorted((p for p in parts if p.value), key=lambda p: -abs(p.value)))


def row_of(catalogue: Catalogue, item: Item) -> np.ndarray:
    return catalogue.rows([catalogue.add(item)])


def crowd_state(crowd: Crowd, words: Vocabulary) -> dict[str, Any]:
    return {
        "words": words.state(),
        "popular": crowd.popular,
        "chosen_rate": crowd.chosen_rate,
        "label_weekday": crowd.label_weekday,
        "cohort_names": list(crowd.cohorts),
        "cohort_tastes": np.array(list(crowd.cohorts.values()), np.float32),
    }
