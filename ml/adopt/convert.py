"""An adopted pipeline as a base of `naive_bayes`, checked against scikit-learn's own maths before anybody uses it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from random import Random
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

from ml.adopt.errors import AdoptError
from ml.adopt.pipeline import Found
from ml.families.adopted import sklearn_settings
from ml.families.base import Base
from ml.families.naive_bayes import NaiveBayes
from ml.families.rows import join_names

TOLERANCE = 1e-9
SYNTHETIC, SAMPLES = 100, 500
SCORING = ("score_features", "label_weight", "word_weight", "dislike_weight", "prior_examples")


def to_base(
    found: Found, labels: Sequence[str], sha256: str, texts: Iterable[str] = (), params: Mapping[str, Any] | None = None
) -> tuple[Base, float]:
    """The base, and by how much its probabilities differ from the pipeline's at most.

    Parameters
    ----------
    labels : our label of each of `found.classes`.
    sha256 : of the file; the base's fingerprint, since its training data is not known.
    texts : further texts to compare on, such as the catalogue's.
    params : how members' scores are made (those of `SCORING` count).

    Raises
    ------
    AdoptError
        when the probabilities differ by more than `TOLERANCE`.
    """
    family = NaiveBayes()
    chosen = family.with_defaults({name: value for name, value in (params or {}).items() if name in SCORING})
    base = Base(family.name, _state(found, labels), {name: chosen[name] for name in SCORING}, sha256.strip().lower())
    samples = [*list(texts)[:SAMPLES], *_samples(found)]
    apart = difference(found, base, samples)
    if not apart <= TOLERANCE:
        raise AdoptError(
            f"the pipeline's own log probabilities and its counts disagree: probabilities differ by up to {apart:.3g} on "
            f"{len(samples)} texts, allowed is {TOLERANCE:g}. Was alpha or class_prior changed after fitting? Fit it anew "
            "where it was made, and dump it again."
        )
    return base, apart


def _state(found: Found, labels: Sequence[str]) -> dict[str, Any]:
    state = {
        "classes": list(labels),
        "class_count": found.class_count,
        "feature_count": _smallest(found.feature_count),
        "vocabulary": join_names(found.vocabulary),
        "tokenizer": "adopted",
        "vectorizer": dict(found.vectorizer),
        "weight": np.ones(len(found.vocabulary), np.float32),
        "alpha": found.alpha,
    }
    return state if found.class_prior is None else {**state, "class_prior": found.class_prior}


def _smallest(counts: np.ndarray) -> np.ndarray:
    """Whole counts in the smallest unsigned type, others (tf-idf, weighted examples) as they are."""
    most = counts.max(initial=0)
    if most >= 2**32 or not np.array_equal(counts, np.rint(counts)):
        return counts
    return counts.astype(np.uint8 if most < 2**8 else np.uint16 if most < 2**16 else np.uint32)


def _samples(found: Found) -> list[str]:
    """Texts out of the vocabulary, long and short ones, with unknown words and without any; always the same."""
    random = Random(0)
    words = [random.choices(found.vocabulary, k=random.choice((1, 5, 30))) for _ in range(SYNTHETIC)]
    return ["", "?", *(" ".join([*some, "Ünknown"]) for some in words)]


def difference(found: Found, base: Base, texts: Sequence[str]) -> float:
    """Largest difference between the base's probabilities and those of the pipeline's stored log probabilities."""
    with np.errstate(invalid="ignore", divide="ignore"):
        ours = NaiveBayes().open(base).predict_proba(texts)
        joint = _features(found, texts) @ found.feature_log_prob.T + found.class_log_prior
        theirs = np.exp(joint - joint.max(1, keepdims=True))
        theirs /= theirs.sum(1, keepdims=True)
        apart = np.abs(ours - theirs).max(initial=0)
    return float(apart) if np.isfinite(apart) else float("inf")


def _features(found: Found, texts: Sequence[str]):
    """What scikit-learn itself makes of the texts, by its installed version with the same settings."""
    config = found.vectorizer
    names = {word: column for column, word in enumerate(found.vocabulary)}
    dtype = np.dtype(config["dtype"]).type
    counts = CountVectorizer(**sklearn_settings(config), vocabulary=names, dtype=dtype).transform(texts)
    if not config.get("tfidf"):
        return counts.astype(np.float64)
    idf = config.get("idf")
    weights = TfidfTransformer(norm=config["norm"], use_idf=idf is not None, sublinear_tf=config["sublinear_tf"])
    if idf is None:
        weights.fit(counts)
    else:
        weights.idf_ = idf.astype(dtype)
    return weights.transform(counts)
