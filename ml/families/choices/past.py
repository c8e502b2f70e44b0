"""What a member did until now, and how each item of an offer looks in its light: one row of `COLUMNS` an item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ml.families.choices.things import DAY, Things
from ml.families.items import Catalogue
from ml.families.trace import Trace
from ml.families.verbs import VERBS

CHOSEN = (VERBS["order"], VERBS["join"], VERBS["solve"], VERBS[""])
LOOKED = VERBS["view"]
HALF_LIFE = 14 * DAY
LONG, SHORT = 60.0, 30.0  # days after which "long ago" is all that counts
WEEK = 7
HOURS = 9 * 3600  # offset of the site's days (Asia/Seoul) from UTC
#: Columns by what they say; `explain` names these groups.
GROUPS = {
    "again": ("again", "lately", "since"),
    "kind": ("label_share", "label_lately", "label_since", "weekday_label"),
    "maker": ("maker_share", "maker_since"),
    "alike": ("alike",),
    "numbers": ("price_off", "calories_off", "spiciness_off"),
    "liked": ("liked", "disliked", "looked"),
    "orders": ("orders",),
    "popular": ("popular", "chosen_rate", "label_weekday"),
    "item": ("price", "calories", "spiciness", "age", "weekday"),
}
COLUMNS = tuple(name for names in GROUPS.values() for name in names)
OF_MEMBER = ("again", "kind", "maker", "alike", "numbers", "liked", "orders")


def weekdays(time: np.ndarray | float) -> np.ndarray:
    """0 (Monday) … 6 of unix times, on the site's clock; 1970-01-01 was a Thursday."""
    return ((np.asarray(time) + HOURS) // DAY + 3).astype(np.int64) % WEEK


@dataclass(frozen=True)
class Past:
    """A member's events on catalogue rows in time order: unix seconds, weight in 1/1000, whether chosen, whether a mere look."""

    row: np.ndarray
    time: np.ndarray
    weight: np.ndarray
    chosen: np.ndarray
    looked: np.ndarray

    @classmethod
    def of(cls, trace: Trace, catalogue: Catalogue) -> Past:
        """Revisions that no longer exist are left out."""
        rows = catalogue.rows(trace.ref.tolist())
        keep: Any = slice(None)
        if len(rows) < len(trace):
            keep = np.array([len(catalogue.rows([ref])) > 0 for ref in trace.ref.tolist()], bool)
        return cls.made(rows, trace.time[keep], trace.verb[keep], trace.weight[keep])

    @classmethod
    def made(cls, row, time, verb, weight) -> Past:
        positive = np.asarray(weight) > 0
        looked = (verb == LOOKED) & positive
        return cls(row, np.asarray(time, float), np.asarray(weight, float), np.isin(verb, CHOSEN) & positive, looked)

    def __len__(self) -> int:
        return len(self.row)

    def upto(self, n: int) -> Past:
        return Past(self.row[:n], self.time[:n], self.weight[:n], self.chosen[:n], self.looked[:n])


@dataclass(frozen=True)
class Crowd:
    """What everybody did until a moment, per base number and label: the part of the columns that is not the member's."""

    popular: np.ndarray  # log share of choices
    chosen_rate: np.ndarray  # choices over offers, smoothed
    label_weekday: np.ndarray  # labels × 7: how much more a label is chosen on a weekday, log ratio
    #: cohort (group of members) → mean content of what it chose less that of everybody's choices
    cohorts: Mapping[Any, np.ndarray] = field(default_factory=dict)


def describe(things: Things, past: Past, crowd: Crowd, at: float, weekday: int, rows: np.ndarray) -> np.ndarray:
    """float32 (rows × COLUMNS) of what `past` and `crowd` say of catalogue rows at the moment `at`."""
    out = np.zeros((len(rows), len(COLUMNS)), np.float32)
    column = {name: out[:, n] for n, name in enumerate(COLUMNS)}
    chosen = past.row[past.chosen]
    if len(past):
        _own(column, things, past, chosen, at, weekday, rows)
    else:
        column["since"][:], column["label_since"][:], column["maker_since"][:] = 1, 1, 1
    number, label = things.number[rows], things.label[rows]
    column["popular"][:] = np.where(number >= 0, crowd.popular[number], crowd.popular.min(initial=0.0))
    column["chosen_rate"][:] = np.where(
        number >= 0, crowd.chosen_rate[number], crowd.chosen_rate.mean() if len(crowd.chosen_rate) else 0
    )
    column["label_weekday"][:] = np.where(label >= 0, crowd.label_weekday[label, weekday], 0)
    for n, name in enumerate(("price", "calories", "spiciness")):
        column[name][:] = things.numbers[rows, n]
    column["age"][:] = np.clip((at - things.created[rows]) / DAY / 90, 0, 1)
    column["weekday"][:] = weekday / WEEK
    column["orders"][:] = np.log1p(len(chosen))
    return out


def _own(column, things: Things, past: Past, chosen, at, weekday, rows) -> None:
    when = past.time[past.chosen]
    fade = np.exp2(-(at - when) / HALF_LIFE)
    total = max(float(fade.sum()), 1e-9)
    groups, group = len(things.groups), things.group
    count = np.bincount(group[chosen], minlength=groups)
    column["again"][:] = np.log1p(count[group[rows]])
    column["lately"][:] = np.bincount(group[chosen], fade, groups)[group[rows]]
    column["since"][:] = _since(group[chosen], when, groups, at, LONG)[group[rows]]
    for name, code in (("label", things.label), ("maker", things.maker)):
        size = int(code.max(initial=-1)) + 2  # the last place: unseen
        column[f"{name}_share"][:] = np.bincount(code[chosen] % size, minlength=size)[code[rows]] / (len(chosen) + 2)
        column[f"{name}_since"][:] = _since(code[chosen] % size, when, size, at, SHORT)[code[rows]]
        if name == "label":
            column["label_lately"][:] = np.bincount(code[chosen] % size, fade, size)[code[rows]] / total
            same = fade * (weekdays(when) == weekday)
            column["weekday_label"][:] = np.bincount(code[chosen] % size, same, size)[code[rows]] / (same.sum() + 1)
    if len(chosen):
        taste = fade @ things.content[chosen] / total
        column["alike"][:] = things.content[rows] @ taste
        mean = fade @ things.numbers[chosen] / total
        for n, name in enumerate(("price_off", "calories_off", "spiciness_off")):
            column[name][:] = things.numbers[rows, n] - mean[n]
    liked = ~past.chosen & ~past.looked & (past.weight > 0)
    for name, mask in (("liked", liked), ("disliked", past.weight < 0), ("looked", past.looked)):
        near = np.exp2(-(at - past.time[mask]) / (4 * HALF_LIFE))
        column[name][:] = np.bincount(group[past.row[mask]], np.abs(past.weight[mask]) / 1000 * near, groups)[
            group[rows]
        ]


def _since(code: np.ndarray, when: np.ndarray, size: int, at: float, most: float) -> np.ndarray:
    """Days since the last choice of each code, over `most`; 1 for never."""
    last = np.full(size, -np.inf)
    np.maximum.at(last, code, when)
    return np.clip((at - last) / DAY / most, 0, 1)
