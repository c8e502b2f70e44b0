"""Korean text to counts: cleaning, tokenisers, and a vectoriser with a fixed vocabulary."""

from __future__ import annotations

import html
import re
import unicodedata
from array import array
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import CountVectorizer

_HIDDEN = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_SPECIAL = re.compile(r"(?:[^\w%+#]|_)+")  # quotes, brackets, arrows, dots … ; keeps what tells C++, C# and 50% apart
_WORD = re.compile(r"(?u)\b\w+\b")
# Longest first; a stem of two syllables at least must remain, so that 나이 or 회의 stay whole.
_JOSA = re.compile(
    r"^(\w{2,}?)(?:에서부터|으로부터|에게서|이라도|까지|부터|에게|한테|께서|에서|으로|이나|이랑|보다|처럼|마다|조차|밖에|"
    r"은|는|이|가|을|를|의|에|로|와|과|도|만|랑|나)$"
)


def clean(text: str) -> str:
    """Lower-case NFC text without markup, entities, quotes and special characters; words are one space apart."""
    text = html.unescape(_TAG.sub(" ", _HIDDEN.sub(" ", text)))
    text = unicodedata.normalize("NFC", _TAG.sub(" ", _HIDDEN.sub(" ", text)))  # once more: &lt;b&gt; was hidden markup
    return _SPECIAL.sub(" ", text).lower().strip()


def join(fields: Iterable[str]) -> str:
    """The fields that are not empty as one text."""
    return " ".join(part for part in fields if part)


def strip_josa(word: str) -> str:
    """A Korean word without its particle (등산을 → 등산); other words as they are."""
    match = _JOSA.match(word) if "가" <= word[-1:] <= "힣" else None
    return match.group(1) if match else word


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _stems(text: str) -> list[str]:
    return [strip_josa(word) for word in _WORD.findall(text)]


def _grams(analyzer: str, shortest: int, longest: int) -> Callable[[str], list[str]]:
    return CountVectorizer(analyzer=analyzer, ngram_range=(shortest, longest), lowercase=False).build_analyzer()


def _union(*parts: Callable[[str], list[str]]) -> Callable[[str], list[str]]:
    return lambda text: [token for part in parts for token in part(text)]


_WITHIN = _grams("char_wb", 1, 3)
TOKENIZERS: dict[str, Callable[[str], list[str]]] = {
    "words": _words,
    "stems": _stems,
    "chars": _grams("char", 1, 3),
    "chars_within": _WITHIN,
    "chars_within_4": _grams("char_wb", 1, 4),
    "words+chars": _union(lambda text: [f"={word}" for word in _words(text)], _WITHIN),
    "stems+chars": _union(lambda text: [f"={word}" for word in _stems(text)], _WITHIN),
}
ACROSS = {"chars"}  # whose tokens span words; for the others a text's tokens are those of its words


def choose_vocabulary(texts: Sequence[str], tokenizer: str, most: int, least: int = 2) -> list[str]:
    """The `most` tokens that the largest number of (cleaned) texts hold, `least` texts at least, commonest first.

    In this order a product with a vector mostly reads the few numbers at its beginning: it takes two thirds of the time.
    """
    counter = CountVectorizer(analyzer=TOKENIZERS[tokenizer], binary=True)
    try:
        counts = counter.fit_transform(texts)
    except ValueError:  # scikit-learn refuses an empty vocabulary; here it is a model that knows no words
        return []
    names, held = counter.get_feature_names_out(), np.asarray(counts.sum(0)).ravel()
    best = np.argsort(-held, kind="stable")[:most]
    return [str(names[at]) for at in best if held[at] >= min(least, len(texts))]


class Vectorizer:
    """Counts of a fixed vocabulary, equal to `CountVectorizer(analyzer=…, vocabulary=…)` on cleaned text.

    Words repeat, so the features of a word are remembered: 20,000 texts take about a second instead of twenty.
    """

    REMEMBERED = 200_000  # words; a word is some 200 bytes
    dtype = np.dtype(np.float32)  # of feature values

    def __init__(self, vocabulary: Sequence[str], tokenizer: str):
        self.vocabulary, self.tokenizer = list(vocabulary), tokenizer
        self.index = {token: number for number, token in enumerate(self.vocabulary)}
        self._memo: dict[str, array] = {}

    def __len__(self) -> int:
        return len(self.vocabulary)

    def known(self, text: str) -> list[int]:
        """Feature numbers of a cleaned text, one per occurrence."""
        index = self.index
        return [index[token] for token in TOKENIZERS[self.tokenizer](text) if token in index]

    def word(self, word: str) -> array:
        """`known` of a single word, remembered (as an array: extending by one is a copy of memory)."""
        found = self._memo.get(word)
        if found is None:
            if len(self._memo) >= self.REMEMBERED:
                self._memo.clear()
            found = self._memo[word] = array("i", self.known(word))
        return found

    def pieces(self, text: str) -> list[tuple[str, list[int]]]:
        """(what a person can read, its features), in order; together they are the text's features.

        Words, except for tokenisers that look across words: there each token stands for itself.
        """
        text = clean(text)
        if self.tokenizer in ACROSS:
            return [(self.vocabulary[at], [at]) for at in self.known(text)]
        return [(word, self.word(word).tolist()) for word in text.split()]

    def transform(self, texts: Iterable[str]) -> sp.csr_matrix:
        """float32 CSR counts (texts × vocabulary) of raw texts, columns sorted within rows."""
        columns, ends = array("i"), [0]
        for text in texts:
            text = clean(text)
            if self.tokenizer in ACROSS:
                columns.extend(self.known(text))
            else:
                for word in text.split():
                    columns.extend(self.word(word))
            ends.append(len(columns))
        ones = np.ones(len(columns), np.float32)
        indices = np.frombuffer(columns, np.intc).astype(np.int32) if columns else np.zeros(0, np.int32)
        matrix = sp.csr_matrix((ones, indices, np.array(ends, np.int32)), shape=(len(ends) - 1, len(self)))
        matrix.sum_duplicates()
        return matrix
