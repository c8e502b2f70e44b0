"""Pictures of the admin's pages as SVG within the page: sharp, in the reader's language and colours, without a script.

`chart` works out where everything stands; `admin/meals/_chart.html` draws it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 72, 24, 44, 48
LEAST = 1e-9


@dataclass(frozen=True)
class Point:
    """`label` stands beside it, `title` is told on pointing at it; `marked` ones are drawn larger."""

    x: float
    y: float
    label: str = ""
    title: str = ""
    marked: bool = False


@dataclass
class Series:
    """Points of one colour (`number`), joined by a line where `line` is set."""

    name: Any
    points: Sequence[Point]
    number: int = 0
    line: bool = False


@dataclass
class Axis:
    """A scale from data to pixels, linear or of log(1 + value), with its ticks."""

    label: Any
    values: Iterable[float]
    first: float
    last: float
    log: bool = False
    ticks: list[tuple[float, str]] = field(default_factory=list)

    def __post_init__(self):
        values = [*self.values] or [0.0]
        low, high = min(values), max(values)
        pad = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
        self.low, self.high = (
            (max(0.0, low), high) if self.log else (low - pad if low < 0 or low > pad else 0.0, high + pad)
        )
        self.high = max(self.high, self.low + LEAST)
        marks = _powers(self.low, self.high) if self.log else _steps(self.low, self.high)
        self.ticks = [(self.place(mark), _text(mark)) for mark in marks]

    def place(self, value: float) -> float:
        low, high, value = (math.log1p(v) if self.log else v for v in (self.low, self.high, value))
        share = (value - low) / max(high - low, LEAST)
        return round(self.first + share * (self.last - self.first), 1)


def _steps(low: float, high: float) -> list[float]:
    """Four to ten round values."""
    rough = (high - low) / 5
    size = 10 ** math.floor(math.log10(rough))
    step = next(size * n for n in (1, 2, 5, 10) if size * n >= rough)
    first = math.ceil(low / step)
    return [n * step for n in range(first, math.floor(high / step) + 1)]


def _powers(low: float, high: float) -> list[float]:
    """0, 1, 3, 10, 30, … within the bounds; round steps where that would be one tick."""
    marks = [0.0] + [n * 10.0**power for power in range(-1, 10) for n in (1, 3)]
    found = [mark for mark in marks if low <= mark <= high and (not mark or mark >= high / 3000)]
    return found if len(found) > 2 else _steps(low, high)


def _text(value: float) -> str:
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}" if value else "0"


def _apart(points: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Labels that would stand on another one are left out; those of marked points stay."""
    told: list[dict[str, Any]] = []
    for one in sorted(points, key=lambda one: not one["point"].marked):
        if one["label"] and any(abs(one["x"] - o["x"]) < 28 and abs(one["y"] - o["y"]) < 16 for o in told):
            one["label"] = ""
        elif one["label"]:
            told.append(one)
    return points


def chart(series: Sequence[Series], x_label, y_label, *, log=(False, False), diagonal=False) -> dict[str, Any]:
    """What the template draws: axes, series in pixels, and (`diagonal`) the line where both are equal."""
    points = [point for one in series for point in one.points]
    xs, ys = [point.x for point in points], [point.y for point in points]
    if diagonal:
        xs = ys = [*xs, *ys]
    x = Axis(x_label, xs, LEFT, WIDTH - RIGHT, log[0])
    y = Axis(y_label, ys, HEIGHT - BOTTOM, TOP, log[1])
    drawn = [
        {
            "name": one.name,
            "number": one.number,
            "points": _apart(
                [{"x": x.place(p.x), "y": y.place(p.y), "point": p, "label": p.label} for p in one.points]
            ),
            "line": " ".join(f"{x.place(p.x)},{y.place(p.y)}" for p in one.points) if one.line else "",
        }
        for one in series
    ]
    low, high = max(x.low, y.low), min(x.high, y.high)
    ends = (x.place(low), y.place(low), x.place(high), y.place(high)) if diagonal else None
    return {
        "width": WIDTH, "height": HEIGHT, "left": LEFT, "right": WIDTH - RIGHT, "top": TOP, "bottom": HEIGHT - BOTTOM,
        "x": x, "y": y, "series": drawn, "diagonal": ends,
    }  # fmt: skip
