"""Weights of a feed by stacking: a conditional logit over its parts on validation data (`ForYou.stacked`).

Beside the weights, the number of own choices at which a member's own models count half (`cold_to_hot`) is chosen: the one
with which the blend, its weights fitted, is least surprised by what was chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ml.families.choices.stacking import logit
from recommendations.evaluation import Steps


@dataclass(frozen=True)
class Case:
    """One choice: parts (parts × candidates, the chosen one first), and how many own choices came before it."""

    parts: np.ndarray
    orders: int


def collect(feed: Any, params: Mapping[str, Any], names: tuple[str, ...], steps: Steps) -> list[Case]:
    """The unweighted parts of each step whose target is a candidate."""
    plain = {"season": "", **params, **dict.fromkeys(names, 1.0)}
    found = []
    for make, _user, position in steps:
        scene = make(feed, plain)
        parts, mask = feed.ingredients(scene, plain)
        where = np.flatnonzero(mask)
        if position < 0 or not mask[position]:
            continue
        where = np.concatenate([[position], where[where != position]])
        table = [parts[name][where] if name in parts else np.zeros(len(where), np.float32) for name in names]
        found.append(Case(np.stack(table), feed.orders(scene)))
    return found


def fit(
    feed: Any, params: Mapping[str, Any], names: tuple[str, ...], cases: list[Case], say: Callable[[str], Any]
) -> dict[str, float]:
    """The weights of `names`, and `cold_to_hot`, that the choices are least surprising with."""
    if not cases:
        raise ValueError("no choice of the validation part could be ranked, so there is nothing to fit weights on")
    table, there = _padded(cases)
    found = {}
    for handover in feed.handovers:
        trial = {**params, "cold_to_hot": handover}
        shares = np.array([[feed.share(name, case.orders, trial) for name in names] for case in cases])
        weights, surprise = logit(table * shares[:, None, :], there)
        found[handover] = (surprise, weights)
    text = ", ".join(f"{handover:g}: {surprise:.4f}" for handover, (surprise, _weights) in found.items())
    best = min(found, key=lambda handover: found[handover][0])
    say(f"cold_to_hot, mean surprise {text} → {best:g}")
    chosen = {name: round(float(weight), 2) for name, weight in zip(names, found[best][1], strict=True)}
    return {**chosen, "cold_to_hot": best}


def _padded(cases: list[Case]) -> tuple[np.ndarray, np.ndarray]:
    """(cases × most candidates × parts, which of them are there)."""
    most = max(case.parts.shape[1] for case in cases)
    table = np.zeros((len(cases), most, len(cases[0].parts)))
    there = np.zeros((len(cases), most), bool)
    for n, case in enumerate(cases):
        size = case.parts.shape[1]
        table[n, :size], there[n, :size] = case.parts.T, True
    return table, there


def ndcg(feed: Any, values: Mapping[str, Any], names: tuple[str, ...], cases: list[Case], k: int) -> float:
    """Mean NDCG at k of the blend with these weights, before variety re-ranks it."""
    gains = []
    for case in cases:
        scores = np.array([values[name] * feed.share(name, case.orders, values) for name in names]) @ case.parts
        rank = (scores > scores[0]).sum() + 0.5 * ((scores == scores[0]).sum() - 1)
        gains.append(1 / np.log2(rank + 2) if rank < k else 0.0)
    return float(np.mean(gains))
