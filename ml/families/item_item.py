"""People who liked this also liked that: sparse item-item weights by neighbours (cosine) or regression (EASE)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy import linalg

from ml.families.base import Base, Contribution, Explanation, Family, Param, Personal, Progress, open_history
from ml.families.history import SCALE
from ml.families.items import Catalogue, Item, TrainingData
from ml.families.popularity import interactions_fingerprint
from ml.families.rows import Positions, history_rows, join_names, split_names

QUICK, DENSE = 8_000, 16_000  # liked items; ease inverts a matrix of that size (0.5 GB at 8,000, two copies)
CELLS = 2**23  # similarities computed at a time (32 MB)
NUDGE = 1e-4  # of the share of all likes: orders items that no neighbour speaks for


class ItemItem(Family):
    name = "item_item"
    params = {
        "method": Param(
            "auto",
            "ease: regression; knn: cosine; auto: ease for up to 8,000 liked items",
            choices=("auto", "ease", "knn"),
        ),
        "neighbours": Param(200, "weights kept per item", 1, 2000),
        "shrink": Param(0.0, "knn: added to the denominator; few common likers count less", 0, 10_000),
        "regularization": Param(200.0, "ease: strength of the ridge", 0.01, 1e6),
        "transform": Param(
            "binary", "how often an item was liked counts once or by its logarithm", choices=("binary", "log")
        ),
        "dislike_weight": Param(0.5, "how much a disliked item's neighbours lose", 0, 10),
    }

    def fit(
        self, data: TrainingData, params: Mapping[str, Any] | None = None, progress: Progress | None = None
    ) -> Base:
        chosen, say = self.with_defaults(params), progress or (lambda share, text: None)
        likes = like_matrix(data)
        say(0.2, "similarities")
        liked, method = np.flatnonzero(np.diff(likes.tocsc().indptr)), chosen["method"]
        if method == "ease" and len(liked) > DENSE:
            raise ValueError(f"item_item: ease takes up to {DENSE} liked items, not {len(liked)}; use method=knn")
        if method == "ease" or (method == "auto" and len(liked) <= QUICK):
            table = _ease(likes, liked, chosen["regularization"], int(chosen["neighbours"]))
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
        return ItemItemPersonal(self, base, catalogue or Catalogue(), open_history(self.name, delta))

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
    """score = Σ of liked items' rows − `dislike_weight` × those of disliked ones (+ a nudge by popularity)."""

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
            self._taste[items] = self._amount(likes) - self.base.params["dislike_weight"] * self._amount(dislikes)
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


def _ease(likes: sp.csr_matrix, liked: np.ndarray, regularization: float, keep: int) -> sp.csr_matrix:
    """The closed form over the items that somebody likes; the others' weights are 0 anyway."""
    known = likes[:, liked]
    gram = (known.T @ known).toarray().astype(np.float64)
    gram[np.diag_indices_from(gram)] += regularization
    weights = linalg.inv(gram, overwrite_a=True) if gram.size else gram
    weights /= -np.diag(weights)
    np.fill_diagonal(weights, 0)
    if keep < len(weights):  # the strongest sources of each target: its score loses least
        limit = np.partition(np.abs(weights), -keep, axis=0)[-keep]
        weights[np.abs(weights) < limit] = 0
    small = sp.coo_matrix(weights)
    size = likes.shape[1]
    return sp.csr_matrix((small.data, (liked[small.row], liked[small.col])), (size, size))
