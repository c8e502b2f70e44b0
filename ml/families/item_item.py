"""People who liked this also liked that: sparse item-item weights by neighbours (cosine) or regression (EASE)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.linalg import lapack

from ml.families import recency
from ml.families.base import Base, Contribution, Explanation, Family, Param, Personal, Progress, open_history
from ml.families.history import SCALE
from ml.families.items import Catalogue, Item, TrainingData
from ml.families.popularity import interactions_fingerprint
from ml.families.rows import Positions, history_rows, join_names, split_names
from ml.families.trace import open_trace

CELLS = 2**23  # similarities computed at a time (32 MB)
STEP = 500  # columns of weights thinned out at a time
NUDGE = 1e-4  # of the share of all likes: orders items that no neighbour speaks for


class ItemItem(Family):
    name = "item_item"
    contextual = False
    sequential = True
    params = {
        "method": Param("ease", "ease: regression; knn: cosine", choices=("ease", "knn")),
        "most": Param(6000, "ease: so many of the most liked items take part (time grows with the cube)", 10, 20_000),
        "neighbours": Param(200, "weights kept per item", 1, 2000),
        "shrink": Param(0.0, "knn: added to the denominator; few common likers count less", 0, 10_000),
        "regularization": Param(200.0, "ease: strength of the ridge", 0.01, 1e6),
        "transform": Param(
            "binary", "how often an item was liked counts once or by its logarithm", choices=("binary", "log")
        ),
        "dislike_weight": Param(0.5, "how much a disliked item's neighbours lose", 0, 10),
        "recency": recency.PARAM,
    }
    tuned = {"regularization": (200.0, 20.0, 50.0, 100.0, 500.0, 1000.0, 5000.0), "recency": (0.0, 0.05, 0.1, 0.2, 0.4)}
    scoring = frozenset({"transform", "dislike_weight", "recency"})

    def fit(
        self, data: TrainingData, params: Mapping[str, Any] | None = None, progress: Progress | None = None
    ) -> Base:
        chosen, say = self.with_defaults(params), progress or (lambda share, text: None)
        likes = like_matrix(data)
        say(0.2, "similarities")
        if chosen["method"] == "ease":
            popular = most_liked(likes, int(chosen["most"]))
            table = _ease(likes, popular, chosen["regularization"], int(chosen["neighbours"]))
        else:
            table = _neighbours(likes, chosen["shrink"], int(chosen["neighbours"]))
        popularity = np.asarray(likes.sum(0), np.float32).ravel()
        state = {
            "ids": join_names([item.id for item in data.items]),
            "indptr": table.indptr.astype(np.int32),
            "indices": table.indices.astype(np.uint16 if table.shape[0] < 65536 else np.int32),
            "values": table.data.astype(np.float16),
            "popularity": popularity / max(float(popularity.sum()), 1.0),
        }
        say(1.0, "done")
        return Base(self.name, state, chosen, interactions_fingerprint(data))

    def open(self, base: Base, delta=None, catalogue: Catalogue | None = None) -> ItemItemPersonal:
        history, trace = open_history(self.name, delta), open_trace(self.name, delta)
        return ItemItemPersonal(self, base, catalogue or Catalogue(), history, trace)

    def extend_features(self, base: Base, catalogue: Catalogue, old: Positions | None) -> Positions:
        return (old or Positions(split_names(base.state["ids"]))).extend(catalogue.items)

    def table(self, base: Base) -> sp.csr_matrix:
        """Items × items: row i says what liking item i adds to each other item."""
        if "table" not in base.cache:
            state, size = base.state, len(base.state["popularity"])
            values, columns = state["values"].astype(np.float32), state["indices"].astype(np.int32)
            base.cache["table"] = sp.csr_matrix((values, columns, state["indptr"]), (size, size))
        return base.cache["table"]

    def similar(self, base: Base, catalogue: Catalogue, row: int, n: int = 10) -> list[tuple[int, float]]:
        """The catalogue rows most like one row, with their similarity; empty for items that the base has never seen."""
        return best_rows(self.likeness(base, catalogue, row), n)

    def likeness(self, base: Base, catalogue: Catalogue, row: int) -> np.ndarray:
        """What liking a row's item adds to each catalogue row; 0 for its own revisions, and for items never seen."""
        positions = self.features(base, catalogue)
        at = int(positions.of_row[row])
        if at < 0:
            return np.zeros(len(positions.of_row), np.float32)
        return positions.spread(self.table(base)[at].toarray().ravel())  # the table's diagonal is 0


