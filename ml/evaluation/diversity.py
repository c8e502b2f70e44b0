"""How varied lists are: over the catalogue (coverage, Gini) and within one list."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def coverage(lists: Sequence[Sequence[int]], items: int) -> float:
    """Share of the catalogue's `items` that stand in at least one list."""
    return len({row for rows in lists for row in rows}) / items if items else 0.0


def gini(lists: Sequence[Sequence[int]], items: int) -> float:
    """How unevenly items are shown: 0 all alike, towards 1 always the same few."""
    shown = np.bincount(np.array([row for rows in lists for row in rows], int), minlength=items)
    if not items or not shown.sum():
        return 0.0
    shown = np.sort(shown)
    return float(((2 * np.arange(1, items + 1) - items - 1) * shown).sum() / (items * shown.sum()))


def intra_list_distance(rows: Sequence[int], features: np.ndarray) -> float:
    """Mean cosine distance between a list's items, given one feature row per catalogue row; 0 for fewer than two."""
    if len(rows) < 2:
        return 0.0
    chosen = np.asarray(features, float)[list(rows)]
    chosen = chosen / np.maximum(np.linalg.norm(chosen, axis=1, keepdims=True), 1e-12)
    alike = chosen @ chosen.T
    size = len(rows)
    return float(1 - (alike.sum() - np.trace(alike)) / (size * (size - 1)))


def label_variety(rows: Sequence[int], labels: Sequence[str]) -> float:
    """Different labels in a list over its length."""
    return len({labels[row] for row in rows}) / len(rows) if rows else 0.0
