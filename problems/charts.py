"""Numbers as SVG geometry: attributes only, since the content security policy allows no style attributes."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from problems.models.catalogue import HIGHEST, LOWEST, TIER_LEVELS, TIERS
from problems.progress import Solved, running_mean

CURVE_WIDTH, CURVE_HEIGHT = 600.0, 220.0
CURVE_POINTS = 300
CELL, WEEKS = 12, 27
RADIUS = 110.0
HEATS = 4


@dataclass(frozen=True)
class Point:
    x: float
    y: float
    tier: str = ""
    label: str = ""


@dataclass(frozen=True)
class Curve:
    """Levels over time: a point for each solved problem and a line of the running mean."""

    points: list[Point]
    line: str
    area: str
    ticks: list[Point]
    first: dt.datetime
    last: dt.datetime
    width: float = CURVE_WIDTH
    height: float = CURVE_HEIGHT


def _xy(pairs) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in pairs)


def curve(rows: Sequence[Solved]) -> Curve | None:
    """The level curve; None where there is nothing to draw. Long histories are thinned evenly for drawing."""
    if not rows:
        return None
    means = running_mean([row.level for row in rows])
    first, last = rows[0].at, rows[-1].at
    span = (last - first).total_seconds() or 1.0
    step = max(1, math.ceil(len(rows) / CURVE_POINTS))
    kept = sorted({*range(0, len(rows), step), len(rows) - 1})
    xs = {place: CURVE_WIDTH * (rows[place].at - first).total_seconds() / span for place in kept}
    line = [(xs[place], _height(means[place])) for place in kept]
    if len(line) == 1:
        line = [(0.0, line[0][1]), (CURVE_WIDTH, line[0][1])]
    return Curve(
        points=[
            Point(xs[place], _height(rows[place].level), TIERS[(rows[place].level - 1) // TIER_LEVELS])
            for place in kept
        ],
        line=_xy(line),
        area=_xy([(line[0][0], CURVE_HEIGHT), *line, (line[-1][0], CURVE_HEIGHT)]),
        ticks=[Point(0, _height(level), label=str(level)) for level in (LOWEST, 5, 10, HIGHEST)],
        first=first,
        last=last,
    )


def _height(level: float) -> float:
    return CURVE_HEIGHT * (1 - (level - LOWEST) / (HIGHEST - LOWEST))


@dataclass(frozen=True)
class Day:
    x: int
    y: int
    heat: int
    count: int
    date: dt.date


@dataclass(frozen=True)
class Heat:
    """A column for each week, a row for each weekday (Monday first); `months` are the first days of months."""

    days: list[Day]
    months: list[Day]
    width: int
    height: int
    total: int
    active: int


def first_day(today: dt.date, weeks: int = WEEKS) -> dt.date:
    """The Monday on which the picture begins."""
    return today - dt.timedelta(days=today.weekday() + 7 * (weeks - 1))


def heat(counts: Mapping[dt.date, int], today: dt.date) -> Heat:
    """Days as squares, shaded by quarters of the busiest day."""
    start = first_day(today)
    most = max(counts.values(), default=0) or 1
    squares: list[Day] = []
    months: list[Day] = []
    for place in range((today - start).days + 1):
        date = start + dt.timedelta(days=place)
        count = counts.get(date, 0)
        x, y = place // 7 * (CELL + 2), place % 7 * (CELL + 2) + 14
        squares.append(Day(x, y, math.ceil(HEATS * count / most), count, date))
        if date.day == 1:
            months.append(squares[-1])
    return Heat(
        squares,
        months,
        width=WEEKS * (CELL + 2),
        height=7 * (CELL + 2) + 14,
        total=sum(square.count for square in squares),
        active=sum(square.count > 0 for square in squares),
    )


@dataclass(frozen=True)
class Axis:
    """One spoke: its end, where its name stands, and the two values 0–1."""

    name: str
    x: float
    y: float
    text_x: float
    text_y: float
    anchor: str


@dataclass(frozen=True)
class Radar:
    axes: list[Axis]
    predicted: str
    real: str
    rings: list[str]


def radar(names: Sequence[str], predicted: Sequence[float], real: Sequence[float | None]) -> Radar | None:
    """Two polygons over named spokes, centre (0, 0), clockwise from the top; None below three spokes.

    A real rate that is not known (nothing tried yet) is drawn as 0.
    """
    count = len(names)
    if count < 3:
        return None
    turns = [2 * math.pi * place / count for place in range(count)]
    around = [(math.sin(turn), -math.cos(turn)) for turn in turns]

    def polygon(values):
        pairs = zip(values, around, strict=True)
        return _xy((RADIUS * (value or 0) * x, RADIUS * (value or 0) * y) for value, (x, y) in pairs)

    axes = [
        Axis(name, RADIUS * x, RADIUS * y, (RADIUS + 12) * x, (RADIUS + 12) * y + 4, _anchor(x))
        for name, (x, y) in zip(names, around, strict=True)
    ]
    return Radar(axes, polygon(predicted), polygon(real), [polygon([ring] * count) for ring in (0.25, 0.5, 0.75, 1.0)])


def _anchor(x: float) -> str:
    return "middle" if abs(x) < 0.2 else "start" if x > 0 else "end"
