"""How well choices of the last days are predicted within what was offered, by time, against simple rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ml.families.choices.past import COLUMNS
from ml.families.choices.sets import Prepared, Sets, prepare

TEST, AT = 0.2, (1, 3, 8)
LEAST = 50


def ranks(scores: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Rank (0: first) of the chosen item, which stands first in each row; ties share their places."""
    scores = np.where(there, scores, -np.inf)
    own = scores[:, :1]
    return ((scores > own) & there).sum(1) + 0.5 * (((scores == own) & there).sum(1) - 1)


def measures(rank: np.ndarray) -> dict[str, float]:
    """Hit rate and NDCG at 1, 3 and 8, and MRR."""
    found: dict[str, float] = {}
    for k in AT:
        hit = rank < k
        found[f"hr@{k}"] = round(float(hit.mean()), 4)
        found[f"ndcg@{k}"] = round(float(np.where(hit, 1 / np.log2(np.where(hit, rank, 0) + 2), 0).mean()), 4)
    found["mrr"] = round(float((1 / (rank + 1)).mean()), 4)
    return found


def simple(sets: Sets) -> dict[str, np.ndarray]:
    """Scores of rules that learn nothing: popularity, the same as last week (or before), random."""
    column = {name: sets.columns[:, :, n] for n, name in enumerate(COLUMNS)}
    same_week = np.abs(column["since"] * 60 - 7) < 0.75
    return {
        "popularity": column["popular"],
        "same as last week": 10.0 * same_week + column["again"] + 0.01 * column["popular"],
        "random": np.random.default_rng(0).random(column["popular"].shape),
    }


def evaluate_choices(family: Any, data, params: Mapping[str, Any]) -> tuple[dict, bytes | None]:
    """Trained on all but the last fifth of the choices by time, measured on that fifth."""
    ready = prepare(data, int(params["samples"]), int(params["seed"]))
    sets = ready.sets
    if len(sets) < LEAST:
        return {"note": f"not evaluated: {len(sets)} choices are too few; {LEAST} are needed"}, None
    first = int(len(sets) * (1 - TEST))
    train, test = sets.part(slice(0, first)), sets.part(slice(first, None))
    before = Prepared(ready.words, ready.things, train, ready.crowd)
    base = family.fit_prepared(before, params)
    there = test.item >= 0
    table = {name: measures(ranks(scores, there)) for name, scores in simple(test).items()}
    table[family.name] = measures(ranks(family.score_sets(base, ready, test), there))
    return {"choices": len(test), "offered": round(float(there.sum(1).mean()), 2), "table": table}, None
