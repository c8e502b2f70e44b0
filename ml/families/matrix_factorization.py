"""Implicit matrix factorisation (ALS): items as vectors, members as the exact solution of their least squares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import scipy.sparse as sp

from ml.families.base import Base, Contribution, Explanation, Family, Param, Personal, Progress, open_history
from ml.families.history import SCALE
from ml.families.item_item import best_rows, like_matrix
from ml.families.items import Catalogue, Item, TrainingData
from ml.families.popularity import interactions_fingerprint
from ml.families.rows import Positions, history_rows, join_names, split_names


class MatrixFactorization(Family):
    """Confidence is 1 + α·(liked + disliked weight), preference the liked share of it."""

    name = "matrix_factorization"
    params = {
        "factors": Param(32, "length of the vectors", 1, 512),
        "iterations": Param(12, "rounds of alternating least squares", 1, 100),
        "alpha": Param(1.0, "confidence added by a like", 0.01, 1000),
        "regularization": Param(3.0, "ridge of each vector", 1e-6, 1000),
        "seed": Param(0, "of the first item vectors", 0, 2**31 - 1),
    }

    def fit(
        self, data: TrainingData, params: Mapping[str, Any] | None = None, progress: Progress | None = None
    ) -> Base:
        chosen, say = self.with_defaults(params), progress or (lambda share, text: None)
        likes, factors = like_matrix(data), int(chosen["factors"])
        liked_by = likes.T.tocsr()
        generator = np.random.default_rng(int(chosen["seed"]))
        items = generator.normal(0, 0.1, (likes.shape[1], factors)).astype(np.float32)
        items[np.diff(liked_by.indptr) == 0] = 0
        rounds = int(chosen["iterations"])
        for number in range(rounds):
            members = _solve_all(likes, items, chosen["alpha"], chosen["regularization"])
            items = _solve_all(liked_by, members, chosen["alpha"], chosen["regularization"])
            say((number + 1) / rounds, f"round {number + 1} of {rounds}")
        state = {"ids": join_names([item.id for item in data.items]), "items": items}
        return Base(self.name, state, chosen, interactions_fingerprint(data))

    def open(self, base: Base, delta=None, catalogue: Catalogue | None = None) -> MatrixFactorizationPersonal:
        return MatrixFactorizationPersonal(self, base, catalogue or Catalogue(), open_history(self.name, delta))

    def extend_features(self, base: Base, catalogue: Catalogue, old: tuple | None) -> tuple[Positions, np.ndarray]:
        """Positions and the vectors in catalogue order (contiguous, so that scoring is one product)."""
        positions, vectors = old or (Positions(split_names(base.state["ids"])), base.state["items"][:0])
        if len(positions.of_row) == len(catalogue):
            return positions, vectors
        covered = len(positions.of_row)
        positions = positions.extend(catalogue.items)
        padded = np.vstack([base.state["items"], np.zeros((1, vectors.shape[1]), np.float32)])
        return positions, np.concatenate([vectors, padded[positions.of_row[covered:]]])

    def gram(self, base: Base) -> np.ndarray:
        """Σ y yᵀ + ridge over all items: everybody's part of each member's system."""
        if "gram" not in base.cache:
            base.cache["gram"] = _gram(base.state["items"], base.params["regularization"])
        return base.cache["gram"]

    def similar(self, base: Base, catalogue: Catalogue, row: int, n: int = 10) -> list[tuple[int, float]]:
        """The catalogue rows whose vectors point the same way (cosine); empty for unseen items."""
        return best_rows(self.likeness(base, catalogue, row), n)

    def likeness(self, base: Base, catalogue: Catalogue, row: int) -> np.ndarray:
        """Cosine of each catalogue row's vector with one row's; 0 for that item itself and for items never seen."""
        positions, vectors = self.features(base, catalogue)
        norms = np.linalg.norm(vectors, axis=1)
        scores = vectors @ vectors[row] / np.maximum(norms * norms[row], 1e-9)
        scores[positions.of_row == positions.of_row[row]] = 0
        return scores.astype(np.float32)


class MatrixFactorizationPersonal(Personal):
    """score = own vector · item vector; the vector is Σ over past items of A⁻¹ y · confidence · preference."""

    _solved = None

    def changed(self) -> None:
        self._solved = None

    def solution(self) -> tuple[list[str], np.ndarray]:
        """(past item ids, what each adds to the own vector: one row each)."""
        if self._solved is None:
            ids, vectors, liked, total = self._past()
            system = self.family.gram(self.base)
            if len(ids):
                alpha = self.base.params["alpha"]
                system = system + vectors.T @ (vectors * (alpha * total)[:, None])
                pull = (1 + alpha * total) * liked / total
                self._solved = ids, np.linalg.solve(system, vectors.T * pull).T
            else:
                self._solved = ids, np.zeros((0, len(system)))
        return self._solved

    def _past(self) -> tuple[list[str], np.ndarray, np.ndarray, np.ndarray]:
        """The history's known items: ids, vectors, likes, likes and dislikes. Revisions of one item count as one."""
        rows, liked, disliked = history_rows(self.history, self.catalogue)
        positions, _ = self.family.features(self.base, self.catalogue)
        at = positions.of_row[rows]
        seen = at >= 0
        index, inverse = np.unique(at[seen], return_inverse=True)
        likes = np.bincount(inverse, liked[seen], len(index)) / SCALE
        total = likes + np.bincount(inverse, disliked[seen], len(index)) / SCALE
        ids = [self.catalogue.items[row].id for row in rows[seen][np.unique(inverse, return_index=True)[1]]]
        return ids, self.base.state["items"][index].astype(np.float64), likes, total

    def vector(self) -> np.ndarray:
        """The member's own vector (zeros for a newcomer)."""
        return self.solution()[1].sum(0).astype(np.float32)

    def score(self, rows: np.ndarray | None = None) -> np.ndarray:
        own = self.vector()  # first: it may load revisions, which adds rows
        _, vectors = self.family.features(self.base, self.catalogue)
        return (vectors if rows is None else vectors[rows]) @ own

    def similar(self, row: int) -> np.ndarray:
        """Likeness of every catalogue row to one row, own taste left out."""
        return self.family.likeness(self.base, self.catalogue, row)

    def explain(self, item: Item) -> Explanation:
        row = self.catalogue.rows([self.catalogue.add(item)])
        score, (ids, parts) = float(self.score(row)[0]), self.solution()
        _, vectors = self.family.features(self.base, self.catalogue)
        values = parts @ vectors[row[0]]
        found = [Contribution("item", name, float(value)) for name, value in zip(ids, values, strict=True)]
        return Explanation(score, 0.0, sorted(found, key=lambda part: (-abs(part.value), part.name)))


def _gram(vectors: np.ndarray, regularization: float) -> np.ndarray:
    vectors = vectors.astype(np.float64)
    return vectors.T @ vectors + regularization * np.eye(vectors.shape[1])


def _solve_all(seen: sp.csr_matrix, vectors: np.ndarray, alpha: float, regularization: float) -> np.ndarray:
    """One half round: for each row the least-squares vector given the other side's; zeros where nothing was seen."""
    gram = _gram(vectors, regularization).astype(np.float32)
    out = np.zeros((seen.shape[0], vectors.shape[1]), np.float32)
    for row in range(seen.shape[0]):
        near = vectors[seen.indices[seen.indptr[row] : seen.indptr[row + 1]]]
        if len(near):
            out[row] = np.linalg.solve(gram + alpha * (near.T @ near), (1 + alpha) * near.sum(0))
    return out
