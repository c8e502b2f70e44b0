"""Figures of evaluation rows with intervals that draw members, and differences of two models over the same rows.

Members are drawn with replacement (cluster bootstrap; Field and Welsh, "Bootstrapping clustered data", JRSS B 2007), once
for all figures: what is linear in members' sums is one product of matrices.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from ml.evaluation.outcomes import Outcomes, Paired, pair
from ml.evaluation.ranking import Interval, gains, hits, reciprocals

DRAWS = 1000
#: below, an interval says nothing
LEAST_ROWS, LEAST_MEMBERS = 20, 5
RANKED = ("hit@1", "hit@3", "hit@8", "ndcg@3", "ndcg@8", "mrr@8", "mrr", "auc")
PLAIN = ("brier", "log_loss")
#: what is better when it is smaller
LOSSES = frozenset({"brier", "log_loss", "fpr", "fdr", "fnr", "for"})


class Compared(NamedTuple):
    """A figure of both (None: cannot be said) and a − b, each with an interval. `clear`: the interval of it excludes 0."""

    name: str
    a: Interval | None
    b: Interval | None
    lead: Interval | None
    clear: bool

    @property
    def better(self) -> str:
        """Who is better for certain: "a", "b", or nobody."""
        if not self.clear or self.lead is None:
            return ""
        return "a" if (self.lead.mean > 0) != (self.name in LOSSES) else "b"


class Draws(NamedTuple):
    """How often each member counts (draws × members; the first row: everybody once), and each row's member."""

    weights: np.ndarray
    code: np.ndarray

    @classmethod
    def of(cls, members: np.ndarray, seed: int = 0, count: int = DRAWS) -> Draws:
        people, code = np.unique(members, return_inverse=True)
        if not len(people):
            return cls(np.zeros((count + 1, 0), np.float32), code)
        generator = np.random.default_rng(seed)
        drawn = generator.multinomial(len(people), np.full(len(people), 1 / len(people)), count)
        return cls(np.vstack([np.ones(len(people)), drawn]).astype(np.float32), code)

    def sums(self, values: np.ndarray, which: np.ndarray | None = None) -> np.ndarray:
        """Sums of `values` (rows of `which`, None: all; in one column or more) in each draw."""
        code = self.code if which is None else self.code[which]
        table = np.asarray(values, float).reshape(len(code), -1)
        by_member = np.zeros((self.weights.shape[1], table.shape[1]))
        np.add.at(by_member, code, table)
        return self.weights @ by_member


def interval(values: np.ndarray, level: float = 0.95) -> Interval | None:
    """Of a figure's draws, of which the first is the figure itself; None where that cannot be said."""
    if not len(values) or not np.isfinite(values[0]):
        return None
    drawn = values[1:][np.isfinite(values[1:])]
    if not len(drawn):
        return Interval(float(values[0]), float(values[0]), float(values[0]))
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(values[0]), float(low), float(high))


def row_values(rows: Outcomes) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Measure → (rows that it reads, its values there); a measure's figure is the mean."""
    ranked, every = np.flatnonzero(rows.ranked), np.arange(len(rows))
    found: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    if len(ranked):
        rank = rows.rank[ranked]
        for k in (1, 3, 8):
            found[f"hit@{k}"] = ranked, hits(rank, k)
            if k > 1:
                found[f"ndcg@{k}"] = ranked, gains(rank, k)
        found["mrr@8"], found["mrr"] = (ranked, reciprocals(rank, 8)), (ranked, reciprocals(rank))
    if len(every):
        score = np.clip(rows.score.astype(float), 1e-4, 1 - 1e-4)
        found["brier"] = every, (score - rows.y) ** 2
        found["log_loss"] = every, -np.where(rows.y == 1, np.log(score), np.log1p(-score))
    return found


def auc(rows: Outcomes, draws: Draws) -> np.ndarray:
    """Area under the ROC curve in each draw of members: how often a yes stands above a no; over 256 levels of score."""
    levels = np.unique(np.quantile(rows.score, np.linspace(0, 1, 257))) if len(rows) else np.zeros(1)
    level = np.searchsorted(levels, rows.score)
    people = draws.weights.shape[1]
    cells = np.zeros((people, len(levels) + 1, 2), np.float32)
    np.add.at(cells, (draws.code, level, rows.y.astype(int)), 1)
    no, yes = (draws.weights @ cells[:, :, at] for at in (0, 1))
    below = np.cumsum(no, 1) - no
    with np.errstate(invalid="ignore", divide="ignore"):
        return ((below + 0.5 * no) * yes).sum(1) / (no.sum(1) * yes.sum(1))


def drawn(rows: Outcomes, draws: Draws) -> dict[str, np.ndarray]:
    """Each measure in each draw."""
    found = {}
    with np.errstate(invalid="ignore", divide="ignore"):
        for name, (which, values) in row_values(rows).items():
            both = draws.sums(np.column_stack([values, np.ones(len(values))]), which)
            found[name] = both[:, 0] / both[:, 1]
    if len(rows) and 0 < rows.y.mean() < 1:
        found["auc"] = auc(rows, draws)
    return found


class Comparison(NamedTuple):
    """Two sets of rows made comparable. `paired`: over the same rows, drawn together; else each over its own, drawn apart."""

    a: Outcomes
    b: Outcomes
    draws_a: Draws
    draws_b: Draws
    paired: bool
    common: int

    @classmethod
    def of(cls, a: Outcomes, b: Outcomes, seed: int = 0) -> Comparison:
        both: Paired = pair(a, b)
        if both.common >= LEAST_ROWS and len(np.unique(both.a.member)) >= LEAST_MEMBERS:
            draws = Draws.of(both.a.member, seed)
            return cls(both.a, both.b, draws, draws, True, both.common)
        return cls(a, b, Draws.of(a.member, seed), Draws.of(b.member, seed + 1), False, both.common)


def measures(of: Comparison) -> list[Compared]:
    """All measures of both and their differences."""
    ours, theirs = drawn(of.a, of.draws_a), drawn(of.b, of.draws_b)
    names = [name for name in (*RANKED, *PLAIN) if name in ours or name in theirs]
    return [compared(name, ours.get(name), theirs.get(name)) for name in names]


def compared(name: str, a: np.ndarray | None, b: np.ndarray | None) -> Compared:
    """One figure from its draws in both."""
    lead = interval(a - b) if a is not None and b is not None else None
    clear = lead is not None and (lead.low > 0 or lead.high < 0)
    return Compared(name, None if a is None else interval(a), None if b is None else interval(b), lead, clear)


def summary(rows: Outcomes) -> Mapping[str, list[float]]:
    """Measure → [mean, low, high], plain values for `ModelVersion.metrics`."""
    draws = Draws.of(rows.member)
    found = {name: interval(values) for name, values in drawn(rows, draws).items()}
    return {name: [round(v, 5) for v in found[name] or ()] for name in (*RANKED, *PLAIN) if found.get(name)}
