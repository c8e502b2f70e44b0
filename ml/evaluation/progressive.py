"""Predict, score, learn, in time order: the one loop behind every offline figure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ml.evaluation.ranking import rank_of

Rankers = Mapping[str, Callable[[Any], np.ndarray]]


@dataclass(frozen=True)
class Outcome:
    """Ranks of every ranker over the same events (inf: the target was no candidate), and whose events they were."""

    ranks: dict[str, np.ndarray]
    members: np.ndarray


def progressive(
    events: Iterable[Any],
    *,
    rankers: Rankers,
    target: Callable[[Any], int],
    member: Callable[[Any], int],
    candidates: Callable[[Any], np.ndarray],
    learn: Callable[[Any], None],
    counts: Callable[[Any], bool] = lambda event: True,
    progress: Callable[[int], None] | None = None,
) -> Outcome:
    """Rank, then learn, each event.

    Parameters
    ----------
    events : in time order; whatever the callbacks understand.
    rankers : name → event → scores of all rows, asked before the event is learned.
    target, member : event → its item's row, and a number of whose it is (for intervals that draw members).
    candidates : event → boolean mask over rows: what could be shown at that moment.
    learn : told each event after it was ranked, also those that do not count.
    counts : event → whether it is measured (a warm-up, a dislike or a plain view may not be).
    """
    ranks: dict[str, list[float]] = {name: [] for name in rankers}
    members: list[int] = []
    for number, event in enumerate(events):
        if counts(event):
            row, mask = target(event), np.asarray(candidates(event))
            possible = row >= 0 and bool(mask[row])
            for name, ranker in rankers.items():
                ranks[name].append(rank_of(np.asarray(ranker(event)), row, mask) if possible else np.inf)
            members.append(member(event))
        learn(event)
        if progress is not None:
            progress(number + 1)
    return Outcome({name: np.array(values, float) for name, values in ranks.items()}, np.array(members, int))
