"""Precision and recall of the comment filter, with intervals, beside a word list; plain values and a picture."""

from __future__ import annotations

import io
from collections.abc import Mapping
from math import sqrt
from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score, precision_recall_curve

from ml.evaluation import binary

Z = 1.959964  # 95 %
POINTS = 60


def wilson(hits: int, rows: int) -> list[float]:
    """[share, low, high]: a share with its 95 % score interval (Wilson, JASA 1927); without rows all three are 0."""
    if not rows:
        return [0.0, 0.0, 0.0]
    share = hits / rows
    middle = (share + Z**2 / (2 * rows)) / (1 + Z**2 / rows)
    half = Z / (1 + Z**2 / rows) * sqrt(share * (1 - share) / rows + Z**2 / (4 * rows**2))
    return [round(value, 4) for value in (share, max(middle - half, 0.0), min(middle + half, 1.0))]


def shares(true: np.ndarray, flagged: np.ndarray) -> dict[str, list[float]]:
    """Precision, recall and the share of clean texts that are flagged, each [value, low, high]."""
    hits = int((flagged & true).sum())
    return {
        "precision": wilson(hits, int(flagged.sum())),
        "recall": wilson(hits, int(true.sum())),
        "clean_flagged": wilson(int((flagged & ~true).sum()), int((~true).sum())),
    }


def curve(true: np.ndarray, score: np.ndarray) -> list[dict[str, float]]:
    """About 60 points of precision over recall, with the score from which each counts as abusive."""
    precision, recall, limit = precision_recall_curve(true, score)
    picks = np.unique(np.linspace(0, len(limit) - 1, POINTS).astype(int))
    return [
        {"recall": round(float(recall[n]), 4), "precision": round(float(precision[n]), 4), "score": float(limit[n])}
        for n in picks
    ]


def figures(
    true: np.ndarray, score: np.ndarray, limits: Mapping[str, float], listed: np.ndarray | None = None
) -> dict[str, Any]:
    """All figures of scores `score` for texts that are abusive or not (`true`).

    `limits`: thresholds by name; `listed`: which texts a word list flags, to compare with; "as_many" is then the filter at the
    score where it flags as many as the list.
    """
    found = {name: shares(true, score >= limit) for name, limit in limits.items()}
    if listed is not None:
        found["word_list"] = shares(true, listed)
        found["as_many"] = shares(true, score >= np.sort(score)[-max(int(listed.sum()), 1)])
    kept = binary.report(true, score, limits["hold"])
    curves = {name: kept[name] for name in ("auc", "brier", "ece", "confusion", "reliability", "gains")}
    average = float(average_precision_score(true, score))
    return {"n": len(true), "abusive": int(true.sum()), "average_precision": average, **found, **curves} | {
        "curve": curve(true, score)
    }


def picture(true: np.ndarray, score: np.ndarray, limits: Mapping[str, float], listed: np.ndarray) -> bytes:
    """PNG: precision over recall, the thresholds on the curve, the word list beside it, each with its interval."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # half a second, and only training needs it
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    rows = curve(true, score)
    axes.plot([row["recall"] for row in rows], [row["precision"] for row in rows], color="#0f766e", label="filter")
    marks = {**{f"{name} ≥ {limit:.2f}": score >= limit for name, limit in limits.items()}, "word list": listed}
    for name, flagged in marks.items():
        found = shares(true, flagged)
        (x, *sides), (y, *ends) = found["recall"], found["precision"]
        wide, high = ([[abs(at - low)], [abs(top - at)]] for at, (low, top) in ((x, sides), (y, ends)))
        axes.errorbar([x], [y], xerr=wide, yerr=high, fmt="o", capsize=3, label=name)
    axes.set_xlabel("recall")
    axes.set_ylabel("precision")
    axes.set_xlim(0, 1)
    axes.set_ylim(0.4, 1.02)
    axes.legend(loc="lower left")
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=100, metadata={"Software": None})  # equal reports, equal bytes
    return out.getvalue()
