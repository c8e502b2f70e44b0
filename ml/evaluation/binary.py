"""How good probabilities of a yes are: ranking, calibration, decisions; plain values and a picture."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.metrics import (
    brier_score_loss,
    confusion_matrix,
    f1_score,
    log_loss,
    precision_recall_fscore_support,
    roc_auc_score,
)

BINS = 10
LIFT_AT = 0.2


def report(true: np.ndarray, share: np.ndarray, threshold: float = 0.5) -> dict[str, Any]:
    """All figures of probabilities `share` for outcomes `true` (0 or 1); AUC and lift are NaN-free: 0.5 and 1 without both.

    `threshold` is where a probability counts as a yes; choose it on validation data (`best_threshold`).
    """
    true, share = np.asarray(true).astype(int), np.asarray(share, float)
    yes = (share >= threshold).astype(int)
    precision, recall, f, _ = precision_recall_fscore_support(true, yes, average="binary", zero_division=0)
    both = 0 < true.mean() < 1
    return {
        "n": len(true),
        "rate": float(true.mean()),
        "auc": float(roc_auc_score(true, share)) if both else 0.5,
        "rmse": float(np.sqrt(np.mean((share - true) ** 2))),
        "brier": float(brier_score_loss(true, share)),
        "log_loss": float(log_loss(true, np.clip(share, 1e-9, 1 - 1e-9), labels=[0, 1])),
        "ece": expected_calibration_error(true, share),
        "threshold": float(threshold),
        "precision": float(precision),
        "recall": float(recall),
        "f": float(f),
        "confusion": confusion_matrix(true, yes, labels=[0, 1]).tolist(),
        "lift": lift(true, share),
        "reliability": reliability(true, share),
        "gains": gains(true, share),
    }


def lift(true: np.ndarray, share: np.ndarray, part: float = LIFT_AT) -> float:
    """How many times as often yes is true among the `part` with the highest probabilities as among all; ties share evenly."""
    wanted = max(1, round(part * len(true)))
    cut = np.partition(share, len(share) - wanted)[len(share) - wanted]
    above, at = share > cut, share == cut
    found = true[above].sum() + true[at].mean() * (wanted - above.sum())
    return float(found / wanted / true.mean()) if true.mean() else 1.0


def gains(true: np.ndarray, share: np.ndarray, steps: int = BINS) -> list[dict[str, float]]:
    """The cumulative gains curve: in the most probable `part` of the rows, which share of all yes is `found`."""
    found = [lift(true, share, n / steps) * n / steps if true.any() else 0.0 for n in range(1, steps + 1)]
    return [
        {"part": 0.0, "found": 0.0},
        *({"part": (n + 1) / steps, "found": min(value, 1.0)} for n, value in enumerate(found)),
    ]


def best_threshold(true: np.ndarray, share: np.ndarray) -> float:
    """The threshold with the highest F-measure, among the percentiles of `share`; for validation data."""
    candidates = np.unique(np.quantile(share, np.linspace(0.01, 0.99, 99)))
    return float(max(candidates, key=lambda cut: f1_score(true, share >= cut, zero_division=0)))


def reliability(true: np.ndarray, share: np.ndarray, bins: int = BINS) -> list[dict[str, float]]:
    """Bins of equal size by probability: mean probability, how often it was true, and how many."""
    order = np.argsort(share, kind="stable")
    return [
        {"predicted": float(share[part].mean()), "true": float(true[part].mean()), "n": len(part)}
        for part in np.array_split(order, bins)
        if len(part)
    ]


def expected_calibration_error(true: np.ndarray, share: np.ndarray, bins: int = BINS) -> float:
    """Mean distance between probability and frequency over the bins of `reliability`, by size."""
    rows = reliability(true, share, bins)
    return sum(row["n"] * abs(row["predicted"] - row["true"]) for row in rows) / max(len(true), 1)


def picture(true: np.ndarray, shares: Mapping[str, np.ndarray]) -> bytes:
    """PNG of the reliability of several models: frequency over predicted probability, with the diagonal."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # half a second, and only training needs it
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 6), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color="grey", linestyle="--", linewidth=1)
    for name, share in shares.items():
        rows = reliability(true, share)
        label = f"{name} (ECE {expected_calibration_error(true, share):.3f})"
        axes.plot([row["predicted"] for row in rows], [row["true"] for row in rows], marker="o", label=label)
    axes.set_xlabel("predicted probability")
    axes.set_ylabel("observed frequency")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.legend(loc="upper left")
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=100, metadata={"Software": None})  # equal reports, equal bytes
    return out.getvalue()
