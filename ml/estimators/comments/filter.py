"""The comment filter: a logistic regression over hashed n-grams that staff decisions move, and nobody else.

Learning from decisions alone makes such a filter flag almost everything after some hundred one-sided ones. Four things
hold it: each step is small, and smaller still on n-grams that clean comments are full of; eight pretrained examples are
rehearsed with every decision (Robins, Connection Science 1995); the bias stays; and a gate: a decision after which more of a
fixed clean set would be flagged than allowed, or fewer of a fixed abusive one, is set aside for staff to look at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

from ml.estimators.base import Estimator
from ml.estimators.comments.features import WIDTH, hashed, pieces
from ml.evaluation.outcomes import Outcomes, hash_of, made
from ml.families.base import Base, Param, digest

PRETRAINED = Path(__file__).with_name("pretrained.npz")


@dataclass(frozen=True)
class Decisions:
    """What staff decided, oldest first: hashed rows (not texts, which may be deleted) and whether each is abusive.

    `keys` name the decisions where they are kept (default: their numbers): by these, `state["waiting"]` tells which wait.
    """

    rows: sp.csr_matrix
    abusive: np.ndarray
    keys: Sequence[int] = ()

    @classmethod
    def of(cls, texts: Sequence[str], abusive: Sequence[bool]) -> Decisions:
        return cls(hashed(texts), np.array(abusive, bool))

    def __len__(self) -> int:
        return len(self.abusive)


@cache
def pretrained() -> dict[str, Any]:
    """The shipped arrays: weight, bias, thresholds (hold, hide) and hashed rows.

    Rows of the training part are `rehearsed` (with labels); of the validation part clean ones are `watched` and abusive ones
    `caught`, for the gate; those of the test part (`test`, with labels and whether the word list has them) measure versions.
    """
    with np.load(PRETRAINED, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    rehearsed, label = unpacked(arrays, "rehearsed"), arrays["rehearsed_label"].astype(bool)
    return {
        "weight": arrays["weight"].astype(np.float32),
        "bias": float(arrays["bias"]),
        "hold": float(arrays["thresholds"][0]),
        "hide": float(arrays["thresholds"][1]),
        "rehearsed": rehearsed,
        "rehearsed_label": label,
        "pace": _pace(rehearsed, label),
        "watched": unpacked(arrays, "watched"),
        "caught": unpacked(arrays, "caught"),
        "test": unpacked(arrays, "test"),
        "test_label": arrays["test_label"].astype(bool),
        "test_listed": arrays["test_listed"].astype(bool),
    }


def unpacked(arrays: Mapping[str, np.ndarray], name: str) -> sp.csr_matrix:
    """float32 rows of what `fixtures.comments.build.packed` wrote: positions are sums of gaps, anew in each row."""
    ends = arrays[f"{name}_indptr"]
    sums = np.cumsum(np.array([1, 2**8, 2**16]) @ arrays[f"{name}_gaps"].astype(np.int64))
    before = np.concatenate([[0], sums])[ends[:-1]]
    places = (sums - np.repeat(before, np.diff(ends))).astype(np.int32)
    return sp.csr_matrix((arrays[f"{name}_data"].astype(np.float32), places, ends), (len(ends) - 1, WIDTH))


def _pace(rows: sp.csr_matrix, abusive: np.ndarray) -> np.ndarray:
    """How fast each n-gram may learn: 1 where it is new, little where many clean comments have it."""
    seen = np.bincount(rows[~abusive].indices, minlength=WIDTH)
    return (1 / (1 + seen)).astype(np.float32)


def probability(rows: sp.csr_matrix, weight: np.ndarray, bias: float) -> np.ndarray:
    return 1 / (1 + np.exp(-(rows @ weight + bias)))


class CommentFilter(Estimator):
    name = "comment_filter"
    params = {
        "step": Param(12.0, "how far one decision moves the weights", 0.01, 50),
        "rehearsal": Param(8, "pretrained examples learned with each decision", 0, 64),
        "drift": Param(0.001, "share of the clean set by which more may be flagged, before a decision waits", 0.0, 0.2),
        "loss": Param(
            0.02, "share of the abusive set by which fewer may be flagged, before a decision waits", 0.0, 1.0
        ),
    }

    def fit(self, data: Decisions, params: Mapping[str, Any] | None = None, progress=None) -> Base:
        """The pretrained filter after all decisions.

        Its state names decisions by their keys: `learned`, and `waiting`, which the gate holds back; `sides` says for each of
        these why: "clean" where more of the clean set would be flagged than `drift` allows, else "abusive".
        """
        chosen, known = self.with_defaults(params), pretrained()
        weight, bias = known["weight"].copy(), known["bias"]  # the bias stays: it would move every comment at once
        before = flags(known, weight, bias)
        learned: list[int] = []
        waiting: list[int] = []
        sides: list[str] = []
        for number in range(len(data)):
            key = data.keys[number] if data.keys else number
            moved = _step(weight, bias, data, number, chosen)
            more, fewer = np.subtract(flags(known, moved, bias), before) * (1, -1)
            if more > chosen["drift"] or fewer > chosen["loss"]:
                waiting.append(key)
                sides.append("clean" if more > chosen["drift"] else "abusive")
            else:
                weight = moved
                learned.append(key)
            if progress and number % 50 == 0:
                progress(number / len(data), f"{number} of {len(data)} decisions")
        state = {"moved": weight - known["weight"], "bias": bias, **_limits()}
        state |= {"learned": learned, "waiting": waiting, "sides": sides}
        fingerprint = digest([data.rows.indices, data.rows.data, data.abusive])
        return Base(self.name, state, chosen, fingerprint)

    def predict(self, base: Base, rows: Sequence[str] | sp.csr_matrix) -> np.ndarray:
        """Probability of being abusive for each text (or hashed row); of a long text, that of its worst piece."""
        weight = base.cache.get("weight")
        if weight is None:
            weight = base.cache["weight"] = pretrained()["weight"] + base.state["moved"]
        if sp.issparse(rows):
            return probability(rows, weight, base.state["bias"])
        parts = [pieces(text) for text in rows]
        if not parts:
            return np.zeros(0)
        scores = probability(hashed([part for some in parts for part in some]), weight, base.state["bias"])
        return np.maximum.reduceat(scores, np.cumsum([0, *map(len, parts)])[:-1])

    def evaluate(self, data: Decisions, params=None, seed=0):
        """Precision and recall on the shipped test rows beside a word list's, and what the decisions changed."""
        from ml.estimators.comments.report import figures, picture  # scikit-learn's metrics: only training needs them

        base, known = self.fit(data, params), pretrained()
        old = probability(data.rows, known["weight"], known["bias"])
        new, hold = self.predict(base, data.rows), known["hold"]
        score = self.predict(base, known["test"])
        clean = [flags(known, weight, known["bias"])[0] for weight in (known["weight"], base.cache["weight"])]
        return {
            "decisions": len(data),
            "waiting": len(base.state["waiting"]),
            "agreement_before": _mean((old >= hold) == data.abusive),
            "agreement_after": _mean((new >= hold) == data.abusive),
            "clean_flagged_before": round(clean[0], 4),
            "clean_flagged_after": round(clean[1], 4),
            "test": figures(known["test_label"], score, _limits(), known["test_listed"]),
        }, picture(known["test_label"], score, _limits(), known["test_listed"])

    rows = True

    def outcomes(self, data: Decisions, params=None, seed=0, base: Base | None = None) -> Outcomes:
        """The shipped test rows, which no version learns from: each is a comment and counts as a member of its own."""
        known, base = pretrained(), base or self.fit(data, params)
        test, count = known["test"], len(known["test_label"])
        key = [hash_of("comment", n, test[n].indices.tolist()) for n in range(count)]
        columns = {"key": key, "member": key, "y": known["test_label"], "score": self.predict(base, test)}
        listed = np.where(known["test_listed"], 0, 1)
        columns |= {"rank": np.full(count, np.nan), "category": np.full(count, -1)}
        return made(columns, groups={"word list": (("listed", "unlisted"), listed)}, kind="flagged")


