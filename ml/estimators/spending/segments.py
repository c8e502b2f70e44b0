"""Segments of customers: k-means on recency, frequency and amount, named by where their centres lie.

Frequency is a rate, so that newcomers who order every day count as regulars. Days, rates and amounts are skewed, so their
logarithms are clustered, standardised. How many segments there are is what the silhouette (Rousseeuw 1987) says of 3 to 6.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

from ml.estimators.spending.purchases import Purchases, known

#: name → where such customers lie in recency (days since the last purchase), frequency and amount, in standard deviations
NAMES: dict[str, tuple[float, float, float]] = {
    "regulars": (-0.6, 1.0, 0.0),
    "large_orders": (-0.3, 0.3, 1.2),
    "steady": (0.0, 0.0, 0.0),
    "small_orders": (-0.1, 0.0, -1.2),
    "occasional": (0.2, -0.9, 0.0),
    "leaving": (1.1, -0.6, 0.0),
}
FEWEST, MOST = 3, len(NAMES)
MONTH = 30.0
OVERDUE = 3.0  # "leaving" is who stayed away for so many of their usual gaps, however others behave
SAMPLE = 2000  # rows that a silhouette is estimated on: its distances grow with the square


@dataclass(frozen=True)
class Segments:
    """Name per row, the centre of each name (days, purchases a month, amount: means of its rows), and silhouette by k."""

    names: np.ndarray
    centres: dict[str, tuple[float, float, float]]
    silhouettes: dict[int, float]


def traits(purchases: Purchases, at: float, members: np.ndarray) -> np.ndarray:
    """(members, 3): days since the last purchase, purchases in 30 days, mean amount; all from before `at`.

    The rate is over the time since the first purchase, 30 days at least.
    """
    past = purchases.upto(at)
    first, last = np.full(past.members, np.inf), np.full(past.members, -np.inf)
    np.minimum.at(first, past.member, past.day)
    np.maximum.at(last, past.member, past.day)
    count = np.bincount(past.member, minlength=past.members)
    rate = count / np.maximum(at - first, MONTH) * MONTH
    return np.stack([at - last, rate, past.spent() / np.maximum(count, 1)], axis=1)[members]


def segments_of(purchases: Purchases, at: float, seed: int = 0) -> Segments:
    """The segments of everybody who bought something before `at`, in the order of `known`."""
    return segment(traits(purchases, at, known(purchases, at)), seed)


def segment(rows: np.ndarray, seed: int = 0) -> Segments:
    """Cluster rows of `traits`. Where there are too few different rows for three segments, all are "steady".

    Raises
    ------
    ValueError : a number that is negative or none.
    """
    rows = np.asarray(rows, float).reshape(-1, 3)
    if len(rows) and not (np.isfinite(rows).all() and rows.min() >= 0):
        raise ValueError("segments: days, purchases and amounts are numbers of zero or more")
    z = np.log1p(rows)
    z = (z - z.mean(0)) / np.maximum(z.std(0), 1e-9) if len(z) else z
    different = len(np.unique(z, axis=0))
    silhouettes: dict[int, float] = {}
    best, centres = np.zeros(len(z), int), np.zeros((1, 3))
    for k in range(FEWEST, min(MOST, different - 1) + 1):
        means = KMeans(k, n_init=10, random_state=seed).fit(z)
        size = SAMPLE if len(z) > SAMPLE else None
        silhouettes[k] = float(silhouette_score(z, means.labels_, sample_size=size, random_state=seed))
        if silhouettes[k] == max(silhouettes.values()):
            best, centres = means.labels_, means.cluster_centers_
    raw = np.array([rows[best == n].mean(0) for n in range(len(centres))]) if len(rows) else centres
    names = np.array(_named(centres, raw[:, 0] * raw[:, 1] / MONTH))[best]
    found = {name: tuple(rows[names == name].mean(0).tolist()) for name in NAMES if (names == name).any()}
    return Segments(names, found, silhouettes)


def _named(centres: np.ndarray, overdue: np.ndarray) -> list[str]:
    """Each centre's name: together as near as possible to what the names stand for, none twice.

    `overdue`: days since the last purchase, in usual gaps.
    """
    if len(centres) == 1:
        return ["steady"]
    distance = ((centres[:, None, :] - np.array(list(NAMES.values()))[None]) ** 2).sum(-1)
    distance[overdue < OVERDUE, list(NAMES).index("leaving")] += 100.0
    _row, column = linear_sum_assignment(distance)
    return [list(NAMES)[at] for at in column]
