"""Tags for problems from their text: one logistic regression per tag over words and letters, Korean and English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import precision_recall_curve, precision_recall_fscore_support
from sklearn.model_selection import KFold

from ml.estimators.base import Estimator
from ml.evaluation.outcomes import Outcomes, hash_of, made, mixed
from ml.families.base import Base, Param, Progress, digest
from ml.families.rows import join_names, split_names
from ml.families.text import TOKENIZERS, Vectorizer, choose_vocabulary, clean

FOLDS = 4
NEVER = 2.0  # a threshold that no probability reaches
MOST_FOLDED = 2000  # texts; of more, one fold is held out for rows and not each in turn


@dataclass(frozen=True)
class Tagged:
    """Texts with the tags that people gave them."""

    texts: Sequence[str]
    tags: Sequence[Sequence[str]]

    def __len__(self) -> int:
        return len(self.texts)

    def part(self, which: np.ndarray) -> Tagged:
        return Tagged([self.texts[at] for at in which], [self.tags[at] for at in which])


class TopicTagger(Estimator):
    """A tag is given where its probability reaches the tag's own threshold.

    That is the one with the best F-measure among those at which, in texts held out of training, the wanted share of what was
    given is right; a tag that has none is never given.
    """

    name = "topic_tagger"
    params = {
        "tokenizer": Param("stems+chars", "how texts become features", choices=tuple(TOKENIZERS)),
        "max_features": Param(20_000, "features kept, those that most texts hold", 10, 500_000),
        "strength": Param(3.0, "C of the logistic regressions: higher follows the data more closely", 0.001, 1000.0),
        "least": Param(5, "problems that a tag must have to be learned", 2, 10_000),
        "precision": Param(0.7, "share of the given tags that should be right", 0.05, 1.0),
        "most": Param(4, "tags given to a problem at most", 1, 20),
        "seed": Param(0, "of the parts that thresholds are chosen on", 0, 2**31 - 1),
    }

    def fit(self, data: Tagged, params: Mapping[str, Any] | None = None, progress: Progress | None = None) -> Base:
        chosen, say = self.with_defaults(params), progress or (lambda share, text: None)
        names, truth = _truth(data.tags, int(chosen["least"]))
        if not names or len(data) < 2 * FOLDS:
            least = f"{2 * FOLDS} and a tag that {chosen['least']} of them have are needed"
            raise ValueError(f"topic_tagger: {len(data)} tagged problems; {least}")
        texts = [clean(text) for text in data.texts]
        vocabulary = choose_vocabulary(texts, chosen["tokenizer"], int(chosen["max_features"]))
        counts = Vectorizer(vocabulary, chosen["tokenizer"]).transform(texts)
        idf = np.log((1 + len(texts)) / (1 + np.bincount(counts.indices, minlength=len(vocabulary)))) + 1
        inputs = _weighted(counts, idf)
        held = np.zeros(truth.shape, np.float32)
        folds = KFold(FOLDS, shuffle=True, random_state=int(chosen["seed"]))
        for number, (train, test) in enumerate(folds.split(inputs)):
            say(0.05 + 0.7 * number / FOLDS, f"part {number + 1} of {FOLDS} held out")
            held[test] = _share(inputs[test], *_regressions(inputs[train], truth[train], float(chosen["strength"])))
        found = [_threshold(truth[:, tag], held[:, tag], float(chosen["precision"])) for tag in range(len(names))]
        say(0.8, "all texts")
        weights, bias = _regressions(inputs, truth, float(chosen["strength"]))
        state = {
            "tags": join_names(names),
            "vocabulary": join_names(vocabulary),
            "tokenizer": chosen["tokenizer"],
            "idf": idf.astype(np.float32),
            "weights": weights,
            "bias": bias,
            "thresholds": np.array(found, np.float32),
        }
        say(1.0, "done")
        return Base(self.name, state, chosen, digest([list(data.texts), [sorted(tags) for tags in data.tags]]))

    def probabilities(self, base: Base, rows: Sequence[str]) -> np.ndarray:
        """(texts, tags in the order of `tag_names`)."""
        if "vectorizer" not in base.cache:
            base.cache["vectorizer"] = Vectorizer(split_names(base.state["vocabulary"]), base.state["tokenizer"])
        inputs = _weighted(base.cache["vectorizer"].transform(rows), base.state["idf"])
        return _share(inputs, base.state["weights"], base.state["bias"])

    def tag_names(self, base: Base) -> list[str]:
        return split_names(base.state["tags"])

    def predict(self, base: Base, rows: Sequence[str]) -> list[list[tuple[str, float]]]:
        """For each text the given tags with their probabilities, most probable first; often none."""
        shares, names = self.probabilities(base, rows), self.tag_names(base)
        given = shares >= base.state["thresholds"]
        out = []
        for row, there in zip(shares, given, strict=True):
            order = sorted(np.flatnonzero(there).tolist(), key=lambda tag: (-row[tag], tag))
            out.append([(names[tag], float(row[tag])) for tag in order[: int(base.params["most"])]])
        return out

    def evaluate(
        self, data: Tagged, params: Mapping[str, Any] | None = None, seed: int = 0
    ) -> tuple[dict, bytes | None]:
        """Precision and recall by tag on a fifth of the texts, which nothing was chosen on."""
        order = np.random.default_rng(seed).permutation(len(data))
        test, train = data.part(order[: len(data) // 5]), data.part(order[len(data) // 5 :])
        try:
            base = self.fit(train, params)
        except ValueError as error:
            return {"note": f"not evaluated: {error}"}, None
        names = self.tag_names(base)
        predicted = self.predict(base, test.texts)
        truth = np.array([[name in tags for name in names] for tags in test.tags])
        given = np.array([[name in dict(found) for name in names] for found in predicted])
        precision, recall, f, support = precision_recall_fscore_support(truth, given, average=None, zero_division=0)
        right, all_given = int((truth & given).sum()), int(given.sum())
        commonest = max(names, key=lambda name: sum(name in tags for tags in train.tags))
        return {
            "train": len(train),
            "test": len(test),
            "tags": len(names),
            "given": all_given,
            "precision": right / max(all_given, 1),
            "recall": right / max(int(truth.sum()), 1),
            "tagged": float(np.mean([bool(found) for found in predicted])) if predicted else 0.0,
            "commonest": commonest,
            "commonest_precision": float(np.mean([commonest in tags for tags in test.tags])),
            "per_tag": [
                {
                    "tag": name,
                    "precision": float(p),
                    "recall": float(r),
                    "f": float(v),
                    "support": int(s),
                    "given": int(g),
                }
                for name, p, r, v, s, g in zip(names, precision, recall, f, support, given.sum(0), strict=True)
            ],
        }, None

    rows = True

    def outcomes(
        self, data: Tagged, params: Mapping[str, Any] | None = None, seed: int = 0, base: Base | None = None
    ) -> Outcomes:
        """Each known tag of each text, by a model that was fitted to the other folds; texts fall into folds by their hashes."""
        keys = np.array([hash_of(text) for text in data.texts], np.uint64)
        parts, fold = [], keys % np.uint64(FOLDS)
        for number in range(FOLDS if len(data) <= MOST_FOLDED else 1):
            test, train = (data.part(np.flatnonzero(mask)) for mask in (fold == number, fold != number))
            if len(test) and len(train):
                base = self.fit(train, params)
                names, shares = self.tag_names(base), self.probabilities(base, test.texts)
                parts += [
                    (key, name, name in tags, share)
                    for key, tags, row in zip(keys[fold == number], test.tags, shares, strict=True)
                    for name, share in zip(names, row, strict=True)
                ]
        if not parts:
            raise ValueError("no text could be held out")
        key, tag, there, share = (np.array(column) for column in zip(*parts, strict=True))
        known, code = np.unique(tag, return_inverse=True)
        rows = mixed(key, np.array([hash_of(name) for name in known], np.uint64)[code])
        columns = {"key": rows, "member": key, "y": there, "score": share, "rank": np.full(len(key), np.nan)}
        return made(columns | {"category": code}, categories=tuple(map(str, known)), kind="labelled")


def _truth(tags: Sequence[Sequence[str]], least: int) -> tuple[list[str], np.ndarray]:
    """The tags that `least` texts have, in order of names, and which text has which."""
    count: dict[str, int] = {}
    for found in tags:
        for tag in set(found):
            count[tag] = count.get(tag, 0) + 1
    names = sorted(tag for tag, number in count.items() if least <= number < len(tags))
    return names, np.array([[name in found for name in names] for found in map(set, tags)], bool).reshape(
        len(tags), len(names)
    )


def _weighted(counts: sp.csr_matrix, idf: np.ndarray) -> sp.csr_matrix:
    """TF-IDF with logarithmic counts, rows of unit length."""
    out = counts.astype(np.float32)
    out.data = (1 + np.log(out.data)) * idf[out.indices]
    norm = np.sqrt(np.asarray(out.multiply(out).sum(1)).ravel())
    out.data /= np.repeat(np.maximum(norm, 1e-9), np.diff(out.indptr))
    return out


def _regressions(inputs: sp.csr_matrix, truth: np.ndarray, strength: float) -> tuple[np.ndarray, np.ndarray]:
    """(features × tags weights, tags constants); a tag that all or none of the texts have is taken as never there."""
    weights = np.zeros((inputs.shape[1], truth.shape[1]), np.float32)
    bias = np.full(truth.shape[1], -20.0, np.float32)
    for tag in range(truth.shape[1]):
        if truth[:, tag].any() and not truth[:, tag].all():
            model = LogisticRegression(C=strength, solver="liblinear", random_state=0).fit(inputs, truth[:, tag])
            weights[:, tag], bias[tag] = model.coef_[0], model.intercept_[0]
    return weights, bias


def _share(inputs: sp.csr_matrix, weights: np.ndarray, bias: np.ndarray) -> np.ndarray:
    return expit(inputs @ weights + bias).astype(np.float32)


def _threshold(truth: np.ndarray, share: np.ndarray, wanted: float) -> float:
    """The threshold with the best F-measure on held-out texts, of those precise enough; fewer than two right are chance."""
    precision, recall, thresholds = precision_recall_curve(truth, share)
    precision, recall = precision[:-1], recall[:-1]
    good = np.flatnonzero((precision >= wanted) & (recall * truth.sum() >= 1.5))
    f = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
    if not len(good):
        return NEVER
    best = good[f[good].argmax()]
    return float(thresholds[max(best - 1, 0)] + thresholds[best]) / 2  # halfway to what was not to be given any more