def _limits() -> dict[str, float]:
    return {"hold": pretrained()["hold"], "hide": pretrained()["hide"]}


def _mean(values: np.ndarray) -> float | None:
    return round(float(np.mean(values)), 4) if len(values) else None


def flags(known: Mapping[str, Any], weight: np.ndarray, bias: float) -> tuple[float, float]:
    """Shares of the gate's clean rows and of its abusive rows that would be held."""
    shares = (probability(known[name], weight, bias) >= known["hold"] for name in ("watched", "caught"))
    clean, abusive = (float(share.mean()) for share in shares)
    return clean, abusive


def _step(weight: np.ndarray, bias: float, data: Decisions, number: int, params: Mapping[str, Any]) -> np.ndarray:
    """One step of gradient descent on a decision and what is rehearsed with it, half of it clean and half abusive."""
    known, count = pretrained(), int(params["rehearsal"])
    rng = np.random.default_rng(number)
    half = len(known["rehearsed_label"]) // 2  # clean rows first, then abusive ones
    picks = np.concatenate([rng.integers(0, half, count - count // 2), rng.integers(half, 2 * half, count // 2)])
    rows = sp.vstack([data.rows[number], known["rehearsed"][picks]]).tocsr()
    wanted = np.concatenate([[data.abusive[number]], known["rehearsed_label"][picks]]).astype(np.float32)
    error = wanted - probability(rows, weight, bias)
    rate = params["step"] / len(wanted)
    moved = weight.copy()
    change = rate * np.repeat(error, np.diff(rows.indptr)) * rows.data
    np.add.at(moved, rows.indices, change * known["pace"][rows.indices])
    return moved
