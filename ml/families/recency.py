"""How much each item of a member's past still counts, by how many others came after it."""

from __future__ import annotations

import numpy as np

from ml.families.base import Param
from ml.families.items import Catalogue
from ml.families.trace import Trace

PARAM = Param(0.0, "a past item counts e^-recency for each other one that came after it; 0: all count alike", 0, 10)


def fading(
    trace: Trace | None, catalogue: Catalogue, rows: np.ndarray, number: np.ndarray, items: int, recency: float
) -> np.ndarray:
    """Factors in 0–1 of `items` past items.

    Parameters
    ----------
    trace : what was done when; an item that it does not hold counts as the oldest, without any trace all count in full.
    rows, number : the history's rows in the catalogue, and which of the items each belongs to.

    Items of the same second fade alike, so that data without times are not put into an order that they do not have.
    """
    if not recency or trace is None or not len(trace) or not items:
        return np.ones(items)
    taught = trace.weight != 0
    refs = np.array([catalogue.items[row].ref for row in rows.tolist()], np.int64)
    known, at = np.unique(trace.ref[taught], return_inverse=True)
    last_of_ref = np.zeros(len(known), np.int64)
    np.maximum.at(last_of_ref, at, trace.time[taught])
    if not len(known):
        return np.ones(items)
    place = np.minimum(np.searchsorted(known, refs), len(known) - 1)
    last = np.zeros(items, np.int64)
    np.maximum.at(last, number, np.where(known[place] == refs, last_of_ref[place], 0))
    later = items - np.searchsorted(np.sort(last), last, side="right")
    return np.exp(-recency * later)
