"""Items whose words, tags and label are like those of the items a member liked (TF-IDF, cosine)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ml.families.base import Base, Contribution, Explanation, Family, Param, Personal, Progress, digest, open_history
from ml.families.history import SCALE
from ml.families.item_item import best_rows
from ml.families.items import Catalogue, Item, TrainingData
from ml.families.rows import SparseRows, history_rows, join_names, split_names
from ml.families.text import TOKENIZERS, Vectorizer, choose_vocabulary, clean, join


def document(item: Item) -> str:
    """What is compared: text, tags and label."""
    return join((item.text, *item.tags, item.label))


class Content(Family):
    name = "content"
    contextual = False
    params = {
        "tokenizer": Param("stems", "how texts become features", choices=tuple(TOKENIZERS)),
        "max_features": Param(20_000, "features kept, those that most texts hold", 10, 500_000),
        "dislike_weight": Param(0.5, "how much a disliked item's likeness costs", 0, 10),
    }

    def fit(
        self, data: TrainingData, params: Mapping[str, Any] | None = None, progress: Progress | None = None
    ) -> Base:
        chosen, say = self.with_defaults(params), progress or (lambda share, text: None)
        texts = [document(item) for item in data.items]
        cleaned = [clean(text) for text in texts]
        vocabulary = choose_vocabulary(cleaned, chosen["tokenizer"], int(chosen["max_features"]))
        say(0.5, "frequencies")
        matrix = Vectorizer(vocabulary, chosen["tokenizer"]).transform(cleaned)
        held = np.bincount(matrix.indices, minlength=len(vocabulary))
        idf = np.log((1 + len(texts)) / (1 + held)) + 1
        state = {
            "vocabulary": join_names(vocabulary),
            "tokenizer": chosen["tokenizer"],
            "idf": idf.astype(np.float32),
        }
        say(1.0, "done")
        return Base(self.name, state, chosen, digest(texts))

    def open(self, base: Base, delta=None, catalogue: Catalogue | None = None) -> ContentPersonal:
        return ContentPersonal(self, base, catalogue or Catalogue(), open_history(self.name, delta))

    def vectorizer(self, base: Base) -> Vectorizer:
        if "vectorizer" not in base.cache:
            base.cache["vectorizer"] = Vectorizer(split_names(base.state["vocabulary"]), base.state["tokenizer"])
        return base.cache["vectorizer"]

    def extend_features(self, base: Base, catalogue: Catalogue, old: SparseRows | None) -> SparseRows:
        vectorizer = self.vectorizer(base)
        old = SparseRows(len(vectorizer)) if old is None else old
        items = catalogue.items[old.rows :]
        if not items:
            return old
        matrix = vectorizer.transform([document(item) for item in items])
        matrix.data = (1 + np.log(matrix.data)) * base.state["idf"][matrix.indices]
        norm = np.sqrt(np.asarray(matrix.multiply(matrix).sum(1)).ravel())
        matrix.data /= np.repeat(np.maximum(norm, 1e-9), np.diff(matrix.indptr)).astype(np.float32)
        return old.append(matrix)

    def similar(self, base: Base, catalogue: Catalogue, row: int, n: int = 10) -> list[tuple[int, float]]:
        """The catalogue rows most like one row (cosine); other revisions of the same item are left out."""
        scores = self.likeness(base, catalogue, row)
        own = catalogue.items[row].id
        same = [at for at, _ in best_rows(scores, n + 20) if catalogue.items[at].id == own]
        scores[same] = 0
        return best_rows(scores, n)

    def likeness(self, base: Base, catalogue: Catalogue, row: int) -> np.ndarray:
        """Cosine of each catalogue row with one row; 0 for that row itself."""
        features = self.features(base, catalogue)
        columns, values, _ = features.take(np.array([row]))
        scores = features.dot(np.bincount(columns, values, features.columns))
        scores[row] = 0
        return scores


class ContentPersonal(Personal):
    """score = mean cosine with the liked items less `dislike_weight` × the disliked ones, by weight learned."""

    _centre = None

    def changed(self) -> None:
        self._centre = None

    def _past(self) -> tuple[np.ndarray, np.ndarray]:
        """Catalogue rows of the history and their signed weights; the weights' sizes add up to 1."""
        rows, liked, disliked = history_rows(self.history, self.catalogue)
        total = max(liked.sum() + disliked.sum(), 1.0 / SCALE)
        return rows, (liked - self.base.params["dislike_weight"] * disliked) / total

    def centre(self) -> np.ndarray:
        """Weighted mean of the learned items' vectors."""
        if self._centre is None:
            rows, weight = self._past()
            features = self.family.features(self.base, self.catalogue)
            columns, values, owner = features.take(rows)
            self._centre = np.bincount(columns, values * weight[owner], features.columns).astype(np.float32)
        return self._centre

    def score(self, rows: np.ndarray | None = None) -> np.ndarray:
        centre = self.centre()  # first: it may load revisions, which adds rows
        return self.family.features(self.base, self.catalogue).dot(centre, rows)

    def similar(self, row: int) -> np.ndarray:
        """Likeness of every catalogue row to one row, own taste left out."""
        return self.family.likeness(self.base, self.catalogue, row)

    def explain(self, item: Item) -> Explanation:
        row = self.catalogue.rows([self.catalogue.add(item)])
        score = float(self.score(row)[0])
        rows, weight = self._past()
        features = self.family.features(self.base, self.catalogue)
        columns, values, _ = features.take(row)
        alike = features.dot(np.bincount(columns, values, features.columns), rows) * weight
        parts: dict[str, float] = {}
        for past, value in zip(rows, alike, strict=True):
            name = self.catalogue.items[past].id
            parts[name] = parts.get(name, 0.0) + float(value)
        found = [Contribution("item", name, value) for name, value in parts.items() if value]
        return Explanation(score, 0.0, sorted(found, key=lambda part: (-abs(part.value), part.name)))
