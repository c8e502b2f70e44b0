"""The features of a vectorizer that was made elsewhere with scikit-learn: same settings, same vocabulary, same numbers."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import normalize

from ml.families.rows import split_names
from ml.families.text import Vectorizer

ADOPTED = "adopted"
SETTINGS = ("analyzer", "token_pattern", "lowercase", "strip_accents", "stop_words", "binary")


def vectorizer_of(state: Mapping[str, Any]) -> Vectorizer | AdoptedVectorizer:
    """What turns texts into the features of a `naive_bayes` base."""
    names = split_names(state["vocabulary"])
    if state["tokenizer"] == ADOPTED:
        return AdoptedVectorizer(names, state["vectorizer"])
    return Vectorizer(names, state["tokenizer"])


def sklearn_settings(config: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of a CountVectorizer."""
    return {**{name: config[name] for name in SETTINGS}, "ngram_range": tuple(config["ngram_range"])}


class AdoptedVectorizer:
    """`CountVectorizer` or `TfidfVectorizer` with a fixed vocabulary, on texts as they are (no cleaning of this site's).

    Parameters
    ----------
    config : `SETTINGS`, `ngram_range`, `dtype`; for tf-idf also `tfidf`, `norm`, `sublinear_tf` and, where used, `idf`.
    """

    REMEMBERED = 200_000  # words, for n-grams within words

    def __init__(self, vocabulary: Sequence[str], config: Mapping[str, Any]):
        self.vocabulary, self.config = list(vocabulary), config
        self.index = {token: number for number, token in enumerate(self.vocabulary)}
        self.counter = CountVectorizer(**sklearn_settings(config))
        self.within = config["analyzer"] == "char_wb"
        self._prepare = self.counter.build_preprocessor()
        # Of words that are prepared already: stripping accents twice would be slow, not wrong.
        plain = {**sklearn_settings(config), "lowercase": False, "strip_accents": None} if self.within else None
        self._analyze = (CountVectorizer(**plain) if plain else self.counter).build_analyzer()
        self._memo: dict[str, array] = {}

    def __len__(self) -> int:
        return len(self.vocabulary)

    @property
    def dtype(self) -> np.dtype:
        """Of feature values: whole counts are exact in float32, tf-idf is not."""
        return np.dtype(np.float64 if self.config.get("tfidf") else np.float32)

    def known(self, text: str) -> list[int]:
        """Feature numbers of a text, one per occurrence."""
        index = self.index
        return [index[token] for token in self._analyze(text) if token in index]

    def word(self, word: str) -> array:
        """`known` of one prepared word, remembered."""
        found = self._memo.get(word)
        if found is None:
            if len(self._memo) >= self.REMEMBERED:
                self._memo.clear()
            found = self._memo[word] = array("i", self.known(word))
        return found

    def pieces(self, text: str) -> list[tuple[str, list[int]]]:
        """(what a person can read, its features): words for n-grams within words, else each token for itself."""
        if self.within:
            return [(word, self.word(word).tolist()) for word in self._prepare(text).split()]
        return [(self.vocabulary[at], [at]) for at in self.known(text)]

    def transform(self, texts: Iterable[str]) -> sp.csr_matrix:
        """CSR features (texts × vocabulary), columns sorted within rows."""
        columns, ends = array("i"), [0]
        for text in texts:
            if self.within:
                for word in self._prepare(text).split():
                    columns.extend(self.word(word))
            else:
                columns.extend(self.known(text))
            ends.append(len(columns))
        ones = np.ones(len(columns), np.float32)
        indices = np.frombuffer(columns, np.intc).astype(np.int32) if columns else np.zeros(0, np.int32)
        matrix = sp.csr_matrix((ones, indices, np.array(ends, np.int32)), shape=(len(ends) - 1, len(self)))
        matrix.sum_duplicates()
        if self.config["binary"]:
            matrix.data.fill(1)
        return self._weighted(matrix) if self.config.get("tfidf") else matrix

    def _weighted(self, matrix: sp.csr_matrix) -> sp.csr_matrix:
        """Tf-idf of counts, in the vectorizer's own precision."""
        matrix = matrix.astype(self.config["dtype"])
        if self.config["sublinear_tf"]:
            np.log(matrix.data, matrix.data)
            matrix.data += 1
        idf = self.config.get("idf")
        if idf is not None:
            matrix.data *= idf.astype(matrix.dtype)[matrix.indices]
        if self.config["norm"] and matrix.shape[0]:
            matrix = normalize(matrix, norm=self.config["norm"], copy=False)
        return matrix.astype(np.float64)
