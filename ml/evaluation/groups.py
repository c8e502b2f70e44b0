"""The ten rates of decisions by category and by group of members, of two models side by side."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ml.evaluation.outcomes import Outcomes
from ml.evaluation.paired import Compared, Comparison, Draws, compared
from ml.evaluation.rates import NAMES

#: a group with fewer rows, or with fewer members, is not shown: its rates say nothing, and could tell what single people did
LEAST, LEAST_PEOPLE = 20, 5
CELLS = ("tp", "fp", "fn", "tn")
#: names of decision rules: among the first k of the candidates, or the score with the best F1
RULES = ("top1", "top3", "top8", "f1")


class Row(NamedTuple):
    """One group; `rows` and `members` of both sides. `hidden`: too small to be shown, then `rates` is empty."""

    label: str
    rows: tuple[int, int]
    members: tuple[int, int]
    hidden: bool
    rates: list[Compared]


class Table(NamedTuple):
    """One grouping: "all", "category", "history" or one of the domain's own."""

    name: str
    rows: list[Row]


def default_rule(rows: Outcomes) -> str:
    """In the first 8 where there is much to choose from, in the first 3 of a menu, by F1 where nothing was ranked."""
    ranked = rows.rank[np.isfinite(rows.rank)]
    if not len(ranked):
        return "f1"
    return "top8" if np.quantile(ranked, 0.9) >= 12 else "top3"


def said(rows: Outcomes, rule: str) -> tuple[np.ndarray, float | None]:
    """(mask of the rows that the model says yes to, the threshold of its score where that decides)."""
    if rule.startswith("top") and np.isfinite(rows.rank).any():
        return np.nan_to_num(rows.rank, nan=np.inf) < int(rule.removeprefix("top")), None
    cut = best_threshold(rows.y, rows.score)
    return rows.score >= cut, cut


def best_threshold(y: np.ndarray, score: np.ndarray) -> float:
    """The score with the best F1; 0.5 without a yes."""
    if not y.any():
        return 0.5
    order = np.argsort(-score, kind="stable")
    tp = np.cumsum(y[order])
    f1 = 2 * tp / (np.arange(1, len(y) + 1) + y.sum())
    last = np.append(np.diff(score[order]) != 0, True)  # equal scores are decided alike
    return float(score[order][np.argmax(np.where(last, f1, 0.0))])


def matrix(rows: Outcomes, rule: str) -> list[list[int]]:
    """Counts; truth in rows (no, yes), what the model said in columns."""
    yes = said(rows, rule)[0]
    return [[int(((rows.y == t) & (yes == s)).sum()) for s in (False, True)] for t in (0, 1)]


def tables(of: Comparison, rule: str) -> list[Table]:
    """Rates over all, by category, and by each grouping of members that either side has."""
    yes = [said(side, rule)[0] for side in (of.a, of.b)]
    every = [np.zeros(len(side), np.int64) for side in (of.a, of.b)]
    found = [_table("all", (("",), ("",)), every, of, yes)]
    names = (of.a.categories, of.b.categories)
    found.append(_table("category", names, [of.a.category, of.b.category], of, yes))
    for name in dict.fromkeys([*of.a.groups, *of.b.groups]):
        none: tuple[tuple[str, ...], np.ndarray] = ((), np.zeros(0, np.int64))
        sides = [side.groups.get(name, none) for side in (of.a, of.b)]
        codes = [
            code if len(code) == len(side) else np.full(len(side), -1)
            for (_names, code), side in zip(sides, (of.a, of.b), strict=True)
        ]
        found.append(_table(name, (sides[0][0], sides[1][0]), codes, of, yes))
    return [table for table in found if table.rows]


def _table(name: str, names: tuple, codes: list[np.ndarray], of: Comparison, yes: list[np.ndarray]) -> Table:
    labels = list(dict.fromkeys([*names[0], *names[1]]))
    rows = []
    for label in labels:
        which = [
            code == list(own).index(label) if label in own else np.zeros(len(code), bool)
            for own, code in zip(names, codes, strict=True)
        ]
        counts = [int(mask.sum()) for mask in which]
        people = [len(np.unique(side.member[mask])) for side, mask in zip((of.a, of.b), which, strict=True)]
        if not any(counts):
            continue
        hidden = max(counts) < LEAST or max(people) < LEAST_PEOPLE
        rates = [] if hidden else _rates(of, yes, which)
        rows.append(Row(label, (counts[0], counts[1]), (people[0], people[1]), hidden, rates))
    rows.sort(key=lambda row: (row.hidden, -row.rows[0]))
    return Table(name, rows)


def _rates(of: Comparison, yes: list[np.ndarray], which: list[np.ndarray]) -> list[Compared]:
    sides = [
        _drawn(side, draws, said_yes, mask)
        for side, draws, said_yes, mask in zip((of.a, of.b), (of.draws_a, of.draws_b), yes, which, strict=True)
    ]
    return [compared(name, *(None if side is None else side[name] for side in sides)) for name in NAMES]


def _drawn(rows: Outcomes, draws: Draws, yes: np.ndarray, which: np.ndarray) -> dict[str, np.ndarray] | None:
    """The ten rates of a group's rows in each draw of members."""
    at = np.flatnonzero(which)
    if not len(at):
        return None
    y, s = rows.y[at] == 1, yes[at]
    tp, fp, fn, tn = draws.sums(np.column_stack([y & s, ~y & s, y & ~s, ~y & ~s]), at).T
    with np.errstate(invalid="ignore", divide="ignore"):
        total = tp + fp + fn + tn
        values = (
            (tp + fn) / total, (tp + tn) / total, tp / (tp + fn), tp / (tp + fp), tn / (tn + fp),
            tn / (tn + fn), fp / (fp + tn), fp / (fp + tp), fn / (fn + tp), fn / (fn + tn),
        )  # fmt: skip
    return dict(zip(NAMES, values, strict=True))