class ItemItemPersonal(Personal):
    """score = Σ of liked items' rows − `dislike_weight` × those of disliked ones (+ a nudge by popularity).

    With `recency`, what lies further back counts less.
    """

    _taste = None

    def changed(self) -> None:
        self._taste = None

    def taste(self) -> np.ndarray:
        """Weight of each base item in the member's history."""
        if self._taste is None:
            self._taste = np.zeros(len(self.base.state["popularity"]), np.float32)
            rows, liked, disliked = history_rows(self.history, self.catalogue)
            at = self.family.features(self.base, self.catalogue).of_row[rows]
            known = at >= 0
            items, number = np.unique(at[known], return_inverse=True)  # an item's revisions count together
            likes, dislikes = (np.bincount(number, sums[known], len(items)) for sums in (liked, disliked))
            amount = self._amount(likes) - self.base.params["dislike_weight"] * self._amount(dislikes)
            self._taste[items] = amount * recency.fading(
                self.trace, self.catalogue, rows[known], number, len(items), self.base.params.get("recency", 0.0)
            )
        return self._taste

    def _amount(self, sums: np.ndarray) -> np.ndarray:
        return np.sign(sums) if self.base.params["transform"] == "binary" else np.log1p(sums / SCALE)

    def score(self, rows: np.ndarray | None = None) -> np.ndarray:
        taste = self.taste()
        liked = np.flatnonzero(taste)
        values = NUDGE * self.base.state["popularity"]
        if len(liked):
            values = values + self.family.table(self.base)[liked].T @ taste[liked]
        return self.family.features(self.base, self.catalogue).spread(values.astype(np.float32), rows)

    def similar(self, row: int) -> np.ndarray:
        """Likeness of every catalogue row to one row, own taste left out."""
        return self.family.likeness(self.base, self.catalogue, row)

    def explain(self, item: Item) -> Explanation:
        row = self.catalogue.rows([self.catalogue.add(item)])
        positions = self.family.features(self.base, self.catalogue)
        at, score = int(positions.of_row[row[0]]), float(self.score(row)[0])
        if at < 0:
            return Explanation(score, 0.0, [])
        nudge = NUDGE * float(self.base.state["popularity"][at])
        ids, taste = split_names(self.base.state["ids"]), self.taste()
        liked = np.flatnonzero(taste)
        column = self.family.table(self.base)[liked][:, [at]].toarray().ravel() * taste[liked] if len(liked) else []
        found = [Contribution("item", ids[i], float(v)) for i, v in zip(liked, column, strict=True) if v]
        return Explanation(score, nudge, sorted(found, key=lambda part: (-abs(part.value), part.name)))


def like_matrix(data: TrainingData) -> sp.csr_matrix:
    """Members × items, 1 where the member's weights of the item add up to a like."""
    shape = (data.members, len(data.items))
    out = sp.csr_matrix((data.weight.astype(np.float32), (data.member, data.item)), shape)
    out.sum_duplicates()
    out.data = (out.data > 0).astype(np.float32)
    out.eliminate_zeros()
    return out


def best_rows(scores: np.ndarray, n: int) -> list[tuple[int, float]]:
    """Up to n rows of positive score, best first, ties by row."""
    order = np.lexsort((np.arange(len(scores)), -scores))[:n]
    return [(int(row), float(scores[row])) for row in order if scores[row] > 0]


def _neighbours(likes: sp.csr_matrix, shrink: float, keep: int) -> sp.csr_matrix:
    likers, size = likes.T.tocsr(), likes.shape[1]
    norm = np.sqrt(np.asarray(likers.sum(1)).ravel()).astype(np.float32)
    blocks = [sp.csr_matrix((0, size), dtype=np.float32)]
    step = max(16, CELLS // max(size, 1))
    for start in range(0, size, step):
        both = (likers[start : start + step] @ likes).toarray()
        both /= norm[start : start + step, None] * norm + np.float32(shrink + 1e-9)
        at = np.arange(len(both))
        both[at, start + at] = 0
        if keep < size:
            weaker = np.argpartition(both, size - keep, axis=1)[:, : size - keep]
            np.put_along_axis(both, weaker, 0, axis=1)
        blocks.append(sp.csr_matrix(both))
    return sp.vstack(blocks).tocsr()


def most_liked(likes: sp.csr_matrix, most: int) -> np.ndarray:
    """The columns (ascending) of the `most` items with most likers; only such as somebody likes."""
    count = np.asarray(likes.sum(0)).ravel()
    return np.sort(np.lexsort((np.arange(len(count)), -count))[: min(most, int((count > 0).sum()))])


def _ease(likes: sp.csr_matrix, popular: np.ndarray, regularization: float, keep: int) -> sp.csr_matrix:
    """The closed form of Steck (2019) over the `popular` columns, by a Cholesky decomposition in place; others get 0."""
    size = likes.shape[1]
    if not len(popular):
        return sp.csr_matrix((size, size), dtype=np.float32)
    known = likes[:, popular]
    gram = (known.T @ known).toarray(order="F").astype(np.float32, copy=False)
    gram[np.diag_indices_from(gram)] += regularization
    factor, failed = lapack.spotrf(gram, lower=1, overwrite_a=1)
    inverse, failed_too = (factor, failed) if failed else lapack.spotri(factor, lower=1, overwrite_c=1)
    if failed or failed_too:
        raise ValueError(f"item_item: regularization {regularization:g} is too small for these likes; raise it")
    scale = -1 / np.diag(inverse)
    blocks = []
    for start in range(0, len(popular), STEP):  # `spotri` fills the lower triangle only
        columns = slice(start, min(start + STEP, len(popular)))
        block = np.concatenate([inverse[columns, :start].T, inverse[start:, columns]])
        corner = block[start : columns.stop]
        corner[:] = np.tril(corner) + np.tril(corner, -1).T
        block *= scale[columns]
        block[np.arange(start, columns.stop), np.arange(columns.stop - start)] = 0
        if keep < len(popular):  # the strongest sources of each target: its score loses least
            limit = np.partition(np.abs(block), -keep, axis=0)[-keep]
            block[np.abs(block) < limit] = 0
        blocks.append(sp.csc_matrix(block))
    small = sp.hstack(blocks).tocoo()
    return sp.csr_matrix((small.data, (popular[small.row], popular[small.col])), (size, size))
