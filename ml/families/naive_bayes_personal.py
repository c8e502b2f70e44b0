"""A member's own naive Bayes: the classifier after their likes, and what they like more than everybody does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from ml.families.adopted import vectorizer_of
from ml.families.base import Base, Contribution, Explanation, Personal
from ml.families.history import SCALE
from ml.families.items import Item
from ml.families.rows import SparseRows, history_rows


class Learned:
    """A base's arrays in the form that computing needs; derived, kept in `Base.cache`."""

    def __init__(self, base: Base):
        state = base.state
        self.classes: list[str] = list(state["classes"])
        self.vectorizer = vectorizer_of(state)
        self.weight = state["weight"].astype(np.float64)
        self.alpha = (
            np.asarray(state["alpha"], np.float64) * self.weight
        )  # so that weighting leaves a word's smoothed shares as they are
        self.counts = state["feature_count"].astype(np.float64)
        self.class_count = state["class_count"].astype(np.float64)
        self.class_prior = state.get("class_prior")  # only in adopted bases; else learned from the counts
        self.total = (self.counts * self.weight + self.alpha).sum(1)
        self.empty_total = float(self.alpha.sum())
        # How often everybody's texts hold each feature; one more each, so that none is infinitely telling.
        everyone = self.counts.sum(0) + 1.0
        self.share = everyone / max(everyone.sum(), 1.0)
        self.mean_length = float(self.counts.sum() / max(self.class_count.sum(), 1.0))
        self.class_share = (self.class_count + 1.0) / (self.class_count.sum() + len(self.classes))

    @classmethod
    def of(cls, base: Base) -> Learned:
        if "learned" not in base.cache:
            base.cache["learned"] = cls(base)
        return base.cache["learned"]

    def with_prior(self, count: np.ndarray) -> np.ndarray:
        """Class counts as the prior sees them: a fixed prior divides the known classes' sum among these; new ones learn."""
        if self.class_prior is not None:
            known = len(self.classes)
            count[:known] = self.class_prior * count[:known].sum()
        return count

    def log_words(self) -> np.ndarray:
        """log P(feature | class) of the base, classes × features."""
        return np.log(self.counts * self.weight + self.alpha) - np.log(self.total)[:, None]


class Sums(NamedTuple):
    """Sums of a history by label in 1/1000, (likes, dislikes); `names` are the labels by code."""

    labels: tuple[np.ndarray, ...]
    names: list[str]


@dataclass
class Features:
    """What is known of each catalogue row; codes past the base's classes are new labels."""

    counts: SparseRows
    codes: np.ndarray  # intp, of the item's own label, -1 for none: what it teaches
    shown: np.ndarray  # the same with the base's best class for items without a label: what it scores as
    telling: SparseRows  # shares (adding up to 1) of the few features that speak for the row; scores read only these
    labels: list[str]


