"""How well text models predict a topic: `python -m benchmarks.text` on ../shared/data/ynat (docs/evaluation-text.md).

Everything is chosen on a validation part of the training texts; the test part is looked at by `--test` only.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import ComplementNB, MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from ml.families.naive_bayes import NaiveBayes

FILE = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "ynat" / "train.csv"
Texts, Labels = list[str], np.ndarray


def pipeline(*steps) -> Callable:
    """A scikit-learn pipeline as a function from training part and questions to answers."""
    return lambda texts, labels, asked: (make_pipeline(*steps).fit(texts, labels).predict(asked), None, 0)


def naive_bayes(**params) -> Callable:
    """The family `naive_bayes`: answers, mean log-loss inputs and the base's size in bytes."""

    def answer(texts, labels, asked):
        family = NaiveBayes()
        base = family.fit_texts(texts, labels, params)
        personal = family.open(base)
        shares = personal.predict_proba(asked)
        size = sum(len(part) if isinstance(part, bytes) else getattr(part, "nbytes", 0) for part in base.state.values())
        return np.array(personal.classes)[shares.argmax(1)], (personal.classes, shares), size

    return answer


def characters(longest: int = 3, analyzer: str = "char") -> CountVectorizer:
    return CountVectorizer(analyzer=analyzer, ngram_range=(1, longest))


# name → (learns member by member by sums, how)
MODELS: dict[str, tuple[bool, Callable]] = {
    "words, CountVectorizer + MultinomialNB": (True, pipeline(CountVectorizer(), MultinomialNB())),
    "characters 1-3 + MultinomialNB": (True, pipeline(characters(), MultinomialNB())),
    "characters 1-3, alpha 0.3": (True, pipeline(characters(), MultinomialNB(alpha=0.3))),
    "characters 1-3 + ComplementNB": (True, pipeline(characters(), ComplementNB())),
    "characters 1-3, TF-IDF sublinear + MultinomialNB": (
        True,
        pipeline(TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True), MultinomialNB(alpha=0.1)),
    ),
    "characters 1-3 within words + MultinomialNB": (True, pipeline(characters(3, "char_wb"), MultinomialNB())),
    "characters 1-4 within words, alpha 0.3": (True, pipeline(characters(4, "char_wb"), MultinomialNB(alpha=0.3))),
    "naive_bayes, words": (True, naive_bayes(tokenizer="words", weighting="none")),
    "naive_bayes, words without josa": (True, naive_bayes(tokenizer="stems", weighting="none")),
    "naive_bayes, characters within words": (True, naive_bayes(tokenizer="chars_within", weighting="none")),
    "naive_bayes, words without josa + characters": (True, naive_bayes(tokenizer="stems+chars", weighting="none")),
    **{
        f"naive_bayes, {name}, learned weights, {size:,} features": (
            True,
            naive_bayes(tokenizer=tokenizer, weighting="learned", max_features=size),
        )
        for tokenizer, name in (
            ("words", "words"),
            ("chars", "characters across words"),
            ("chars_within", "characters within words"),
            ("chars_within_4", "characters 1-4 within words"),
            ("words+chars", "words + characters"),
            ("stems+chars", "words without josa + characters"),
        )
        for size in ((20_000, 50_000, 100_000) if tokenizer in ("words+chars", "stems+chars") else (50_000,))
    },
    "linear SVM, characters 1-3 TF-IDF (for reference)": (
        False,
        pipeline(TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True), LinearSVC(C=0.3)),
    ),
}


def read() -> tuple[Texts, Labels]:
    with FILE.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return [row["title"] for row in rows], np.array([row["topic_idx"] for row in rows])


def parts(test: bool) -> tuple[Texts, Labels, Texts, Labels]:
    """(train, labels, asked, labels): the test part, or a validation part cut from the training part."""
    texts, labels = read()
    train, held, train_labels, held_labels = train_test_split(
        texts, labels, test_size=0.2, stratify=labels, random_state=124
    )
    if test:
        return train, train_labels, held, held_labels
    a, b, a_labels, b_labels = train_test_split(
        train, train_labels, test_size=0.2, stratify=train_labels, random_state=0
    )
    return a, a_labels, b, b_labels


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--test", action="store_true", help="report on the test part instead of the validation part")
    parser.add_argument("--only", default="", help="models whose name contains this")
    chosen = parser.parse_args(argv)
    if not FILE.exists():
        print(f"left out: {FILE} is missing")
        return 0
    train, train_labels, asked, labels = parts(chosen.test)
    print(f"{len(train)} training texts, {len(asked)} {'test' if chosen.test else 'validation'} texts")
    print("| model | by sums | accuracy | log-loss | base, MB | seconds |\n|---|---|---|---|---|---|")
    for name, (sums, answer) in MODELS.items():
        if chosen.only in name:
            start = time.perf_counter()
            predicted, shares, size = answer(train, train_labels, asked)
            loss = "" if shares is None else f"{log_loss(*shares, labels):.2f}"
            taken = time.perf_counter() - start
            accuracy, size = f"{(predicted == labels).mean():.4f}", f"{size / 1e6:.2f}" if size else ""
            print(f"| {name} | {'yes' if sums else 'no'} | {accuracy} | {loss} | {size} | {taken:.1f} |", flush=True)
    return 0


def log_loss(classes: list[str], shares: np.ndarray, labels: Labels) -> float:
    at = [classes.index(label) for label in labels]
    return float(-np.log(np.maximum(shares[np.arange(len(labels)), at], 1e-12)).mean())


if __name__ == "__main__":
    sys.exit(main())
