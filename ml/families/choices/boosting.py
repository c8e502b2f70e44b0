"""Gradient boosting over what a member's past and everybody's choices say of each item: LambdaMART by LightGBM.

Burges, "From RankNet to LambdaRank to LambdaMART" (MSR-TR-2010-82); Ke et al., "LightGBM" (NeurIPS 2017). One thread and a
fixed seed: deterministic, and safe in forked workers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import lightgbm as lgb
import numpy as np

from ml.families.base import Base, Param, Progress
from ml.families.choices.evaluation import evaluate_choices
from ml.families.choices.past import COLUMNS, Past
from ml.families.choices.personal import ChoiceFamily, ChoicePersonal, crowd_state, explained, row_of, telescoped
from ml.families.choices.sets import Prepared, Sets, fingerprint, prepare
from ml.families.items import TrainingData

VALIDATION = 0.1


class Boosting(ChoiceFamily):
    name = "boosting"
    params = {
        "samples": Param(20_000, "choices to train on, the last ones", 10, 1_000_000),
        "rounds": Param(300, "trees at most; fewer when the last tenth is no longer ranked better", 1, 5000),
        "leaves": Param(15, "leaves of a tree", 2, 255),
        "rate": Param(0.06, "what each tree counts", 0.001, 1.0),
        "seed": Param(0, "of the samples and of the trees", 0, 2**31 - 1),
    }

    def fit(
        self, data: TrainingData, params: Mapping[str, Any] | None = None, progress: Progress | None = None
    ) -> Base:
        chosen, say = self.with_defaults(params), progress or (lambda share, text: None)
        say(0.0, "choices")
        ready = prepare(data, int(chosen["samples"]), int(chosen["seed"]))
        say(0.5, f"trees over {len(ready.sets)} choices")
        base = self.fit_prepared(ready, chosen, fingerprint(data))
        say(1.0, "done")
        return base

    def fit_prepared(self, ready: Prepared, params: Mapping[str, Any], print_: str = "") -> Base:
        model = _train(ready.sets, params) if len(ready.sets) >= 2 else ""
        return Base(self.name, {"model": model, **crowd_state(ready.crowd, ready.words)}, dict(params), print_)

    def score_sets(self, base: Base, ready: Prepared, sets: Sets) -> np.ndarray:
        """Scores (sets × MOST) of whole offers at once; -inf where an offer has no item."""
        there = sets.item >= 0
        out = np.full(there.shape, -np.inf, np.float32)
        out[there] = predicted(base, sets.columns[there])
        return out

    def evaluate(self, data, params, seed=0):
        return evaluate_choices(self, data, params)


def _train(sets: Sets, params: Mapping[str, Any]) -> str:
    first = max(1, int(len(sets) * (1 - VALIDATION)))
    train, rest = (_dataset(sets.part(part)) for part in (slice(0, first), slice(first, None)))
    settings = {
        "objective": "lambdarank",
        "metric": "ndcg",
        "eval_at": [3],
        "num_leaves": int(params["leaves"]),
        "learning_rate": float(params["rate"]),
        "min_data_in_leaf": 50,
        "feature_fraction": 0.8,
        "lambda_l2": 5.0,
        "seed": int(params["seed"]),
        "num_threads": 1,
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    }
    callbacks: Any = [lgb.early_stopping(30, verbose=False)]
    booster = lgb.train(settings, train, int(params["rounds"]), valid_sets=[rest], callbacks=callbacks)
    return booster.model_to_string(num_iteration=booster.best_iteration or None)


def _dataset(sets: Sets) -> lgb.Dataset:
    there = sets.item >= 0
    first = np.zeros(there.shape, np.int32)
    first[:, 0] = 1
    # LightGBM ranks ties as they stand: with the chosen one first, trees that tell nothing apart would look perfect.
    order = np.random.default_rng(0).permuted(np.tile(np.arange(there.shape[1]), (len(sets), 1)), axis=1)
    row = np.arange(len(sets))[:, None]
    columns, first, there = sets.columns[row, order], first[row, order], there[row, order]
    return lgb.Dataset(columns[there], first[there], group=there.sum(1), feature_name=list(COLUMNS))


def predicted(base: Base, columns: np.ndarray) -> np.ndarray:
    """float32, one score for each row of columns; zeros by a base that had nothing to learn from."""
    if not base.state["model"] or not len(columns):
        return np.zeros(len(columns), np.float32)
    booster = base.cache.get("booster")
    if booster is None:
        booster = base.cache["booster"] = lgb.Booster(model_str=base.state["model"])
    return np.asarray(booster.predict(columns, num_threads=1), np.float32)


class BoostingPersonal(ChoicePersonal):
    def _score(self, past: Past, rows: np.ndarray) -> np.ndarray:
        _things, columns = self._columns(past, rows)
        return predicted(self.base, columns)

    def explain(self, item):
        past, row = self.past(), row_of(self.catalogue, item)
        before, after = (self._columns(p, row)[1] for p in (self._nobody(), past))
        return explained(*telescoped(lambda columns: float(predicted(self.base, columns)[0]), before, after))


Boosting.personal_class = BoostingPersonal
