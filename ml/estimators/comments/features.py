"""Comments as hashed character n-grams, of syllables and of letters (jamo), so that "시1발" and "ㅅㅂ" leave traces too."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.preprocessing import normalize

BITS = 18
WIDTH = 2**BITS
_REPEATED = re.compile(r"(.)\1{2,}")


def tidy(text: str) -> str:
    """Lower case, no invisible characters, no letter more than twice in a row."""
    kept = "".join(
        letter for letter in text.lower() if unicodedata.category(letter) not in ("Cf", "Cc") or letter in "\n\t "
    )
    return _REPEATED.sub(r"\1\1", kept)


def letters(text: str) -> str:
    """The jamo of a tidied text; the mark keeps its n-grams apart from those of syllables."""
    return "\x01" + unicodedata.normalize("NFKD", tidy(text))


def _vectorizer(analyzer: str, sizes: tuple[int, int], preprocess) -> HashingVectorizer:
    return HashingVectorizer(
        analyzer=analyzer,
        ngram_range=sizes,
        n_features=WIDTH,
        alternate_sign=False,
        norm=None,
        preprocessor=preprocess,
        dtype=np.float32,
    )


_PARTS = (_vectorizer("char_wb", (1, 4), tidy), _vectorizer("char", (2, 5), letters))


def hashed(texts: Sequence[str]) -> sp.csr_matrix:
    """float32 rows (texts × 2**18) of length one."""
    texts = list(texts)
    if not texts:
        return sp.csr_matrix((0, WIDTH), dtype=np.float32)
    found = sum(normalize(part.transform(texts)) for part in _PARTS)
    return normalize(sp.csr_matrix(found)).astype(np.float32)
