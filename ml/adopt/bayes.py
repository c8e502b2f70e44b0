"""Counts, smoothing, prior and classes of an adopted MultinomialNB."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ml.adopt.checks import check_known, numbers, setting, told
from ml.adopt.errors import AdoptError
from ml.adopt.values import Array, Record

MAX_CLASSES, MAX_CELLS = 10_000, 50_000_000
KNOWN = frozenset({
    "alpha", "force_alpha", "fit_prior", "class_prior", "class_count_", "feature_count_", "class_log_prior_",
    "feature_log_prob_", "classes_", "n_features_in_", "n_features_", "intercept_", "coef_",
})  # fmt: skip


def counts(step: Record, width: int) -> dict[str, Any]:
    check_known(step, KNOWN)
    classes = _classes(step.get("classes_"))
    if len(classes) * width > MAX_CELLS:
        raise AdoptError(f"{len(classes):,} classes × {width:,} words are more than {MAX_CELLS:,} numbers")
    shape = (len(classes), width)
    arrays = {
        "class_count": numbers(step.get("class_count_"), "class_count_"),
        "feature_count": numbers(step.get("feature_count_"), "feature_count_"),
        "class_log_prior": numbers(step.get("class_log_prior_"), "class_log_prior_", finite=False),
        "feature_log_prob": numbers(step.get("feature_log_prob_"), "feature_log_prob_", finite=False),
    }
    for name, array in arrays.items():
        wanted = shape if name.startswith("feature") else shape[:1]
        if array.shape != wanted:
            raise AdoptError(f"{name}_ has the shape {array.shape}; {wanted} fits classes and vocabulary")
    if (arrays["class_count"] < 0).any() or (arrays["feature_count"] < 0).any() or not arrays["class_count"].sum():
        raise AdoptError("class_count_ or feature_count_ holds negative numbers, or nothing at all")
    return {**arrays, "classes": classes, "alpha": _alpha(step, width), "class_prior": _prior(step, len(classes))}


def _classes(value: Any) -> list[str]:
    """The labels as text: 3 and "3" are the same key of the mapping."""
    if not isinstance(value, Array):
        raise AdoptError("MultinomialNB has no classes_: it was not fitted")
    items = value.items
    if items is None and value.value is not None and value.value.ndim == 1 and value.value.dtype.kind in "iubUf":
        items = value.value.tolist() if len(value.value) <= MAX_CLASSES else None
    if items is None or not 0 < len(items) <= MAX_CLASSES:
        raise AdoptError(f"classes_ is not a list of 1 to {MAX_CLASSES:,} labels")
    if not all(type(item) in (str, int, float, bool) for item in items):
        raise AdoptError("classes_ holds something else than texts and numbers")
    if any(type(item) is float and not math.isfinite(item) for item in items):
        raise AdoptError("classes_ holds a number that is not finite")
    names = [str(int(item)) if type(item) is float and item.is_integer() else str(item)[:200] for item in items]
    if len(set(names)) < len(names):
        raise AdoptError("classes_ holds a label twice")
    return names


def _alpha(step: Record, width: int) -> float | np.ndarray:
    """The smoothing that was in force: without `force_alpha` (before 1.2) nothing under 1e-10 is."""
    value = step.get("alpha", 1.0)
    out = numbers(value, "alpha") if isinstance(value, (Array, list, tuple)) else value
    if type(out) not in (int, float, np.ndarray) or (
        isinstance(out, np.ndarray) and out.shape not in ((), (1,), (width,))
    ):
        raise AdoptError(f"alpha is {told(value)}; needed: a number, or one for each word")
    array = np.asarray(out, np.float64)
    array = array if step.get("force_alpha", False) is True else np.maximum(array, 1e-10)
    if not (array > 0).all() or not np.isfinite(array).all():
        raise AdoptError(
            "alpha is not above 0: words of one class only would rule out all others. Refit with a small alpha."
        )
    return float(array.ravel()[0]) if array.size == 1 else array


def _prior(step: Record, size: int) -> np.ndarray | None:
    """Fixed probabilities of the classes (`class_prior`, or equal ones for fit_prior=False); None where they are learned."""
    given = step.get("class_prior")
    if given is not None:
        prior = numbers(given, "class_prior")
        if prior.shape != (size,) or (prior < 0).any() or not prior.sum() > 0:
            raise AdoptError(f"class_prior is not one share of 0 or more for each of {size} classes")
        return prior / prior.sum()
    return None if bool(setting(step, "fit_prior", True, (bool, int))) else np.full(size, 1 / size)
