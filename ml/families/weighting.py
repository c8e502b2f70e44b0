"""Fixed feature weights for naive Bayes, learned with the base so that the weighted model predicts well.

A weight multiplies a feature's counts, so a weighted model still learns by sums; only the weights stay as they were
trained. They maximise the likelihood of labels predicted from *other* texts' counts (folds): a few numbers first (how
a weight follows from a feature's frequency, purity and shape), then each feature's own departure, which costs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.optimize import minimize

FOLDS = 5
LEAST = 100  # texts; fewer say nothing about weights
COST = 2.0  # of a departure (squared log), chosen on ynat's validation part
STEPS = 60


@dataclass
class Fold:
    """Held-out texts and what the others' counts say about them."""

    x: sp.csr_matrix
    xt: sp.csr_matrix
    y: np.ndarray
    counts: np.ndarray  # features × classes, smoothed, of the other folds
    log_counts: np.ndarray
    prior: np.ndarray
    shape: np.ndarray  # features × describing numbers


def indicator(codes: np.ndarray, classes: int) -> sp.csr_matrix:
    """Texts × classes, one 1 per text."""
    return sp.csr_matrix((np.ones(len(codes)), codes, np.arange(len(codes) + 1)), shape=(len(codes), classes))


def learn(matrix: sp.csr_matrix, codes: np.ndarray, alpha: float, vocabulary: Sequence[str]) -> np.ndarray:
    """float32 weights > 0, one per column; all 1 where there is too little to learn from. Deterministic."""
    matrix = matrix.astype(np.float64)
    classes = int(codes.max()) + 1 if len(codes) else 0
    if matrix.shape[0] < LEAST or classes < 2 or not matrix.shape[1]:
        return np.ones(matrix.shape[1], np.float32)
    target = indicator(codes, classes)
    names = _names(vocabulary)
    total = np.asarray((matrix.T @ target).todense())
    folds = [_fold(matrix, target, total, rows, alpha, names) for rows in _split(codes)]
    start = _minimise(lambda theta: _loss(folds, [fold.shape @ theta for fold in folds]), folds, None)
    own = _minimise(lambda own: _loss(folds, [fold.shape @ start + own for fold in folds]), folds, COST)
    return np.exp(_shape(total + alpha, names) @ start + own).astype(np.float32)


def _split(codes: np.ndarray) -> list[np.ndarray]:
    """FOLDS parts with equal shares of each class, by position within the class."""
    fold = np.zeros(len(codes), int)
    for code in np.unique(codes):
        rows = np.flatnonzero(codes == code)
        fold[rows] = np.arange(len(rows)) % FOLDS
    return [np.flatnonzero(fold == number) for number in range(FOLDS)]


def _fold(matrix, target, total, rows, alpha: float, names: np.ndarray) -> Fold:
    x, y = matrix[rows], target[rows]
    counts = total - np.asarray((x.T @ y).todense()) + alpha
    prior = np.asarray(target.sum(0) - y.sum(0)).ravel() + 1
    return Fold(x, x.T.tocsr(), y.toarray(), counts, np.log(counts), np.log(prior / prior.sum()), _shape(counts, names))


def _names(vocabulary: Sequence[str]) -> np.ndarray:
    """What a feature's spelling says: its length (1 … 5 and more) and at which ends a word ends."""
    length = np.array([min(len(token.strip()), 5) for token in vocabulary])
    ends = np.array([token.startswith(" ") + 2 * token.endswith(" ") for token in vocabulary])
    return np.stack([length == n for n in range(1, 6)] + [ends == n for n in (1, 2, 3)], 1).astype(float)


def _shape(counts: np.ndarray, names: np.ndarray) -> np.ndarray:
    """What a feature's counts by class say about it: how frequent it is, and how far from everybody's class shares."""
    often = counts.sum(1)
    share, everywhere = counts / often[:, None], counts.sum(0) / counts.sum()
    telling = (share * np.log(share / everywhere)).sum(1)
    level = np.log(often) / 5
    return np.column_stack(
        [names, np.ones(len(often)), level, level**2, telling, telling**2, telling * level, share.max(1)]
    )


def _loss(folds: list[Fold], logs: list[np.ndarray]) -> tuple[float, list[np.ndarray]]:
    """Negative log-likelihood of the held-out labels and its gradient by each fold's log weights."""
    loss, gradients = 0.0, []
    for fold, log_weight in zip(folds, logs, strict=True):
        weight = np.exp(np.clip(log_weight, -20, 8))
        total = weight @ fold.counts
        words = fold.log_counts - np.log(total)
        joint = fold.x @ (weight[:, None] * words) + fold.prior
        joint -= joint.max(1, keepdims=True)
        joint -= np.log(np.exp(joint).sum(1, keepdims=True))
        loss -= (joint * fold.y).sum()
        error = np.exp(joint) - fold.y
        by_word = ((fold.xt @ error) * words).sum(1)
        by_total = (fold.counts / total) @ (error.T @ (fold.x @ weight))
        gradients.append((by_word - by_total) * weight)
    return loss, gradients


def _minimise(loss: Callable, folds: list[Fold], cost: float | None) -> np.ndarray:
    """L-BFGS from zero; with a `cost` over each feature's own log weight, else over the describing numbers."""
    texts = sum(fold.x.shape[0] for fold in folds)

    def value(point: np.ndarray) -> tuple[float, np.ndarray]:
        out, gradients = loss(point)
        if cost is None:
            slope = sum(fold.shape.T @ by for fold, by in zip(folds, gradients, strict=True))
            return out / texts + 1e-4 * point @ point, slope / texts + 2e-4 * point
        return (out + cost / 2 * point @ point) / texts, (sum(gradients) + cost * point) / texts

    size = folds[0].shape.shape[1] if cost is None else folds[0].counts.shape[0]
    return minimize(value, np.zeros(size), jac=True, method="L-BFGS-B", options={"maxiter": STEPS}).x
