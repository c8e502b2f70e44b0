"""The arithmetic of a feed, NumPy only: the same functions serve members and `manage.py evaluate`."""

from __future__ import annotations

import numpy as np

DAY = 86400.0


def standardise(scores: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Zero mean and unit deviation over the candidates, so that families can be added; zeros where all are equal."""
    chosen = scores[among]
    if not len(chosen):
        return np.zeros_like(scores, dtype=np.float32)
    spread = float(chosen.std())
    if spread < 1e-12:
        return np.zeros_like(scores, dtype=np.float32)
    return ((scores - chosen.mean()) / spread).astype(np.float32)


def freshness(created: np.ndarray, at: float, half_life_days: float) -> np.ndarray:
    """1 for an item made now, one half after each half-life."""
    age = np.maximum(at - created, 0.0) / DAY
    return np.exp2(-age / half_life_days).astype(np.float32)


def warmth(events: int, cold_to_hot: float) -> float:
    """0 for a newcomer, 1 from `cold_to_hot` events on; how much of the blend comes from what the member did."""
    return 1.0 if cold_to_hot <= 0 else min(1.0, events / cold_to_hot)


def top(scores: np.ndarray, candidates: np.ndarray, n: int) -> np.ndarray:
    """Positions of the n best candidates, best first; equal scores go to the newer (later) position."""
    positions = np.flatnonzero(candidates)
    if not len(positions) or n <= 0:
        return positions[:0]
    values = scores[positions]
    if n < len(values):
        cut = np.partition(values, len(values) - n)[len(values) - n]
        keep = values >= cut
        positions, values = positions[keep], values[keep]
    return positions[np.lexsort((-positions, -values))][:n]


def diversify(order: np.ndarray, scores: np.ndarray, labels: np.ndarray, n: int, strength: float) -> np.ndarray:
    """Greedy re-ranking: each further item of a label already chosen loses `strength` per earlier one.

    A category form of maximal marginal relevance (Carbonell & Goldstein 1998). `order` holds the candidates best first.
    """
    if strength <= 0 or len(order) <= 1:
        return order[:n]
    left = scores[order].astype(np.float64).copy()
    groups = labels[order]
    chosen = []
    for _ in range(min(n, len(order))):
        best = int(np.argmax(left))
        chosen.append(order[best])
        left[best] = -np.inf
        left[groups == groups[best]] -= strength
    return np.array(chosen, dtype=order.dtype)


def to_unit(scores: np.ndarray) -> np.ndarray:
    """Blended scores as numbers in 0–1 that keep the order (logistic)."""
    return 1.0 / (1.0 + np.exp(-np.clip(scores, -30, 30)))
