"""What a base goes by: the weightiest features as tables. Rules that follow its scores: `ml.evaluation.rules`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ml.families.base import Base
from ml.families.rows import split_names

SHOWN = 12
WHOLE = "="  # whole words' features begin with it, parts of words do not (`ml.families.text`): people read words


class Table(NamedTuple):
    """The weightiest features of a base, or of one of its labels; `values` are in the unit that `kind` names."""

    kind: str  # "gain": loss that splits took away; "log_odds", "weight": of a word for a label
    label: str
    values: list[tuple[str, float]]


def importance(base: Base) -> list[Table]:
    """Tables of what weighs most; empty for families whose state names no features."""
    state = base.state
    if "feature_count" in state and "vocabulary" in state:
        return _words(base)
    if isinstance(state.get("model"), str) and state["model"].startswith("tree"):
        return _gain(state["model"])
    if {"weights", "vocabulary", "tags"} <= set(state):
        return _logistic(state)
    return []


def _words(base: Base) -> list[Table]:
    """How much more likely a word is in a label's texts than over all labels (log odds of the smoothed shares)."""
    from ml.families.naive_bayes_personal import Learned

    learned = Learned.of(base)
    names = _names(learned.vectorizer)
    whole = [at for at, name in enumerate(names) if name.startswith(WHOLE)] or range(len(names))
    shares = np.exp(learned.log_words())[:, list(whole)]
    lead = np.log(shares) - np.log(shares.mean(0))
    telling = lead * np.log1p(learned.counts.sum(0)[list(whole)])  # a word of one text tells little
    read = [names[at].removeprefix(WHOLE) for at in whole]
    return [
        Table(
            "log_odds",
            label,
            [(read[at], float(lead[number, at])) for at in _first(telling[number]) if telling[number, at] > 0],
        )
        for number, label in enumerate(learned.classes)
    ]


def _first(values: np.ndarray) -> list[int]:
    return np.argsort(-values, kind="stable")[:SHOWN].tolist()


def _names(vectorizer: Any) -> list[str]:
    vocabulary = vectorizer.vocabulary
    return sorted(vocabulary, key=vocabulary.__getitem__) if isinstance(vocabulary, Mapping) else list(vocabulary)


def _gain(text: str) -> list[Table]:
    import lightgbm as lgb

    booster = lgb.Booster(model_str=text)
    gains = booster.feature_importance("gain")
    order = np.argsort(-gains, kind="stable")[:SHOWN]
    total = max(float(gains.sum()), 1e-12)
    names = booster.feature_name()
    return [Table("gain", "", [(names[at], float(gains[at]) / total) for at in order if gains[at] > 0])]


def _logistic(state: Mapping[str, Any]) -> list[Table]:
    words, weights = split_names(state["vocabulary"]), np.asarray(state["weights"], float)
    return [
        Table("weight", tag, [(words[at], float(weights[at, number])) for at in _largest(weights[:, number])])
        for number, tag in enumerate(split_names(state["tags"]))
        if weights[:, number].any()
    ]


def _largest(column: np.ndarray) -> list[int]:
    return [int(at) for at in np.argsort(-np.abs(column), kind="stable")[:SHOWN] if column[at]]
