"""Ranking metrics from ranks (0 is best), and intervals that draw members, not events."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Interval(NamedTuple):
    mean: float
    low: float
    high: float


def rank_of(scores: np.ndarray, target: int, candidates: np.ndarray | None = None) -> float:
    """How many candidates (mask or row numbers; None: all) stand before `target`; ties count half. A NaN raises."""
    value = scores[target]
    others = scores if candidates is None else scores[candidates]
    if np.isnan(value) or np.isnan(others).any():
        raise ValueError("scores hold NaN")
    return float((others > value).sum() + 0.5 * max(int((others == value).sum()) - 1, 0))


def hits(ranks: np.ndarray, k: int) -> np.ndarray:
    """1 where the rank is among the first k, else 0; a miss is rank inf."""
    return (np.asarray(ranks, float) < k).astype(float)


def gains(ranks: np.ndarray, k: int) -> np.ndarray:
    """NDCG at k of events with one relevant item each."""
    ranks = np.asarray(ranks, float)
    return np.where(ranks < k, 1 / np.log2(np.where(ranks < k, ranks, 0) + 2), 0.0)


def reciprocals(ranks: np.ndarray, k: float = np.inf) -> np.ndarray:
    """1 / (rank + 1), 0 from k on."""
    ranks = np.asarray(ranks, float)
    return np.where(ranks < k, 1 / (np.where(np.isfinite(ranks), ranks, 0) + 1), 0.0) * np.isfinite(ranks)


def hit_rate(ranks: np.ndarray, k: int = 10) -> float:
    return _mean(hits(ranks, k))


def ndcg(ranks: np.ndarray, k: int = 10) -> float:
    return _mean(gains(ranks, k))


def mrr(ranks: np.ndarray, k: float = np.inf) -> float:
    return _mean(reciprocals(ranks, k))


def recall(ranks: np.ndarray, groups: np.ndarray, k: int = 10) -> float:
    """Mean over groups (members, or lists) of the share of their relevant items among the first k."""
    return _mean(np.divide(*_by_group(hits(ranks, k), groups)))


def bootstrap_interval(
    values: np.ndarray, members: np.ndarray | None = None, seed: int = 0, draws: int = 2000, level: float = 0.95
) -> Interval:
    """Mean of `values` with a percentile interval.

    Draws whole members where they are given, because one member's events hang together.
    """
    values = np.asarray(values, float)
    if not len(values):
        return Interval(0.0, 0.0, 0.0)
    sums, counts = _by_group(values, np.arange(len(values)) if members is None else np.asarray(members))
    means = np.empty(draws)
    generator = np.random.default_rng(seed)
    for draw in range(draws):
        chosen = generator.integers(0, len(sums), len(sums))
        means[draw] = sums[chosen].sum() / counts[chosen].sum()
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(values.mean()), float(low), float(high))


def paired_bootstrap(
    a: np.ndarray,
    b: np.ndarray,
    members: np.ndarray | None = None,
    seed: int = 0,
    draws: int = 2000,
    level: float = 0.95,
) -> Interval:
    """Interval of the mean of a − b over the same events; `a` beats `b` where `low` is above zero."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    if a.shape != b.shape:
        raise ValueError(f"pairs need equal lengths, not {len(a)} and {len(b)}")
    return bootstrap_interval(a - b, members, seed, draws, level)


def summary(ranks: np.ndarray, k: int = 10, members: np.ndarray | None = None, seed: int = 0) -> dict:
    """Hit rate, NDCG and MRR at k with intervals, as plain values."""
    parts = {"hit_rate": hits(ranks, k), "ndcg": gains(ranks, k), "mrr": reciprocals(ranks, k)}
    out = {name: list(bootstrap_interval(values, members, seed)) for name, values in parts.items()}
    return {"k": k, "events": len(ranks), **out}


def _by_group(values: np.ndarray, groups: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    _, codes = np.unique(groups, return_inverse=True)
    return np.bincount(codes, values), np.bincount(codes).astype(float)


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else 0.0
