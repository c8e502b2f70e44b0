"""What a base goes by: the weightiest features as tables, and a small decision tree that answers nearly as the model does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor, export_text

from ml.families.base import Base
from ml.families.items import Catalogue, Item
from ml.families.rows import split_names

SHOWN = 12
DEPTH, LEAST = 3, 5  # of the tree; items that a leaf stands for
WHOLE = "="  # whole words' features begin with it, parts of words do not (`ml.families.text`): people read words
MOST_ITEMS, MOST_COLUMNS = 2000, 200


class Table(NamedTuple):
    """The weightiest features of a base, or of one of its labels; `values` are in the unit that `kind` names."""

    kind: str  # "gain": loss that splits took away; "log_odds", "weight": of a word for a label
    label: str
    values: list[tuple[str, float]]


class Surrogate(NamedTuple):
    """A tree of depth 3 as rules; `fidelity` is R² (scores) or accuracy (labels) against the model on the same items."""

    rules: str
    fidelity: float
    items: int
    measure: str


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


def surrogate(family: Any, base: Base, items: Sequence[Item], at: float = 0.0) -> Surrogate | None:
    """Rules of a small tree fitted to what the model says of the items; None where it says the same of all.

    A text classifier is followed in its labels, by words; every other family in the scores that a newcomer is served at
    `at` (unix seconds), by labels, tags and numbers.
    """
    if len(items) > MOST_ITEMS:
        items = [items[n] for n in np.linspace(0, len(items) - 1, MOST_ITEMS).astype(int)]
    if len(items) < 2 * LEAST:
        return None
    if "feature_count" in base.state:
        return _of_labels(family, base, [item for item in items if item.text])
    catalogue = Catalogue()
    for item in items:
        catalogue.add(item)
    model = family.open(base, None, catalogue)
    model.context = {"at": at}
    scores = np.asarray(model.score(), float)
    if not np.isfinite(scores).all() or np.ptp(scores) < 1e-9:
        return None
    names, columns = item_columns(catalogue.items)
    tree = DecisionTreeRegressor(max_depth=DEPTH, min_samples_leaf=LEAST, random_state=0).fit(columns, scores)
    rules = export_text(tree, feature_names=names, decimals=3)
    return Surrogate(rules, float(tree.score(columns, scores)), len(scores), "r2")


def _of_labels(family: Any, base: Base, items: Sequence[Item]) -> Surrogate | None:
    model = family.open(base)
    said = np.array(model.classes, object)[model.predict_proba([item.text for item in items]).argmax(1)].astype(str)
    if len(set(said)) < 2:
        return None
    words = list(dict.fromkeys(word for table in importance(base) for word, _value in table.values))[:MOST_COLUMNS]
    columns = np.array([[word in item.text for word in words] for item in items], np.float32)
    tree = DecisionTreeClassifier(max_depth=DEPTH, min_samples_leaf=LEAST, random_state=0).fit(columns, said)
    rules = export_text(tree, feature_names=[f"“{word}”" for word in words], decimals=1)
    return Surrogate(rules, float(tree.score(columns, said)), len(said), "accuracy")


def item_columns(items: Sequence[Item]) -> tuple[list[str], np.ndarray]:
    """Names and values (items × columns) of labels, the commonest tags and the numbers of items."""
    labels = [name for name, _n in Counter(item.label for item in items if item.label).most_common(MOST_COLUMNS // 4)]
    tags = [name for name, _n in Counter(tag for item in items for tag in item.tags).most_common(MOST_COLUMNS // 2)]
    numbers = sorted({name for item in items for name in item.numbers})[: MOST_COLUMNS // 4]
    rows = [
        [
            *(item.label == label for label in labels),
            *(tag in item.tags for tag in tags),
            *(float(item.numbers.get(name, 0.0)) for name in numbers),
        ]
        for item in items
    ]
    names = [*(f"label={name}" for name in labels), *(f"tag={name}" for name in tags), *numbers]
    return names or ["nothing"], np.array(rows, np.float32) if names else np.zeros((len(items), 1), np.float32)
