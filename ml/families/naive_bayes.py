"""Multinomial naive Bayes over words: what a text is about, and which words and labels a member likes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp

from ml.families import weighting
from ml.families.base import Base, Family, Param, Progress, open_history
from ml.families.base import digest as digest_of
from ml.families.items import Catalogue, TrainingData
from ml.families.naive_bayes_personal import Features, Learned, NaiveBayesPersonal, best_classes
from ml.families.rows import SparseRows, join_names
from ml.families.text import TOKENIZERS, Vectorizer, choose_vocabulary, clean


class NaiveBayes(Family):
    name = "naive_bayes"
    contextual = False
    params = {
        "tokenizer": Param("words+chars", "how texts become features", choices=tuple(TOKENIZERS)),
        "max_features": Param(50_000, "features kept, those that most texts hold", 10, 500_000),
        "min_texts": Param(2, "texts that must hold a feature", 1, 1000),
        "alpha": Param(1.0, "additive smoothing of word counts", 1e-6, 100),
        "weighting": Param(
            "learned", "fixed weight of each feature, learned with the base", choices=("learned", "none")
        ),
        "score_features": Param(16, "score: features read per item, the most telling ones", 1, 10_000),
        "label_weight": Param(0.1, "score: weight of the liked labels", 0, 100),
        "word_weight": Param(1.0, "score: weight of the liked words", 0, 100),
        "dislike_weight": Param(0.5, "score: how much a dislike takes back of what a like adds", 0, 10),
        "prior_examples": Param(100.0, "score: as how many examples everybody's taste counts", 0.01, 100_000),
    }

    def fit(
        self, data: TrainingData, params: Mapping[str, Any] | None = None, progress: Progress | None = None
    ) -> Base:
        pairs = [(item.text, item.label) for item in data.items if item.label]
        return self.fit_texts([text for text, _ in pairs], [label for _, label in pairs], params, progress)

    def fit_texts(
        self,
        texts: Sequence[str],
        labels: Sequence[str],
        params: Mapping[str, Any] | None = None,
        progress: Progress | None = None,
    ) -> Base:
        """Train on labelled texts; ValueError when there are none."""
        chosen, say = self.with_defaults(params), progress or (lambda share, text: None)
        if not texts:
            raise ValueError("naive_bayes: no item has a label, so there is nothing to learn from")
        cleaned = [clean(text) for text in texts]
        say(0.1, "vocabulary")
        vocabulary = choose_vocabulary(
            cleaned, chosen["tokenizer"], int(chosen["max_features"]), int(chosen["min_texts"])
        )
        say(0.4, "counts")
        matrix = Vectorizer(vocabulary, chosen["tokenizer"]).transform(cleaned)
        classes, codes = np.unique(np.array(labels, dtype=object).astype(str), return_inverse=True)
        say(0.6, "weights")
        ones = np.ones(len(vocabulary), np.float32)
        learned = chosen["weighting"] == "learned"
        weight = weighting.learn(matrix, codes, chosen["alpha"], vocabulary) if learned else ones
        counts = np.asarray((weighting.indicator(codes, len(classes)).T @ matrix).todense())
        state = {
            "classes": [str(name) for name in classes],
            "class_count": np.bincount(codes, minlength=len(classes)).astype(np.int64),
            "feature_count": _smallest(counts),
            "vocabulary": join_names(vocabulary),
            "tokenizer": chosen["tokenizer"],
            "weight": weight,
            "alpha": float(chosen["alpha"]),
        }
        say(1.0, "done")
        return Base(self.name, state, chosen, digest_of([list(texts), list(labels)]))

    def evaluate(self, data, params, seed=0):
        from ml.evaluation.classification import evaluate_items  # which imports this module

        return evaluate_items(data.items, params, seed)

    def open(self, base: Base, delta=None, catalogue: Catalogue | None = None) -> NaiveBayesPersonal:
        return NaiveBayesPersonal(self, base, catalogue or Catalogue(), open_history(self.name, delta))

    def extend_features(self, base: Base, catalogue: Catalogue, old: Features | None) -> Features:
        learned = Learned.of(base)
        if old is None:
            none, width = np.zeros(0, np.intp), len(learned.vectorizer)
            counts = SparseRows(width, learned.vectorizer.dtype)
            old = Features(counts, none, none, SparseRows(width), list(learned.classes))
        items = catalogue.items[old.counts.rows :]
        if not items:
            return old
        matrix = learned.vectorizer.transform([item.text for item in items])
        codes = np.array([_code(old.labels, item.label) for item in items], np.intp)
        shown = codes.copy()
        if (codes < 0).any():
            shown[codes < 0] = best_classes(learned, matrix[codes < 0])
        return Features(
            old.counts.append(matrix),
            np.concatenate([old.codes, codes]),
            np.concatenate([old.shown, shown]),
            old.telling.append(_telling(learned, matrix, int(base.params["score_features"]))),
            old.labels,
        )


def _telling(learned: Learned, matrix: sp.csr_matrix, keep: int) -> sp.csr_matrix:
    """Each row's `keep` features of most information (weighted count × surprise), as shares that add up to 1."""
    out = matrix.copy()
    out.data = (matrix.data * learned.weight[matrix.indices]).astype(np.float32)
    surprise = out.data * -np.log(learned.share[matrix.indices]).astype(np.float32)
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    order = np.argsort(row - surprise / (1.0 + surprise), kind="stable")  # one key sorts four times as fast as three
    rank = np.arange(len(order)) - matrix.indptr[row[order]]
    out.data[order[rank >= keep]] = 0
    out.eliminate_zeros()
    length = np.maximum(np.asarray(out.sum(1)).ravel(), 1e-9)
    out.data /= np.repeat(length, np.diff(out.indptr)).astype(np.float32)
    return out


def _code(labels: list[str], label: str) -> int:
    """The label's code; a new label gets the next one. -1 for none."""
    if not label:
        return -1
    if label not in labels:
        labels.append(label)
    return labels.index(label)


def _smallest(counts: np.ndarray) -> np.ndarray:
    """Whole counts in the smallest unsigned type that holds them."""
    most = counts.max() if counts.size else 0
    return np.rint(counts).astype(np.uint8 if most < 256 else np.uint16 if most < 65536 else np.uint32)
