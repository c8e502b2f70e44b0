"""The single models that the blend is held against, as in the data's own `floors.py`: plain, and none through Moa's code."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy.sparse as sp
from implicit.cpu.als import AlternatingLeastSquares
from scipy import linalg
from threadpoolctl import threadpool_limits

ALS = ((64, 10, 0.1), (64, 1, 0.01), (128, 20, 1.0))  # factors, alpha, regularization
EASE = (50, 200, 1000)  # regularization
DENSE = 6000  # items that EASE is tried for
K = 10


def ranks(data) -> dict[str, np.ndarray]:
    """Model → rank of each tested person's item (0 first; inf where nobody has used it). The best setting of each kind."""
    seen, rows, targets = data.seen, data.rows, data.targets
    count = np.asarray(seen.sum(0)).ravel()
    together = (seen.T @ seen).tocsr()
    scale = sp.diags(1 / np.sqrt(np.maximum(count, 1)))
    cosine = (scale @ together @ scale).tolil()
    cosine.setdiag(0)
    cosine = cosine.tocsr()
    found = {
        "popularity": _ranks(lambda row: count, seen, rows, targets),
        "item-kNN": _ranks(lambda row: (seen[row] @ cosine).toarray() + 1e-9 * count, seen, rows, targets),
        "ALS": best(_ranks(_als(seen, *setting), seen, rows, targets) for setting in ALS),
    }
    if seen.shape[1] < DENSE:
        gram = together.toarray().astype(float)
        found["EASE"] = best(_ranks(_ease(seen, gram, weight), seen, rows, targets) for weight in EASE)
    return found


def best(found) -> np.ndarray:
    """The ranks with the highest hit rate at 10, then NDCG."""

    def reached(of: np.ndarray) -> tuple[float, float]:
        return float((of < K).mean()), float(np.where(of < K, 1 / np.log2(np.minimum(of, K) + 2), 0).mean())

    return max(found, key=reached)


def _als(seen: sp.csr_matrix, factors: int, alpha: float, regularization: float) -> Callable:
    with threadpool_limits(1, "blas"):
        model = AlternatingLeastSquares(
            factors=factors, alpha=alpha, regularization=regularization, iterations=15, random_state=0, num_threads=1
        )
        model.fit(seen, show_progress=False)
    return lambda row: model.user_factors[row] @ model.item_factors.T


def _ease(seen: sp.csr_matrix, gram: np.ndarray, weight: float) -> Callable:
    inverse = linalg.inv(gram + weight * np.eye(len(gram)))
    table = -inverse / np.diag(inverse)
    np.fill_diagonal(table, 0)
    return lambda row: seen[row] @ table


def _ranks(score: Callable, seen: sp.csr_matrix, rows, targets) -> np.ndarray:
    found = np.full(len(rows), np.inf)
    for n, (row, target) in enumerate(zip(rows, targets, strict=True)):
        if target >= 0:
            scores = np.asarray(score(row), dtype=float).ravel().copy()
            scores[seen[row].indices] = -np.inf
            found[n] = (scores > scores[target]).sum() + 0.5 * ((scores == scores[target]).sum() - 1)
    return found
