"""Settings and arrays of an adopted file's records, each checked before it is used."""

from __future__ import annotations

from typing import Any

import numpy as np

from ml.adopt.errors import AdoptError, shown
from ml.adopt.names import TABLE
from ml.adopt.values import Array, Name, Record


def kind(value: Any) -> str:
    return TABLE[value.path].kind if isinstance(value, Record) else ""


def check_known(step: Record, known: frozenset[str]) -> None:
    """A setting that this code does not know may change the features, so it is not passed over."""
    state = step.state if isinstance(step.state, dict) else {}
    unknown = sorted(str(name) for name in state if not str(name).startswith("_") and name not in known)
    unknown = [name for name in unknown if not name.startswith("feature_names_in")]
    if unknown:
        raise AdoptError(
            f"{step.path.rpartition('.')[2]} has {shown(', '.join(unknown))}, which is not known here: it may come from a newer "
            "scikit-learn or from code of your own. Remove it where the pipeline was made, and dump it again."
        )


def setting(step: Record, name: str, default: Any, kinds: tuple[type, ...], choices: tuple = ()) -> Any:
    value = step.get(name, default)
    if isinstance(value, (Name, Record)):
        raise AdoptError(f"the vectorizer's {name} is {shown(value.path)}: code, which is not taken over")
    if type(value) not in kinds or (choices and value not in choices):
        allowed = f"; allowed: {', '.join(map(str, choices))}" if choices else ""
        raise AdoptError(f"the setting {name} is {told(value)}{allowed}")
    return value


def told(value: Any) -> str:
    plain = isinstance(value, (str, int, float, bool, type(None))) and not (
        isinstance(value, int) and abs(value) > 10**18
    )
    return shown(repr(value)) if plain else f"a {type(value).__name__}"


def numbers(value: Any, name: str, finite: bool = True) -> np.ndarray:
    """A float64 copy of an array or list of numbers; AdoptError naming it when it is none."""
    found = value.value if isinstance(value, Array) else None
    if isinstance(value, (list, tuple)) and all(type(item) in (int, float) for item in value):
        found = np.array(value, np.float64)
    if found is None or found.dtype.kind not in "fiub":
        raise AdoptError(
            f"{name} is missing or no array of numbers: the pipeline was not fitted, or is of an unknown version"
        )
    out = found.astype(np.float64)
    if np.isnan(out).any() or (finite and not np.isfinite(out).all()):
        raise AdoptError(f"{name} holds numbers that are not finite")
    return out
