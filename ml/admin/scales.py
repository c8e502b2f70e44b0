"""Where a slider stops: round numbers (1, 2, 5 × 10ᵏ apart), closer together near zero where bounds span decades."""

from __future__ import annotations

import math
from bisect import bisect_left
from typing import Any

from ml.parameters import Parameter

STEPS = 100  # on a linear scale, about
DECADES = 100  # a scale whose ends, or whose default and upper end, are further apart than so many times is logarithmic
#: Renard's ten to a decade, rounded as people say them
DECADE = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)
TOO_MANY = 2**31 - 1  # a seed: nobody slides to it


def step_of(low: float, high: float, whole: bool) -> float:
    """The least 1, 2 or 5 × 10ᵏ that parts the span into `STEPS` at most; 1 at least for whole numbers."""
    wanted = (high - low) / STEPS or 1.0
    power = 10.0 ** math.floor(math.log10(wanted))
    step = next(power * n for n in (1, 2, 5, 10) if power * n >= wanted * (1 - 1e-9))
    return max(step, 1.0) if whole else step


def is_logarithmic(parameter: Parameter) -> bool:
    low, high = parameter.min, parameter.max
    if low is None or high is None or low < 0:
        return False
    start = low if low > 0 else parameter.default
    return start > 0 and high / start > DECADES


def has_slider(parameter: Parameter) -> bool:
    bounded = parameter.kind in ("int", "float") and parameter.min is not None and parameter.max is not None
    return bounded and not parameter.choices and float(parameter.max or 0) < TOO_MANY


def stops(parameter: Parameter, *more: Any) -> list[Any]:
    """All stops, lowest first: the scale's, both ends, the default, and `more` (what is set now), so that each can be reached."""
    low, high, whole = float(parameter.min or 0), float(parameter.max or 0), parameter.kind == "int"
    values = _logarithmic(parameter, low, high) if is_logarithmic(parameter) else _linear(low, high, whole)
    values += [low, high, parameter.default, *(v for v in more if type(v) in (int, float) and low <= v <= high)]
    kept = {int(v) for v in values if float(v).is_integer()} if whole else {float(f"{v:.10g}") for v in values}
    return sorted(value for value in kept if low <= value <= high)


def _linear(low: float, high: float, whole: bool) -> list[float]:
    step = step_of(low, high, whole)
    return [n * step for n in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def _logarithmic(parameter: Parameter, low: float, high: float) -> list[float]:
    if low <= 0:
        low = 1.0 if parameter.kind == "int" else parameter.default / DECADES
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    return [n * 10.0**power for power in range(first, last + 1) for n in DECADE]


def place(found: list[Any], value: Any) -> int:
    """The index of the stop nearest to `value`."""
    if type(value) not in (int, float):
        return 0
    at = bisect_left(found, value)
    near = [n for n in (at - 1, at) if 0 <= n < len(found)]
    return min(near, key=lambda n: abs(found[n] - value))
