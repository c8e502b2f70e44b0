"""The forecast: expected order value of the next days per member, with a calibrated interval.

Cut-offs go back in time, one window apart; the features of each look only at what was before it, the target is what was
spent in the window after it. The last window is for the test, the one before for choosing and calibrating, the others train.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ml.estimators.base import Estimator
from ml.estimators.spending.purchases import Purchases, features, known
from ml.estimators.spending.variants import VARIANTS, TwoStage, boost, boosted
from ml.evaluation.outcomes import Outcomes, hash_of, made, mixed
from ml.families.base import Base, Param, digest

LEAST = 50  # members with purchases before the first cut-off
FEW = 5  # purchases of a newcomer, at most one less


@dataclass(frozen=True)
class Forecast:
    """Per member (in the order of `member`): expected amount, interval, and the probability of any order."""

    member: np.ndarray
    expected: np.ndarray
    low: np.ndarray
    high: np.ndarray
    will_order: np.ndarray


class Spending(Estimator):
    name = "spending"
    params = {
        "variant": Param("two_stage", "how the expected amount is forecast", choices=tuple(VARIANTS)),
        "horizon": Param(30, "days ahead", 1, 365),
        "windows": Param(4, "how many past windows to train on, at most", 1, 24),
        "rounds": Param(150, "boosting rounds", 10, 2000),
        "coverage": Param(0.8, "share of members whose spending shall lie in their interval", 0.5, 0.99),
        "outliers": Param(0.995, "amounts above this quantile of single purchases count as that quantile", 0.9, 1.0),
        "offset": Param(1000.0, "what MAPE(+offset) adds to the amount it divides by", 0.01, 1_000_000),
    }

    def fit(self, data: Purchases, params: Mapping[str, Any] | None = None, progress=None) -> Base:
        """Train on all windows but the last, calibrate the interval on the last; ValueError where there is too little."""
        chosen, say = self.with_defaults(params), progress or (lambda share, text: None)
        cuts = cut_offs(data, chosen)
        most = clip_at(data.upto(cuts[-1]), chosen)
        say(0.1, "features")
        train, (x, y) = rows_of(data, cuts[:-1], chosen, most), rows_of(data, cuts[-1:], chosen, most)
        say(0.2, str(chosen["variant"]))
        state = fit_parts(train, chosen)
        say(0.8, "interval")
        low, high = (np.maximum(boosted(state[side], x), 0) for side in ("low", "high"))
        state["margin"] = margin(low, high, y, chosen["coverage"])
        state["most"], state["trained_until"] = most, float(cuts[-1] + chosen["horizon"])
        say(1.0, "done")
        return Base(self.name, state, chosen, digest([data.member, data.day, data.amount]))

    def predict(self, base: Base, rows: Purchases, at: float | None = None) -> Forecast:
        """The forecast for everybody who bought something before `at` (days; None: the last purchase)."""
        at = float(rows.day.max()) + 1e-6 if at is None and len(rows) else at or 0.0
        member = known(rows, at)
        x = features(rows.clipped(base.state["most"]), at, member)
        state, name = base.state, base.params["variant"]
        expected = VARIANTS[name].predict(state["variant"], x)
        low = np.maximum(boosted(state["low"], x) - state["margin"], 0)
        high = np.maximum(boosted(state["high"], x) + state["margin"], 0)
        will, _amount = TwoStage().parts(state["two_stage"], x)
        return Forecast(member, expected, np.minimum(low, high), np.maximum(low, high), will)

    def evaluate(self, data: Purchases, params=None, seed=0):
        """All variants on the last window, each trained on what was known before it: see `compare`."""
        from ml.estimators.spending.report import compare, picture

        chosen = self.with_defaults(params)
        try:
            report = compare(data, chosen)
        except ValueError as error:
            return {"note": f"not evaluated: {error}"}, None
        return report, picture(report)

    rows = True

    def outcomes(self, data: Purchases, params=None, seed=0, base: Base | None = None) -> Outcomes:
        """Who orders in the last window, by the first stage of a model that was trained on the windows before it."""
        chosen = self.with_defaults(params)
        *past, test = cut_offs(data, chosen)
        most = clip_at(data.upto(test), chosen)
        if not past:
            raise ValueError("spending: two windows are needed, to train and to test")
        stage = TwoStage().fit(*rows_of(data, past, chosen, most), int(chosen["rounds"]), float(chosen["offset"]))
        member = known(data, test)
        will, _amount = TwoStage().parts(stage, features(data.clipped(most), test, member))
        after = data.between(test, test + float(chosen["horizon"])).spent()[member]
        named = np.arange(data.members, dtype=np.uint64) if data.hashes is None else data.hashes
        few = np.bincount(data.upto(test).member, minlength=data.members)[member] < FEW
        columns = {"key": mixed(hash_of(test), named[member]), "member": named[member], "y": after > 0, "score": will}
        columns |= {"rank": np.full(len(member), np.nan), "category": np.full(len(member), -1)}
        return made(columns, groups={"history": (("newcomer", "regular"), 1 - few)}, kind="ordered")


def cut_offs(data: Purchases, params: Mapping[str, Any]) -> list[float]:
    """Moments to look back and ahead from, oldest first; ValueError when there are not two."""
    horizon = float(params["horizon"])
    if not len(data):
        raise ValueError("spending: there are no purchases to learn from")
    end, first = float(data.day.max()), float(data.day.min())
    cuts = [end - horizon * (n + 1) for n in range(int(params["windows"]) + 1)]
    cuts = [cut for cut in cuts if cut - first >= horizon / 2 and len(known(data, cut)) >= LEAST]
    if len(cuts) < 2:
        raise ValueError(
            f"spending: {end - first:.0f} days of purchases by {data.members} members are too few; needed are two windows "
            f"of {horizon:.0f} days, with {LEAST} members who bought before"
        )
    return cuts[::-1]


def clip_at(past: Purchases, params: Mapping[str, Any]) -> float:
    """The amount from which a single purchase is an outlier."""
    return float(np.quantile(past.amount, params["outliers"])) if len(past) else 0.0


def rows_of(
    data: Purchases, cuts: list[float], params: Mapping[str, Any], most: float
) -> tuple[np.ndarray, np.ndarray]:
    """Features and amounts of all members known at each cut-off; single amounts clipped at `most`."""
    clipped, parts = data.clipped(most), []
    for cut in cuts:
        member = known(data, cut)
        after = clipped.between(cut, cut + float(params["horizon"]))
        parts.append((features(clipped, cut, member), after.spent()[member]))
    return np.concatenate([x for x, _ in parts]), np.concatenate([y for _, y in parts])


def fit_parts(train: tuple[np.ndarray, np.ndarray], params: Mapping[str, Any]) -> dict[str, Any]:
    """The chosen variant, the two stages (for the probability), and the two quantiles of the interval."""
    x, y = train
    rounds, offset, outside = int(params["rounds"]), float(params["offset"]), (1 - params["coverage"]) / 2
    two = TwoStage().fit(x, y, rounds, offset)
    name = params["variant"]
    return {
        "variant": two if name == "two_stage" else VARIANTS[name].fit(x, y, rounds, offset),
        "two_stage": two,
        "low": boost(x, y, "quantile", rounds, alpha=outside),
        "high": boost(x, y, "quantile", rounds, alpha=1 - outside),
    }


def margin(low: np.ndarray, high: np.ndarray, y: np.ndarray, coverage: float) -> float:
    """What both ends move outwards so that `coverage` of the calibration rows are inside.

    Conformalised quantile regression: Romano, Patterson and Candès, NeurIPS 2019. It may be negative (too wide before).
    """
    score = np.maximum(low - y, y - high)
    level = min(1.0, np.ceil((len(y) + 1) * coverage) / len(y))
    return float(np.quantile(score, level, method="higher"))
