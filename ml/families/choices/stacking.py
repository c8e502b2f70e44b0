"""How much each model of a blend counts: a conditional logit over the models' scores, fitted on choices held out.

McFadden, "Conditional logit analysis of qualitative choice behavior" (1974); stacking: Wolpert (Neural Networks, 1992). Weights
are not negative, so that a model that only repeats another one gets nothing instead of being played off against it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.optimize import minimize


def standardised(scores: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Scores with mean 0 and deviation 1 within each offer, as feeds add them up; 0 where an offer has no item."""
    count = np.maximum(there.sum(1, keepdims=True), 1)
    kept = np.where(there, scores, 0.0)
    mean = kept.sum(1, keepdims=True) / count
    spread = np.sqrt((np.where(there, kept - mean, 0.0) ** 2).sum(1, keepdims=True) / count)
    return np.where(there, (kept - mean) / np.maximum(spread, 1e-9), 0.0)


def stack(scores: Mapping[str, np.ndarray], there: np.ndarray, penalty: float = 1.0) -> dict[str, float]:
    """Model → weight, from scores (sets × items; the chosen one first) on choices that no model was trained on."""
    names = list(scores)
    features = np.stack([standardised(scores[name], there) for name in names], -1)
    weights, _loss = logit(features, there, penalty)
    return {name: round(float(weight), 3) for name, weight in zip(names, weights, strict=True)}


def logit(features: np.ndarray, there: np.ndarray, penalty: float = 1.0) -> tuple[np.ndarray, float]:
    """(Weights of the last axis of `features` (sets × items × parts; the chosen item first), mean surprise at the choices)."""

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        total = np.where(there, features @ weights, -np.inf)
        highest = total.max(1, keepdims=True)
        share = np.exp(total - highest)
        share /= share.sum(1, keepdims=True)
        value = -np.log(np.maximum(share[:, 0], 1e-12)).sum() + penalty * weights @ weights
        slope = (share[..., None] * features).sum(1) - features[:, 0]
        return float(value), slope.sum(0) + 2 * penalty * weights

    parts = features.shape[-1]
    found = minimize(loss, np.full(parts, 0.1), jac=True, method="L-BFGS-B", bounds=[(0.0, 10.0)] * parts)
    return found.x, (float(found.fun) - penalty * float(found.x @ found.x)) / max(len(features), 1)
