"""What content says of an offer: a conditional logit over label, tags, words, maker and price.

McFadden (1974). A member's own part is the mean content of what they touched, drawn towards nothing as long as that is
little (`handover` orders count as much as the prior), so that a newcomer is ranked by the prior: what everybody and their
group eat, and each item's own worth, which is its popularity beside what else was offered. It is linear, so it explains
itself, and the networks learn what it leaves over (`training`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.optimize import minimize

from ml.families.choices.past import COLUMNS
from ml.families.choices.sets import Sets
from ml.families.choices.things import Things, Vocabulary

CROWD = ("popular", "chosen_rate", "label_weekday")  # columns of `past.COLUMNS` that say nothing of the member
PENALTY, WORTH_PENALTY, CHUNK = 3.0, 10.0, 2000
Weights = Mapping[str, np.ndarray]


def own_names(words: Vocabulary) -> list[str]:
    """Names of the features about the member: one for each kind of content, for words, and for what their group eats."""
    return [*(name for name, _place in words.blocks()), "text", "cohort"]


def traits(
    words: Vocabulary, things: Things, item: np.ndarray, columns: np.ndarray, touched: np.ndarray,
    strength: np.ndarray, cohort: np.ndarray, handover: float,
) -> np.ndarray:  # fmt: skip
    """float32 (sets × items × features): `own_names`, then `CROWD`. `touched` and `strength` as in `Sets`."""
    weight = np.where(touched >= 0, strength, 0.0)
    weight = (weight / (np.maximum(handover + np.abs(weight).sum(1, keepdims=True), 1e-9))).astype(np.float32)
    own, said = (np.einsum("st,stc->sc", weight, table[touched]) for table in (things.content, things.text))
    content = things.content[item]
    found = [np.einsum("sic,sc->si", content[..., place], own[:, place]) for _name, place in words.blocks()]
    found.append(np.einsum("sic,sc->si", things.text[item], said))
    found.append(np.einsum("sic,sc->si", content, cohort))
    found += [columns[..., COLUMNS.index(name)] for name in CROWD]
    return np.stack(found, -1).astype(np.float32)


def of_sets(words: Vocabulary, things: Things, sets: Sets, handover: float) -> np.ndarray:
    """`traits` of whole sets, some at a time."""
    parts = [sets.part(slice(n, n + CHUNK)) for n in range(0, len(sets), CHUNK)]
    found = [
        traits(words, things, p.item.astype(np.int64), p.columns, p.touched.astype(np.int64), p.strength, p.cohort, handover)
        for p in parts
    ]  # fmt: skip
    return np.concatenate(found) if found else np.zeros((0, 1, len(own_names(words)) + len(CROWD)), np.float32)


def utility(weights: Weights, things: Things, item: np.ndarray, features: np.ndarray) -> np.ndarray:
    """float32 (sets × items): what everybody's taste, the member's and popularity make of each item."""
    number = np.where(
        things.number >= 0, things.number, len(weights["worth"])
    )  # an unseen item has no worth of its own yet
    worth = np.append(weights["worth"], np.float32(0))[number]
    return (things.content @ weights["taste"] + worth)[item] + features @ weights["traits"]


def fit(words: Vocabulary, things: Things, sets: Sets, handover: float) -> dict[str, np.ndarray]:
    """Weights with the best likelihood of what was chosen, drawn towards zero; zeros without any sets.

    `things` are those of the training's items. "taste": of kinds of content, for everybody; "traits": of `traits`; "worth": of
    each item of the vocabulary.
    """
    item, there = sets.item.astype(np.int64), sets.item >= 0
    features = of_sets(words, things, sets, handover)
    sizes = {"taste": words.width, "traits": features.shape[-1], "worth": len(words.ids)}
    ends = np.cumsum(list(sizes.values()))[:-1]
    penalty = np.repeat([PENALTY, PENALTY, WORTH_PENALTY], list(sizes.values()))

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = dict(zip(sizes, np.split(flat, ends), strict=True))
        score = np.where(there, utility(weights, things, item, features), -np.inf)
        share = np.exp(score - score.max(1, keepdims=True))
        share /= share.sum(1, keepdims=True)
        value = -np.log(np.maximum(share[:, 0], 1e-12)).sum() + (penalty * flat) @ flat
        share[:, 0] -= 1.0
        by_item = np.bincount(item[there], share[there], len(things))
        by_number = np.bincount(things.number, by_item, len(words.ids))
        slope = np.concatenate([by_item @ things.content, np.einsum("si,sif->f", share, features), by_number])
        return float(value), slope + 2 * penalty * flat

    start: Any = np.zeros(len(penalty))
    flat = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 60}).x if len(sets) else start
    return dict(zip(sizes, np.split(flat.astype(np.float32), ends), strict=True))


def offered(words: Vocabulary, things: Things, sets: Sets, weights: Weights, handover: float) -> np.ndarray:
    """What content makes of each offer of sets (sets × items)."""
    return utility(weights, things, sets.item.astype(np.int64), of_sets(words, things, sets, handover))
