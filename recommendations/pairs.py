"""What can be said in words of a member and an item at a moment: the features that rules explain a model by.

A model orders candidates, so most features say where an item stands among those of its decision: the share of the other
candidates that have less of it. Names are codes, put into words where they are shown: one of `OWN` and `EVERYBODY`, or a kind
and a name ("category:…"; "amount:…" and "usual:…", from `Domain.amounts`). All follow from what was known before the decision.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.stats import rankdata
from sklearn.feature_extraction.text import HashingVectorizer

from ml.families.rows import history_rows
from recommendations.ranking import DAY
from recommendations.replay import Decision, Replay

CATEGORIES = 12
RECENT_DAYS = 30
MOST_TOGETHER = 4000  # items; beyond, who did what together would take too much memory
#: of the member: share of the past in the item's category, and that category's standing among the candidates'; the standing of
#: tags, words and of what others with the same past did; share of the past that was this very item, and days since; events so far
OWN = ("own_category", "favourite", "tags", "alike", "together", "again", "since", "events")
NEVER = 9999.0  # days since something that never was
#: standing by everybody's events, over all time and lately, and by newness; age in days
EVERYBODY = ("popular", "recent", "new", "age")


def features(replay: Replay) -> tuple[list[str], np.ndarray]:
    """(names, rows × names) of all rows of a replay; made once."""
    if "features" not in replay.cache:
        replay.cache["features"] = _features(replay)
    return replay.cache["features"]


def _features(replay: Replay) -> tuple[list[str], np.ndarray]:
    known = _Known(replay)
    names = [*OWN, *(f"usual:{name}" for name in known.amounts), *EVERYBODY]
    names += [*(f"amount:{name}" for name in known.amounts), *(f"category:{name}" for name in known.categories)]
    tables = [known.of(decision) for decision in replay.decisions]
    return names, np.vstack(tables).astype(np.float32)


class _Known:
    """What the features are read from: tables over the positions of a replay's snapshot."""

    def __init__(self, replay: Replay):
        snapshot = self.snapshot = replay.log.snapshot
        items = self.items = [snapshot.item(position) for position in range(len(snapshot))]
        self.texts = HashingVectorizer(n_features=2**14, alternate_sign=False).transform(item.text for item in items)
        self.tags = _tags(items)
        self.together = _cosines(replay)
        self.popular, self.recent = _everybody(replay)
        self.amounts = {
            name: np.array([item.numbers.get(name, 0.0) for item in items]) for name in replay.domain.amounts
        }
        common = Counter(item.label for item in items if item.label).most_common(CATEGORIES)
        self.categories = {name: np.array([item.label == name for item in items], float) for name, _n in common}

    def of(self, d: Decision) -> np.ndarray:
        """A decision's rows × names."""
        at, kept = d.candidates, d.kept
        past = self.past(d)
        own = [*self.own(past, at), self.since(d)[at], np.full(len(at), float(d.events))]
        usual = [values[at] - past @ values / max(past.sum(), 1e-9) for values in self.amounts.values()]
        age = np.maximum(d.at - self.snapshot.created[at], 0) / DAY
        everybody = [standing(self.popular[at]), standing(self.recent[at]), standing(-age), age]
        amounts = [values[at] for values in (*self.amounts.values(), *self.categories.values())]
        return np.stack([*own, *(u * past.any() for u in usual), *everybody, *amounts], 1)[kept]

    def past(self, d: Decision) -> np.ndarray:
        """Position → what the member learned with, positive only; items that are listed no more are left out."""
        found = np.zeros(len(self.snapshot))
        rows, liked, _disliked = history_rows(d.history, self.snapshot.catalogue)
        for row, weight in zip(rows.tolist(), liked.tolist(), strict=True):
            position = self.snapshot.position.get(self.snapshot.catalogue.items[row].id)
            if position is not None:
                found[position] += weight
        return found

    def since(self, d: Decision) -> np.ndarray:
        """Position → days since the member last liked or took the item."""
        last = np.full(len(self.snapshot), -np.inf)
        taught = d.trace.weight > 0
        refs, first = np.unique(d.trace.ref[taught][::-1], return_index=True)
        times = dict(zip(refs.tolist(), d.trace.time[taught][::-1][first].tolist(), strict=True))
        for row in self.snapshot.catalogue.rows(times).tolist():
            item = self.snapshot.catalogue.items[row]
            position = self.snapshot.position.get(item.id)
            if position is not None:
                last[position] = max(last[position], times[item.ref])
        return np.minimum((d.at - last) / DAY, NEVER)

    def own(self, past: np.ndarray, at: np.ndarray) -> list[np.ndarray]:
        """All of `OWN` but the last two, for the candidates."""
        total = max(float(past.sum()), 1e-9)
        labels, size = self.snapshot.labels, max(1, len(self.snapshot.label_names))
        category = np.bincount(labels, past, size)[labels[at]] / total
        been = np.flatnonzero(past)
        alike, tags = (np.asarray(table[at] @ (table[been].T @ past[been])) for table in (self.texts, self.tags))
        together = self.together[at] @ past if self.together is not None else np.zeros(len(at))
        return [category, *map(standing, (category, tags, alike, together)), past[at] / total]


def standing(values: np.ndarray) -> np.ndarray:
    """Share of the others that have less (those that have as much count half)."""
    return (rankdata(values) - 1) / (len(values) - 1) if len(values) > 1 else values * 0 + 0.5


def _tags(items: Any) -> sp.csr_matrix:
    """Items × tags, each row with sum 1."""
    number: dict[str, int] = {}
    pairs = [(row, number.setdefault(tag, len(number))) for row, item in enumerate(items) for tag in item.tags]
    rows, columns = np.array(pairs, np.int64).reshape(-1, 2).T
    count = np.bincount(rows, minlength=len(items))
    return sp.csr_matrix((1 / count[rows], (rows, columns)), shape=(len(items), max(1, len(number))))


def _cosines(replay: Replay) -> Any:
    """Items × items: members in common over the geometric mean of their numbers, before the cut; 0 with itself.

    Sparse; None where there are too many items.
    """
    known, size = replay.log.upto(replay.cut), len(replay.log.snapshot)
    liked = known.weight > 0
    if size > MOST_TOGETHER or not liked.any():
        return None
    _users, row = np.unique(known.user[liked], return_inverse=True)
    did = sp.csr_matrix((np.ones(len(row)), (row, known.item[liked])), shape=(int(row.max()) + 1, size))
    did.data[:] = 1
    both = (did.T @ did).tocsr()
    scale = sp.diags(1 / np.sqrt(np.maximum(both.diagonal(), 1)))
    both.setdiag(0)
    return (scale @ both @ scale).tocsr()


def _everybody(replay: Replay) -> tuple[np.ndarray, np.ndarray]:
    """Position → weight of all positive events before the cut, and of those of the last days before it."""
    known, size = replay.log.upto(replay.cut), len(replay.log.snapshot)
    weight = np.maximum(known.weight, 0)
    late = known.time >= replay.cut - RECENT_DAYS * DAY
    return np.bincount(known.item, weight, size), np.bincount(known.item[late], weight[late], size)
