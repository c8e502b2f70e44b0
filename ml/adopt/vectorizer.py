"""Vocabulary, settings and idf of an adopted vectorizer."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from ml.adopt.checks import check_known, kind, numbers, setting, told
from ml.adopt.errors import AdoptError, shown
from ml.adopt.values import Name, Record

MAX_FEATURES = 2_000_000
MAX_PATTERN, MAX_NGRAM = 500, 20
KNOWN = frozenset({
    "input", "encoding", "decode_error", "strip_accents", "preprocessor", "tokenizer", "analyzer", "lowercase",
    "token_pattern", "stop_words", "max_df", "min_df", "max_features", "ngram_range", "vocabulary", "binary", "dtype",
    "fixed_vocabulary", "fixed_vocabulary_", "vocabulary_", "stop_words_", "n_features_in_",
})  # fmt: skip
TFIDF = frozenset({"norm", "use_idf", "smooth_idf", "sublinear_tf", "idf_", "n_features_in_"})


def settings(step: Record) -> dict[str, Any]:
    for name in ("tokenizer", "preprocessor"):
        setting(step, name, None, (type(None),))
    setting(step, "input", "content", (str,), ("content",))
    low, high = _ngrams(step.get("ngram_range", (1, 1)))
    stop = step.get("stop_words")
    if stop is not None and stop != "english":
        if not isinstance(stop, (list, tuple, set, frozenset)) or not all(type(word) is str for word in stop):
            raise AdoptError(f"the setting stop_words is {told(stop)}; allowed: None, 'english' or words")
        stop = sorted(stop)
    analyzer = setting(step, "analyzer", "word", (str,), ("word", "char", "char_wb"))
    pattern = _pattern(setting(step, "token_pattern", r"(?u)\b\w\w+\b", (str, type(None))))
    if analyzer == "word" and pattern is None:
        raise AdoptError(
            "the vectorizer has neither a token_pattern nor a tokenizer; set token_pattern and fit it anew"
        )
    dtype = step.get("dtype")
    number = dtype.path.removeprefix("numpy.") if isinstance(dtype, Name) else "float64"
    return {
        "analyzer": analyzer,
        "ngram_range": [low, high],
        "token_pattern": pattern,
        "lowercase": bool(setting(step, "lowercase", True, (bool, int))),
        "strip_accents": setting(step, "strip_accents", None, (str, type(None)), (None, "ascii", "unicode")),
        "stop_words": stop,
        "binary": bool(setting(step, "binary", False, (bool, int))),
        "dtype": "float32" if number == "float32" else "float64",  # whole counts are the same in both
    }


def _ngrams(value: Any) -> tuple[int, int]:
    fine = isinstance(value, (tuple, list)) and len(value) == 2 and all(type(n) is int for n in value)
    if not fine or not 1 <= value[0] <= value[1] <= MAX_NGRAM:
        raise AdoptError(f"the setting ngram_range is not a pair of numbers from 1 to {MAX_NGRAM}")
    return value[0], value[1]


def _pattern(pattern: str | None) -> str | None:
    if pattern is None:
        return None
    try:
        groups = re.compile(pattern).groups if len(pattern) <= MAX_PATTERN else 2
    except (re.error, RecursionError, OverflowError) as error:
        raise AdoptError(f"the token_pattern {shown(pattern)!r} is not a regular expression") from error
    if groups > 1:
        raise AdoptError(
            f"the token_pattern {shown(pattern)!r} has several groups, or more than {MAX_PATTERN} characters"
        )
    return pattern


def vocabulary(step: Record) -> list[str]:
    """The words in the order of their columns."""
    found = step.get("vocabulary_", step.get("vocabulary"))
    if isinstance(found, (list, tuple)) and "vocabulary_" not in (step.state or {}):
        found = dict(zip(found, range(len(found)), strict=True)) if all(type(word) is str for word in found) else None
    if not isinstance(found, dict) or not found:
        raise AdoptError("the vectorizer has no vocabulary_: it was not fitted, or keeps none (HashingVectorizer)")
    if len(found) > MAX_FEATURES:
        raise AdoptError(f"the vocabulary has {len(found):,} words; the limit is {MAX_FEATURES:,}")
    names: list[str] = [""] * len(found)
    seen = bytearray(len(found))
    for word, column in found.items():
        if type(word) is not str or type(column) is not int or not 0 <= column < len(found) or seen[column]:
            raise AdoptError("vocabulary_ does not number its words from 0 without gaps and repetitions")
        if "\0" in word or not word or any("\ud800" <= char <= "\udfff" for char in word):
            raise AdoptError(f"the vocabulary holds the word {shown(repr(word))}, which cannot be stored")
        names[column], seen[column] = word, 1
    return names


def inner(step: Record) -> Record:
    """The TfidfTransformer within a TfidfVectorizer, with the settings that the vectorizer hands on when it is used."""
    inner = step.get("_tfidf")
    if kind(inner) != "transformer":
        raise AdoptError("the TfidfVectorizer holds no TfidfTransformer: it was not fitted")
    own = {name: step.state[name] for name in ("norm", "use_idf", "smooth_idf", "sublinear_tf") if name in step.state}
    return Record(inner.path, (), {**(inner.state or {}), **own})


def weights(step: Record, width: int) -> dict[str, Any]:
    check_known(step, TFIDF)
    out = {
        "norm": setting(step, "norm", "l2", (str, type(None)), (None, "l1", "l2")),
        "sublinear_tf": bool(setting(step, "sublinear_tf", False, (bool, int))),
        "tfidf": True,
    }
    if not setting(step, "use_idf", True, (bool, int)):
        return out
    idf = step.get("idf_")
    if idf is None and kind(step.get("_idf_diag")) == "sparse":  # a diagonal matrix, until scikit-learn 1.5
        idf = _diagonal(step.get("_idf_diag"))
    values = numbers(idf, "idf_").ravel()
    if len(values) != width or (values < 0).any():
        raise AdoptError(f"idf_ is not one weight of 0 or more for each of {width:,} words")
    return {**out, "idf": values}


def _diagonal(matrix: Record) -> Any:
    """The data of a sparse matrix that holds a diagonal and nothing else."""
    rows, places = matrix.get("indices"), matrix.get("offsets")
    if rows is not None:
        found = numbers(rows, "_idf_diag")
        fine = np.array_equal(found, np.arange(found.size))
    else:
        fine = numbers(places, "_idf_diag").tolist() == [0]
    if not fine:
        raise AdoptError("_idf_diag is not a diagonal matrix")
    return matrix.get("data")
