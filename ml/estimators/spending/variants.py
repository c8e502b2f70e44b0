"""Ways to forecast an amount that is mostly zero. Each is fitted on rows of features and predicts one number a row.

Boosting is LightGBM (Ke et al., NeurIPS 2017) with one thread and a fixed seed: deterministic, and safe in forked workers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import lightgbm as lgb
import numpy as np
from sklearn.neighbors import NearestNeighbors

from ml.estimators.spending.purchases import FEATURES

SPENT = FEATURES.index("spent_30")
LEAST = 20  # rows that a stage of the two is fitted on
COMMON = {
    "learning_rate": 0.05,
    "num_leaves": 15,
    "min_data_in_leaf": 20,
    "feature_fraction": 0.8,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 1.0,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "seed": 0,
    "verbosity": -1,
}


def boost(x: np.ndarray, y: np.ndarray, objective: str, rounds: int, weight=None, **further: Any) -> str:
    """A LightGBM model as its own text format, which loads without unpickling."""
    data = lgb.Dataset(x, y, weight=weight, free_raw_data=True)
    return lgb.train({**COMMON, "objective": objective, **further}, data, num_boost_round=rounds).model_to_string()


def boosted(model: str, x: np.ndarray) -> np.ndarray:
    return np.asarray(lgb.Booster(model_str=model).predict(x, num_threads=1))


class Variant:
    """`fit(x, y, rounds, offset) -> state` and `predict(state, x) -> amounts`; `offset` as in MAPE(+offset)."""

    name: ClassVar[str]

    def fit(self, x: np.ndarray, y: np.ndarray, rounds: int, offset: float) -> Mapping[str, Any]:
        raise NotImplementedError

    def predict(self, state: Mapping[str, Any], x: np.ndarray) -> np.ndarray:
        raise NotImplementedError


class Zero(Variant):
    """Nobody buys anything: what plain regression on mostly zeros collapses to."""

    name = "zero"

    def fit(self, x, y, rounds, offset):
        return {}

    def predict(self, state, x):
        return np.zeros(len(x))


class Again(Variant):
    """As much as in the last 30 days."""

    name = "again"

    def fit(self, x, y, rounds, offset):
        return {}

    def predict(self, state, x):
        return x[:, SPENT].astype(float)


class Neighbours(Variant):
    """Mean of the 25 most similar members of the past (features standardised after log1p)."""

    name = "neighbours"

    def fit(self, x, y, rounds, offset):
        z = _squashed(x)
        mean, deviation = z.mean(0), z.std(0) + 1e-9
        return {"rows": ((z - mean) / deviation).astype(np.float32), "y": y, "mean": mean, "deviation": deviation}

    def predict(self, state, x):
        near = NearestNeighbors(n_neighbors=min(25, len(state["y"]))).fit(state["rows"])
        rows = ((_squashed(x) - state["mean"]) / state["deviation"]).astype(np.float32)
        return state["y"][near.kneighbors(rows, return_distance=False)].mean(1)


def _squashed(x: np.ndarray) -> np.ndarray:
    return np.log1p(np.maximum(np.nan_to_num(x.astype(float), nan=-0.5), -0.5))


class SquaredError(Variant):
    """Direct, minimising MSE."""

    name = "mse"

    def fit(self, x, y, rounds, offset):
        return {"model": boost(x, y, "regression", rounds)}

    def predict(self, state, x):
        return np.maximum(boosted(state["model"], x), 0)


class AbsoluteError(SquaredError):
    """Direct, minimising MAE."""

    name = "mae"

    def fit(self, x, y, rounds, offset):
        return {"model": boost(x, y, "regression_l1", rounds)}


class PercentageError(SquaredError):
    """Direct, minimising MAPE(+offset), which is MAE with weights 1 / (y + offset)."""

    name = "mape"

    def fit(self, x, y, rounds, offset):
        weight = 1 / (y + offset)
        return {"model": boost(x, y, "regression_l1", rounds, weight=weight / weight.mean())}


class LogTarget(Variant):
    """Squared error of log(1 + y / offset)."""

    name = "log"

    def fit(self, x, y, rounds, offset):
        return {"model": boost(x, np.log1p(y / offset), "regression", rounds), "offset": float(offset)}

    def predict(self, state, x):
        return np.maximum(np.expm1(boosted(state["model"], x)) * state["offset"], 0)


class TwoStage(Variant):
    """Will order? times how much then (gamma deviance, which suits positive skewed amounts): the mean."""

    name = "two_stage"

    def fit(self, x, y, rounds, offset):
        bought = y > 0
        share = (float(bought.sum()) + 1) / (len(y) + 2)  # never quite certain
        state: dict[str, Any] = {"share": share, "mean": float(y[bought].mean()) if bought.any() else 0.0}
        if min(bought.sum(), (~bought).sum()) >= LEAST:
            state["will"] = boost(x, bought.astype(float), "binary", rounds)
        if bought.sum() >= LEAST:
            state["amount"] = boost(x[bought], y[bought], "gamma", rounds)
        return state

    def parts(self, state: Mapping[str, Any], x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(probability of any order, expected amount if there is one); means where a stage had too few rows."""
        will = boosted(state["will"], x) if "will" in state else np.full(len(x), state["share"])
        return will, boosted(state["amount"], x) if "amount" in state else np.full(len(x), state["mean"])

    def predict(self, state, x):
        will, amount = self.parts(state, x)
        return will * amount


class TwoStageMedian(TwoStage):
    """The median of the two-stage mixture: zero below one half, else that quantile of a log-normal amount."""

    name = "two_stage_median"

    def fit(self, x, y, rounds, offset):
        state = dict(super().fit(x, y, rounds, offset))
        bought = y > 0
        if "amount" in state:
            error = np.log(y[bought]) - np.log(np.maximum(boosted(state["amount"], x[bought]), 1e-9))
            state["spread"], state["shift"] = float(error.std()), float(error.mean())
        return state

    def predict(self, state, x):
        from scipy.stats import norm

        will, amount = self.parts(state, x)
        level = np.clip(1 - 0.5 / np.maximum(will, 1e-9), 0, 1 - 1e-9)
        value = amount * np.exp(state.get("shift", 0.0) + state.get("spread", 0.0) * norm.ppf(np.maximum(level, 1e-9)))
        return np.where(will > 0.5, value, 0.0)


VARIANTS = {
    variant.name: variant
    for variant in (
        Zero(),
        Again(),
        Neighbours(),
        SquaredError(),
        AbsoluteError(),
        PercentageError(),
        LogTarget(),
        TwoStage(),
        TwoStageMedian(),
    )
}