class NaiveBayesPersonal(Personal):
    """`MultinomialNB` of base and own counts (`predict_proba`), and the relevance of items to the member (`score`).

    The score adds up: `label_weight` × log lift of the item's label + `word_weight` × mean log lift of its telling
    words, where a lift is the member's smoothed share over everybody's, likes less `dislike_weight` × dislikes.
    """

    def changed(self) -> None:
        self._sums = self._lifts = None

    _sums: Sums | None = None
    _lifts: tuple[np.ndarray, np.ndarray] | None = None

    # What was learned -------------------------------------------------------------------------------------------

    def sums(self) -> Sums:
        """The history as exact sums of integers (in 1/1000)."""
        if self._sums is None:
            rows, liked, disliked = history_rows(self.history, self.catalogue)
            features = self.family.features(self.base, self.catalogue)
            codes = features.codes[rows]
            own = codes >= 0
            labels = tuple(np.bincount(codes[own], w[own], len(features.labels)) for w in (liked, disliked))
            self._sums = Sums(labels, features.labels)
        return self._sums

    def _words(self) -> tuple[np.ndarray | None, ...]:
        """The same by feature; None where there are no likes, or no dislikes, at all. Large, so not kept."""
        rows, liked, disliked = history_rows(self.history, self.catalogue)
        counts = self.family.features(self.base, self.catalogue).counts
        return tuple(counts.weighted_sum(rows, w) if w.any() else None for w in (liked, disliked))

    @property
    def classes(self) -> list[str]:
        """The base's classes, then the liked labels that it does not know, in sorted order."""
        known, sums = len(Learned.of(self.base).classes), self.sums()
        new = [sums.names[code] for code in np.flatnonzero(sums.labels[0]) if code >= known]
        return Learned.of(self.base).classes + sorted(new)

    # The classifier ---------------------------------------------------------------------------------------------

    def joint_log_likelihood(self, texts: Sequence[str]) -> np.ndarray:
        """log P(class, text), texts × `classes`: scikit-learn's `MultinomialNB` after `partial_fit` of all likes."""
        learned, sums, classes = Learned.of(self.base), self.sums(), self.classes
        place = {sums.names.index(name): at for at, name in enumerate(classes)}
        to_class = np.array([place.get(code, -1) for code in range(len(sums.names))] + [-1])
        matrix = learned.vectorizer.transform(texts).astype(np.float64)
        used = np.unique(matrix.indices)
        counts = np.zeros((len(classes), len(used)))
        counts[: len(learned.classes)] = learned.counts[:, used]
        total = np.full(len(classes), learned.empty_total)
        total[: len(learned.classes)] = learned.total
        rows, liked, _disliked = history_rows(self.history, self.catalogue)
        features = self.family.features(self.base, self.catalogue)
        columns, values, owner = features.counts.take(rows)
        at = to_class[features.codes[rows]][owner]
        gain = values.astype(np.float64) * liked[owner] / SCALE
        keep = at >= 0
        np.add.at(total, at[keep], (gain * learned.weight[columns])[keep])
        near = np.minimum(np.searchsorted(used, columns), max(len(used) - 1, 0))
        if len(used):
            keep &= used[near] == columns
            np.add.at(counts, (at[keep], near[keep]), gain[keep])
        weight = learned.weight[used]
        words = np.log(counts * weight + learned.alpha[used]) - np.log(total)[:, None]
        return np.asarray(matrix[:, used] @ (words * weight).T) + self._log_prior(len(classes), to_class)

    def _class_count(self, size: int, to_class: np.ndarray) -> np.ndarray:
        learned, likes = Learned.of(self.base), self.sums().labels[0] / SCALE
        count = np.zeros(size)
        count[: len(learned.classes)] = learned.class_count
        touched = np.flatnonzero(likes)
        count[to_class[touched]] += likes[touched]
        return learned.with_prior(count)

    def _log_prior(self, size: int, to_class: np.ndarray) -> np.ndarray:
        count = self._class_count(size, to_class)
        with np.errstate(divide="ignore"):  # a class that nobody has an example of: -inf, as in scikit-learn
            return np.log(count) - np.log(count.sum())

    def predict_proba(self, texts: Sequence[str]) -> np.ndarray:
        """P(class | text), texts × `classes`."""
        joint = self.joint_log_likelihood(texts)
        joint -= joint.max(1, keepdims=True)
        share = np.exp(joint)
        return share / share.sum(1, keepdims=True)

    def affinity(self, text: str) -> dict[str, float]:
        """Label → probability of a text (a season's or a profile's keywords), by the member's own model."""
        return dict(zip(self.classes, self.predict_proba([text])[0].tolist(), strict=True))

    # Relevance --------------------------------------------------------------------------------------------------

    def _lift(self) -> tuple[np.ndarray, np.ndarray]:
        """(by label code, by feature): log lifts, weighted as `score` adds them."""
        if self._lifts is None:
            learned, sums, params = Learned.of(self.base), self.sums(), self.base.params
            prior = params["prior_examples"]
            share = np.full(len(sums.names), 1 / (learned.class_count.sum() + len(learned.classes)))
            share[: len(learned.classes)] = learned.class_share
            spread = max(prior * learned.mean_length, 1.0)  # features of as many examples
            self._lifts = (
                self._two_sided(sums.labels, share, prior, params["label_weight"]),
                self._two_sided(self._words(), learned.share, spread, params["word_weight"]).astype(np.float32),
            )
        return self._lifts

    def _two_sided(
        self, sums: tuple[np.ndarray | None, ...], share: np.ndarray, prior: float, weight: float
    ) -> np.ndarray:
        """`weight` × (likes' log((count + prior·share) / (prior·share)) less `dislike_weight` × dislikes'); 0 where untouched."""
        out = np.zeros(len(share))
        for counts, sign in zip(sums, (weight, -weight * self.base.params["dislike_weight"]), strict=True):
            if counts is not None:
                touched = np.flatnonzero(counts)
                out[touched] += sign * np.log1p(counts[touched] / (SCALE * prior * share[touched]))
        return out

    def score(self, rows: np.ndarray | None = None) -> np.ndarray:
        if not len(self.history):
            return np.zeros(len(self.catalogue) if rows is None else len(rows), np.float32)
        label, word = self._lift()  # first: it may load revisions, which adds rows
        features = self.family.features(self.base, self.catalogue)
        padded = np.zeros(len(features.labels) + 1, np.float32)  # the last: no label. Labels may be newer than sums
        padded[: len(label)] = label
        out = features.telling.dot(word, rows)
        out += padded[features.shown if rows is None else features.shown[rows]]
        return out

    def explain(self, item: Item) -> Explanation:
        row = self.catalogue.rows([self.catalogue.add(item)])
        score = float(self.score(row)[0])
        label, word = self._lift()
        features = self.family.features(self.base, self.catalogue)
        code = int(features.shown[row[0]])
        parts: dict[tuple[str, str], float] = {}
        if 0 <= code < len(label) and label[code]:
            parts["label", features.labels[code]] = float(label[code])
        columns, shares, _ = features.telling.take(row)
        per_count = dict(zip(columns.tolist(), (shares * word[columns]).tolist(), strict=True))
        pieces = Learned.of(self.base).vectorizer.pieces(item.text)
        times = Counter(at for _, known in pieces for at in known)
        for piece, known in pieces:
            value = sum(per_count[at] / times[at] for at in known if at in per_count)
            if value:
                parts["word", piece] = parts.get(("word", piece), 0.0) + value
        found = [Contribution(kind, name, value) for (kind, name), value in parts.items()]
        return Explanation(score, 0.0, sorted(found, key=lambda part: (-abs(part.value), part.name)))

    def closest(self, rows: np.ndarray) -> np.ndarray:
        """For each catalogue row the liked row that shares most of its telling words; -1 where none shares any."""
        past, liked, _disliked = history_rows(self.history, self.catalogue)
        past = past[liked > 0]
        if not len(past) or not len(rows):
            return np.full(len(rows), -1)
        telling = self.family.features(self.base, self.catalogue).telling
        shared = telling.products(past, rows)
        best = shared.argmax(0)
        return np.where(shared[best, np.arange(len(rows))] > 0, past[best], -1)

    def label_lift(self) -> dict[str, float]:
        """Label → log(own share / everybody's share) as the score uses it, before `label_weight`; 0 for a newcomer."""
        label = self._lift()[0] / (self.base.params["label_weight"] or 1.0)
        return {name: float(label[code]) for code, name in enumerate(self.sums().names)}

    def top(self, n: int = 5) -> list[tuple[str, float]]:
        likes, dislikes = self.sums().labels
        count = np.zeros(len(likes))
        base = Learned.of(self.base).class_count
        count[: len(base)] = base
        before = count / max(count.sum(), 1)
        after = count + (likes - self.base.params["dislike_weight"] * dislikes) / SCALE
        after = np.maximum(after, 0)
        moved = after / max(after.sum(), 1) - before
        order = sorted(
            (code for code in range(len(moved)) if likes[code] or dislikes[code]), key=lambda c: (-abs(moved[c]), c)
        )
        return [(self.sums().names[code], float(moved[code])) for code in order[:n]]


def best_classes(learned: Learned, matrix: sp.csr_matrix) -> np.ndarray:
    count = learned.with_prior(learned.class_count.copy())
    with np.errstate(divide="ignore"):  # a class without examples
        prior = np.log(count / count.sum())
    return (np.asarray(matrix @ (learned.log_words() * learned.weight).T) + prior).argmax(1)
