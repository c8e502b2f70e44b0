"""Choice sets from a log: each choice with what else was offered at that moment, described as it looked then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ml.families.base import digest
from ml.families.choices.past import CHOSEN, COLUMNS, DAY, WEEK, Crowd, Past, describe, weekdays
from ml.families.choices.things import Things, Vocabulary, things_of
from ml.families.items import TrainingData

MOST = 20  # items in a set: the chosen one first
RECENT = 20  # choices before that the networks read
TOUCHED = 40  # events before that the content model reads
LASTING = 60.0  # days in which an event counts half for it
SETTLED = 200.0  # choices of a cohort from which on what it eats counts half, beside everybody's
# Looks of the same visit are left out: predicting an order from the look a minute before it would teach nothing else.
VISIT = 3 * 3600
PERIOD = 7 * DAY  # popularity is counted anew so often


@dataclass(frozen=True)
class Sets:
    """`item` (sets × MOST, indices of items, -1: none), the chosen one first; `columns` (sets × MOST × COLUMNS);
    `before` (sets × RECENT, the last choices, newest first, -1: none) and their `age` in days; `touched` (sets × TOUCHED, the
    last events of any verb, -1: none) and their `strength` (signed, faded); `cohort` (sets × content), what the member's
    group eats beside everybody else; weekday, member and time.
    """

    item: np.ndarray
    columns: np.ndarray
    before: np.ndarray
    age: np.ndarray
    touched: np.ndarray
    strength: np.ndarray
    cohort: np.ndarray
    weekday: np.ndarray
    member: np.ndarray
    time: np.ndarray

    def __len__(self) -> int:
        return len(self.time)

    def part(self, which) -> Sets:
        return Sets(*(getattr(self, name)[which] for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class Prepared:
    """All that training needs: the vocabulary, items' arrays, the sets in time order, and everybody's choices at the end."""

    words: Vocabulary
    things: Things
    sets: Sets
    crowd: Crowd


def prepare(data: TrainingData, samples: int, seed: int = 0, until: float = np.inf) -> Prepared:
    """Sets of the last `samples` choices before `until`; what they are described by may be older."""
    words = Vocabulary.of(data.items)
    things = things_of(data.items, words)
    known = data.time < until
    weight = data.weight.astype(np.float64) * 1000
    positive = known & np.isin(data.verb, CHOSEN) & (data.weight > 0)
    chosen = np.flatnonzero(positive)
    offers = Offers(data, things)
    crowds = Crowds(data, things, words, chosen, offers)
    wanted = set(chosen[-samples:].tolist())
    sets = _sets(data, things, weight, known, wanted, offers, crowds, np.random.default_rng(seed))
    return Prepared(words, things, sets, crowds.at(np.inf))


def _sets(data, things, weight, known, wanted, offers, crowds, rng) -> Sets:
    rows: list[tuple] = []
    order = np.flatnonzero(known)
    order = order[np.argsort(data.member[order], kind="stable")]
    for events in np.split(order, np.flatnonzero(np.diff(data.member[order])) + 1) if len(order) else []:
        past = Past.made(data.item[events].astype(np.int64), data.time[events], data.verb[events], weight[events])
        known_by = np.searchsorted(past.time, past.time - VISIT)
        for n, event in enumerate(events.tolist()):
            if event in wanted:
                rows.append(_set(data, things, past.upto(int(known_by[n])), event, offers, crowds, rng))
    rows.sort(key=lambda row: row[-1])
    empty = ((0, MOST), (0, MOST, len(COLUMNS)), *((0, n) for n in (RECENT, RECENT, TOUCHED, TOUCHED)))
    empty = (*empty, (0, things.content.shape[1]), (0,), (0,), (0,))
    if not rows:
        return Sets(*(np.zeros(shape) for shape in empty))
    return Sets(*(np.array(column) for column in zip(*rows, strict=True)))


def _set(data, things, past: Past, event: int, offers: Offers, crowds: Crowds, rng) -> tuple:
    at = float(data.time[event])
    weekday = offers.weekday(event, at)
    others = offers.others(event, rng)
    items = np.concatenate([[data.item[event]], others]).astype(np.int64)
    item, columns = np.full(MOST, -1), np.zeros((MOST, len(COLUMNS)), np.float32)
    item[: len(items)] = items
    crowd = crowds.at(at)
    columns[: len(items)] = describe(things, past, crowd, at, weekday, items)
    cohort = cohort_of(crowd, offers.group.get(offers.slot.get(data.context[event])), things)
    return item, columns, *recent(past, at), *touched(past, at), cohort, weekday, int(data.member[event]), at


def recent(past: Past, at: float) -> tuple[np.ndarray, np.ndarray]:
    """(rows, ages in days) of the last choices, newest first, padded with -1 and 0."""
    row, time = past.row[past.chosen][::-1][:RECENT], past.time[past.chosen][::-1][:RECENT]
    before, age = np.full(RECENT, -1), np.zeros(RECENT, np.float32)
    before[: len(row)], age[: len(row)] = row, np.maximum(at - time, 0) / DAY
    return before, age


def touched(past: Past, at: float) -> tuple[np.ndarray, np.ndarray]:
    """(rows, strengths) of the last events of any verb, newest first, padded with -1 and 0; an order counts 1, a look 0.2."""
    row, time, weight = (part[::-1][:TOUCHED] for part in (past.row, past.time, past.weight))
    rows, strength = np.full(TOUCHED, -1), np.zeros(TOUCHED, np.float32)
    rows[: len(row)] = row
    strength[: len(row)] = weight / 5000 * np.exp2(-np.maximum(at - time, 0) / DAY / LASTING)
    return rows, strength


def cohort_of(crowd: Crowd, group: Any, things: Things) -> np.ndarray:
    """What a group eats beside everybody else; zeros for one that is not known."""
    return crowd.cohorts.get(group, np.zeros(things.content.shape[1], np.float32))


def fingerprint(data: TrainingData) -> str:
    """sha256 of all that sets are made of."""
    items = [[item.id, item.label, list(item.tags), dict(item.numbers)] for item in data.items]
    events = [data.member, data.item, data.weight, data.time, data.verb, [str(context) for context in data.context]]
    offers = {name: list(map(str, values)) for name, values in data.extra.get("offers", {}).items()}
    return digest([items, events, offers])


class Offers:
    """What was offered with each choice: the menu that the event names (`extra["offers"]`), or else a sample of all items.

    `extra["offers"]` has equally long `context` (what events name), `slot` (a number for each menu of a day), `item`
    (ids) and `weekday`; `group`, where members are of groups that eat together.
    """

    def __init__(self, data: TrainingData, things: Things):
        self.data, self.items = data, len(data.items)
        found: Mapping[str, Any] = data.extra.get("offers", {})
        self.slot = dict(zip(found.get("context", ()), found.get("slot", ()), strict=True))
        self.day = dict(zip(found.get("slot", ()), found.get("weekday", ()), strict=True))
        self.group = dict(zip(found.get("slot", ()), found.get("group", ()), strict=False))
        self.menu: dict[int, list[int]] = {}
        for slot, item in zip(found.get("slot", ()), found.get("item", ()), strict=True):
            if item in things.groups:
                self.menu.setdefault(slot, []).append(things.groups[item])

    def weekday(self, event: int, at: float) -> int:
        return int(self.day.get(self.slot.get(self.data.context[event]), weekdays(at)))

    def others(self, event: int, rng: np.random.Generator) -> np.ndarray:
        """What else could have been chosen, MOST - 1 at most."""
        chosen, slot = int(self.data.item[event]), self.slot.get(self.data.context[event])
        menu = self.menu.get(slot) if slot is not None else None
        pool = np.array(menu, np.int64) if menu else rng.integers(0, self.items, MOST - 1)
        pool = np.unique(pool[pool != chosen])
        return pool if len(pool) < MOST else rng.choice(pool, MOST - 1, replace=False)


class Crowds:
    """Everybody's choices until the week of a moment: what a set is described by must not know what came after it."""

    def __init__(self, data: TrainingData, things: Things, words: Vocabulary, chosen: np.ndarray, offers: Offers):
        self.label_of = things.label
        self.labels, self.items = max(len(words.labels), 1), len(data.items)
        self.item, self.time, self.content = data.item[chosen], data.time[chosen], things.content
        names = {name: n for n, name in enumerate(dict.fromkeys(offers.group.values()))}
        self.groups = list(names)
        of_event = [names.get(offers.group.get(offers.slot.get(context)), -1) for context in data.context[chosen]]
        self.group = np.array(of_event, np.int64)
        self.weekday = weekdays(self.time)
        self.offered = np.bincount([item for menu in offers.menu.values() for item in menu], minlength=self.items)
        self.known: dict[float, Crowd] = {}

    def at(self, moment: float) -> Crowd:
        start = np.inf if np.isinf(moment) else moment // PERIOD * PERIOD
        if start not in self.known:
            self.known[start] = self._until(start)
        return self.known[start]

    def _until(self, end: float) -> Crowd:
        n = int(np.searchsorted(self.time, end))
        fade = np.exp2(-(self.time[n - 1] - self.time[:n]) / (30 * DAY)) if n else np.zeros(0)
        count = np.bincount(self.item[:n], fade, self.items)
        share = n / max(len(self.time), 1)  # of the offers, as many as of the choices had been seen by then
        rate = (np.bincount(self.item[:n], minlength=self.items) + 1.0) / (self.offered * share + 20.0)
        by_day = np.full((self.labels, WEEK), 2.0)
        np.add.at(by_day, (np.maximum(self.label_of[self.item[:n]], 0), self.weekday[:n]), 1.0)
        ratio = by_day / by_day.sum(1, keepdims=True) / (by_day.sum(0) / by_day.sum())
        popular = np.log((count + 0.1) / (count.sum() + 0.1 * max(self.items, 1)))
        popular, rate, ratio = (part.astype(np.float32) for part in (popular, np.log(rate), np.log(ratio)))
        return Crowd(popular, rate, ratio, self._cohorts(n))

    def _cohorts(self, n: int) -> dict[Any, np.ndarray]:
        if not self.groups or not n:
            return {}
        known = self.group[:n] >= 0
        place = self.group[:n][known] * self.items + self.item[:n][known]
        count = np.bincount(place, minlength=len(self.groups) * self.items).reshape(-1, self.items)
        total = count.sum(1, keepdims=True)
        mean = (count @ self.content) / np.maximum(total, 1)
        everybody = count.sum(0) @ self.content / max(count.sum(), 1)
        shrunk = (mean - everybody) * (total / (total + SETTLED))
        return dict(zip(self.groups, shrunk.astype(np.float32), strict=True))
