"""Small helpers for plain values: arrays made read-only, and anything made fit for a JSON column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np


def freeze(value: Any) -> None:
    """Make arrays read-only: one base serves all, a family that wrote into it would change everybody's model."""
    if isinstance(value, np.ndarray):
        value.setflags(write=False)
    elif isinstance(value, dict):
        for part in value.values():
            freeze(part)
    elif isinstance(value, list) and value and not isinstance(value[0], str):
        for part in value:
            freeze(part)


def jsonable(value: Any) -> Any:
    """Plain JSON values of NumPy scalars and arrays; numbers that are not finite become None."""
    if isinstance(value, Mapping):
        return {str(key): jsonable(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [jsonable(part) for part in value]
    if isinstance(value, (np.ndarray, np.generic)):
        return jsonable(value.tolist())
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
