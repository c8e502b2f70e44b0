"""All variants side by side on the last window, in one table and one picture."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np

from ml.estimators.spending.estimator import clip_at, cut_offs, fit_parts, margin, rows_of
from ml.estimators.spending.purchases import Purchases, known
from ml.estimators.spending.variants import VARIANTS, boosted


def errors(y: np.ndarray, predicted: np.ndarray, offset: float) -> dict[str, float]:
    """MAE, MAPE(+offset), RMSE, and predicted over actual total (1: right on the whole)."""
    off = np.abs(predicted - y)
    return {
        "mae": round(float(off.mean()), 4),
        "mape": round(float((off / (y + offset)).mean()), 4),
        "rmse": round(float(np.sqrt((off**2).mean())), 4),
        "total": round(float(predicted.sum() / max(y.sum(), 1e-9)), 4),
    }


def deciles(y: np.ndarray, predicted: np.ndarray) -> list[dict[str, float]]:
    """Members in ten equal groups by forecast, lowest first: what was forecast and what was spent, on average."""
    parts = np.array_split(np.argsort(predicted, kind="stable"), 10)
    return [
        {"forecast": round(float(predicted[part].mean()), 2), "actual": round(float(y[part].mean()), 2)}
        for part in parts
        if len(part)
    ]


def compare(data: Purchases, params: Mapping[str, Any], further: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Every variant trained before the last window and measured on it, on true amounts (outliers in).

    `further` are more models: name → fn(purchases before the cut-off, cut-off, horizon, members) → amounts.
    """
    cuts = cut_offs(data, params)
    if len(cuts) < 3:
        raise ValueError("spending: three windows are needed, to train, to calibrate and to test")
    horizon, offset, test = float(params["horizon"]), float(params["offset"]), cuts[-1]
    most = clip_at(data.upto(test), params)
    train = rows_of(data, cuts[:-2], params, most)
    (cx, cy), (x, _) = rows_of(data, cuts[-2:-1], params, most), rows_of(data, cuts[-1:], params, most)
    member = known(data, test)
    y = data.between(test, test + horizon).spent()[member]
    both = np.concatenate([train[0], cx]), np.concatenate([train[1], cy])
    table, served = {}, np.zeros(len(y))
    for name, variant in VARIANTS.items():
        predicted = variant.predict(variant.fit(*both, int(params["rounds"]), offset), x)
        table[name] = errors(y, predicted, offset)
        served = predicted if name == params["variant"] else served
    for name, model in (further or {}).items():
        table[name] = errors(y, model(data.upto(test), test, horizon, member), offset)
    state = fit_parts(train, params)
    ends = {side: np.maximum(boosted(state[side], cx), 0) for side in ("low", "high")}
    wider = margin(ends["low"], ends["high"], cy, params["coverage"])
    low = np.maximum(boosted(state["low"], x) - wider, 0)
    high = np.maximum(boosted(state["high"], x) + wider, 0)
    inside = (np.minimum(low, high) <= y) & (y <= np.maximum(low, high))
    return {
        "members": len(member),
        "zero_share": round(float((y == 0).mean()), 4),
        "mean": round(float(y.mean()), 4),
        "clipped_at": round(most, 4),
        "table": table,
        "deciles": deciles(y, served),
        "interval": {
            "wanted": float(params["coverage"]),
            "covered": round(float(inside.mean()), 4),
            "width": round(float((high - low).mean()), 4),
        },
    }


def picture(report: Mapping[str, Any]) -> bytes:
    """MAE and MAPE(+offset) of the variants as bars (PNG)."""
    from matplotlib.figure import Figure

    names = list(report["table"])
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    for axis, (key, title) in zip(
        figure.subplots(1, 2, sharey=True), (("mae", "MAE"), ("mape", "MAPE (+offset)")), strict=True
    ):
        values = [report["table"][name][key] for name in names]
        best = min(values)
        axis.barh(names, values, color=["#0b7a5b" if value == best else "#b8c4bf" for value in values])
        axis.set_title(title)
        axis.invert_yaxis()
        axis.spines[["top", "right"]].set_visible(False)
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=110)
    return out.getvalue()
