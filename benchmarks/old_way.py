"""The usual way, which the site's models replace: one full private copy of a scikit-learn pipeline per member.

An event loads the member's file, calls `partial_fit` and writes the file; a recommendation loads it and predicts.
"""

from __future__ import annotations

from pathlib import Path

import joblib
import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import Pipeline

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "teenplay-models"
WORDS, CLASSES, DOCUMENTS = 4850, 13, 848


def source() -> str:
    """Where the arrays come from, in words."""
    return "of an existing site" if DATA.is_dir() else "made up, of the same size"


def arrays() -> tuple[list[str], np.ndarray, np.ndarray]:
    """(words, class counts, feature counts): of an existing site's model where it is at hand, else made up in its size."""
    if DATA.is_dir():
        words = (DATA / "activity_recommender.vocab.txt").read_text(encoding="utf-8").splitlines()
        with np.load(DATA / "activity_recommender.params.npz") as found:
            share = np.exp(found["feature_log_prob"].astype(np.float64))
            return words, found["class_count"], np.rint(share / share.min(1, keepdims=True)) - 1
    rng = np.random.default_rng(7)
    return [f"word{n}" for n in range(WORDS)], np.full(CLASSES, DOCUMENTS / CLASSES), rng.poisson(0.3, (CLASSES, WORDS))


def write(path: Path) -> int:
    """Make a member's private copy; returns its size in bytes."""
    words, class_count, feature_count = arrays()
    model = MultinomialNB()
    classes = np.arange(len(class_count))
    model.partial_fit(np.zeros((1, len(words))), [0], classes=classes)
    model.class_count_, model.feature_count_ = class_count.astype(np.float64), feature_count.astype(np.float64)
    model._update_feature_log_prob(model.alpha)
    model._update_class_log_prior()
    vectorizer = CountVectorizer(vocabulary={word: n for n, word in enumerate(words)})
    joblib.dump(Pipeline([("words", vectorizer), ("model", model)]), path)
    return path.stat().st_size


def learn(path: Path, text: str, label: int) -> None:
    """One event: load, partial_fit, dump."""
    pipeline = joblib.load(path)
    pipeline[-1].partial_fit(pipeline[0].transform([text]), [label])
    joblib.dump(pipeline, path)


def recommend(path: Path, text: str) -> int:
    """One recommendation: load, predict."""
    return int(joblib.load(path).predict([text])[0])
