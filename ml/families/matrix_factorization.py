"""Implicit matrix factorisation (ALS): items as vectors, members as the exact solution of their least squares.

The items' vectors are learned by the library `implicit` with the objective of Hu, Koren & Volinsky (2008). A member's own
vector is never stored: it follows from what they did, by one Cholesky decomposition over the items they touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.linalg import lapack
from threadpoolctl import threadpool_limits

from ml.families import recency
from ml.families.base import Base, Contribution, Explanation, Family, Param, Personal, Progress, open_history
from ml.families.history import SCALE
from ml.families.item_item import best_rows, like_matrix
from ml.families.items import Catalogue, Item, TrainingData
from ml.families.popularity import interactions_fingerprint
from ml.families.rows import Positions, history_rows, join_names, split_names
from ml.families.trace import open_trace


class MatrixFactorization(Family):
    """Confidence is 1 + α·amount, preference the liked share of what was learned of an item."""

    name = "matrix_factorization"
    contextual = False
    sequential = True
    params = {
        "factors": Param(64, "length of the vectors", 1, 512),
        "iterations": Param(15, "rounds of alternating least squares", 1, 100),
        "alpha": Param(1.0, "confidence added by a like", 0.01, 1000),
        "regularization": Param(3.0, "ridge of each vector", 1e-6, 1000),
        "transform": Param(
            "binary", "an item counts once in the own vector, or by the weight learned", choices=("binary", "sum")
        ),
        "recency": recency.PARAM,
        "seed": Param(0, "of the first item vectors", 0, 2**31 - 1),
    }
    tuned = {
        "regularization": (3.0, 1.0, 10.0, 30.0),
        "alpha": (1.0, 5.0, 20.0),
        "recency": (0.0, 0.05, 0.1, 0.2, 0.4),
    }
    scoring = frozenset({"transform", "recency"})

    def fit(
        self, data: TrainingData, params: Mapping[str, Any] | None = None, progress: Progress | None = None
    ) -> Base:
        chosen, say = self.with_defaults(params), progress or (lambda share, text: None)
        likes, factors = like_matrix(data), int(chosen["factors"])
        items = np.zeros((likes.shape[1], factors), np.float32)
        liked = np.flatnonzero(likes.sum(0))
        if len(liked):
            items[liked] = _item_vectors(likes[:, liked], chosen, say)
        state = {"ids": join_names([item.id for item in data.items]), "items": items}
        say(1.0, "done")
        return Base(self.name, state, chosen, interactions_fingerprint(data))

    def open(self, base: Base, delta=None, catalogue: Catalogue | None = None) -> MatrixFactorizationPersonal:
        history, trace = open_history(self.name, delta), open_trace(self.name, delta)
        return MatrixFactorizationPersonal(self, base, catalogue or Catalogue(), history, trace)

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
    """score = own vector · item vector; the vector solves A x = Σ over past items of y · confidence · preference."""

    _own = None

    def changed(self) -> None:
        self._own = None

    def vector(self) -> np.ndarray:
        """The member's own vector (zeros for a newcomer)."""
        if self._own is None:
            rows, vectors, liked, total = self._past()
            if len(rows):
                pull = vectors.T @ ((1 + self.base.params["alpha"] * total) * liked)
                self._own = self._solve(vectors, total, pull).astype(np.float32)
            else:
                self._own = np.zeros(self.base.state["items"].shape[1], np.float32)
        return self._own

    def _solve(self, vectors: np.ndarray, total: np.ndarray, right: np.ndarray) -> np.ndarray:
        """A⁻¹ `right`, where A is everybody's Gram matrix and the touched items' own confidence."""
        scaled = vectors * np.sqrt(self.base.params["alpha"] * total)[:, None]
        system = self.family.gram(self.base) + scaled.T @ scaled
        _, solved, failed = lapack.dposv(system, right, lower=1, overwrite_a=1)
        if failed:
            raise ValueError("matrix_factorization: the member's system cannot be solved; raise `regularization`")
        return solved

    def _past(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """The history's known items: a row, vector, liked share and amount of each. Revisions of one item count as one."""
        rows, liked, disliked = history_rows(self.history, self.catalogue)
        positions, _ = self.family.features(self.base, self.catalogue)
        at = positions.of_row[rows]
        rows, liked, disliked, at = (part[at >= 0] for part in (rows, liked, disliked, at))
        index, first, number = np.unique(at, return_index=True, return_inverse=True)
        params = self.base.params
        likes = np.bincount(number, liked, len(index))
        total = likes + np.bincount(number, disliked, len(index))
        amount = np.ones(len(index)) if params.get("transform", "binary") == "binary" else total / SCALE
        amount = amount * recency.fading(
            self.trace, self.catalogue, rows, number, len(index), params.get("recency", 0.0)
        )
        return rows[first], self.base.state["items"][index].astype(np.float64), likes / total, amount

    def score(self, rows: np.ndarray | None = None) -> np.ndarray:
        own = self.vector()  # first: it may load revisions, which adds rows
        _, vectors = self.family.features(self.base, self.catalogue)
        return (vectors if rows is None else vectors[rows]) @ own

    def similar(self, row: int) -> np.ndarray:
        """Likeness of every catalogue row to one row, own taste left out."""
        return self.family.likeness(self.base, self.catalogue, row)

    def explain(self, item: Item) -> Explanation:
        row = self.catalogue.rows([self.catalogue.add(item)])
        score, (past, vectors, liked, total) = float(self.score(row)[0]), self._past()
        wanted = self.family.features(self.base, self.catalogue)[1][row[0]].astype(np.float64)
        pull = (1 + self.base.params["alpha"] * total) * liked
        values = vectors @ self._solve(vectors, total, wanted) * pull if len(past) else []
        names = [self.catalogue.items[at].id for at in past]
        found = [Contribution("item", name, float(value)) for name, value in zip(names, values, strict=True)]
        return Explanation(score, 0.0, sorted(found, key=lambda part: (-abs(part.value), part.name)))


def _gram(vectors: np.ndarray, regularization: float) -> np.ndarray:
    vectors = vectors.astype(np.float64)
    return np.asfortranarray(vectors.T @ vectors + regularization * np.eye(vectors.shape[1]))


def _item_vectors(likes, chosen: Mapping[str, Any], say: Progress) -> np.ndarray:
    """float32 vectors of the columns of `likes`."""
    from implicit.cpu.als import AlternatingLeastSquares  # half a second, needed by training alone

    rounds = int(chosen["iterations"])
    with threadpool_limits(1, "blas"):
        model = AlternatingLeastSquares(
            factors=int(chosen["factors"]),
            regularization=chosen["regularization"],
            alpha=1.0 + chosen["alpha"],  # it takes confidence as it is given, without the 1 that all starts with
            iterations=rounds,
            num_threads=1,  # several threads add up in another order each time
            random_state=int(chosen["seed"]),
        )
        model.fit(
            likes,
            show_progress=False,
            callback=lambda done, *_: say((done + 1) / (rounds + 1), f"round {done + 1} of {rounds}"),
        )
    return np.asarray(model.item_factors, np.float32)
