"""Choice of a feed's weights on the validation part of a log: coordinate search over the parts that the feed adds up."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from recommendations.evaluation import Steps
from recommendations.for_you import ForYou

WEIGHTS = (
    "text",
    "together",
    "taste",
    "popular",
    "fresh",
    "near",
    "seen",
)  # `popular_cold` goes with `popular` in the parts
STEPS = (0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0)


def collect(feed: ForYou, params: Mapping, steps: Steps) -> list[tuple]:
    """For each step: unweighted parts (parts × candidates) and the place of the target among the candidates."""
    plain = unweighted(params)
    found = []
    for scene, _user, position in steps:
        parts, mask = feed.parts(scene(feed, plain))
        where = np.flatnonzero(mask)
        target = np.flatnonzero(where == position)
        if len(target):
            table = np.stack([parts[name][where] if name in parts else np.zeros(len(where)) for name in WEIGHTS])
            found.append((table.astype(np.float16), int(target[0])))
    return found


def unweighted(params: Mapping) -> dict:
    """The parameters with every weight 1."""
    return {**params, **dict.fromkeys(WEIGHTS, 1.0)}


def ndcg(cases: list[tuple], weights: np.ndarray, k: int) -> float:
    """Mean NDCG at k of the weighted sums (ties count half)."""
    total = 0.0
    for table, target in cases:
        scores = weights @ table.astype(np.float32)
        rank = (scores > scores[target]).sum() + 0.5 * ((scores == scores[target]).sum() - 1)
        total += 1 / np.log2(rank + 2) if rank < k else 0.0
    return total / max(1, len(cases))


def search(
    cases: list[tuple], start: Mapping[str, float], *, k: int = 8, rounds: int = 2
) -> tuple[dict[str, float], float]:
    """Weights with the best NDCG at k: coordinate search from the best of `start` and each part alone."""
    first = np.array([start[name] for name in WEIGHTS], np.float32)
    best = max((first, *np.eye(len(WEIGHTS), dtype=np.float32)), key=lambda weights: ndcg(cases, weights, k))
    value = ndcg(cases, best, k)
    for _ in range(rounds):
        for n in range(len(WEIGHTS)):
            for step in STEPS:
                trial = best.copy()
                trial[n] = step
                score = ndcg(cases, trial, k)
                if score > value + 1e-4:
                    best, value = trial, score
    return {name: round(float(w), 2) for name, w in zip(WEIGHTS, best, strict=True)}, value
