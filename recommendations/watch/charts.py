"""Charts as the theme's own component takes them: JSON in attributes, so that no script stands in the page."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

SERIES = 6  # lines in one chart; the most shown come first
COLOURS = ("#0d9488", "#6366f1", "#f59e0b", "#ec4899", "#0ea5e9", "#84cc16")  # seen on light and dark
GREY = "#8b93a1"

Chart = dict[str, Any]


def chart(title: str, days: Sequence[dt.date], lines: Mapping[str, Sequence[float | None]], unit: str = "") -> Chart:
    """One line chart and its values as a table; a value None is a gap. `unit` is the title of the vertical axis."""
    shown = {
        name or "–": [None if value is None else round(value, 4) for value in values] for name, values in lines.items()
    }
    data = {
        "labels": [f"{day:%m-%d}" for day in days],
        "datasets": [
            {
                "label": name,
                "data": values,
                "borderColor": colour,
                "backgroundColor": colour,
                "borderWidth": 2,
                "pointRadius": 2,
                "tension": 0.25,
            }
            for colour, (name, values) in zip(COLOURS, shown.items(), strict=False)
        ],
    }
    rows = [(day, [values[n] for values in shown.values()]) for n, day in enumerate(days)]
    return {
        "title": f"{title} ({unit})" if unit else title,
        "data": json.dumps(data),
        "options": json.dumps(_options(unit)),
        "names": list(shown),
        "rows": [row for row in reversed(rows) if any(value is not None for value in row[1])],
    }


def _options(unit: str) -> dict[str, Any]:
    """Titles on both axes; a tooltip that tells all lines of a day."""
    axis = {"ticks": {"color": GREY, "maxTicksLimit": 8, "display": True}, "grid": {"display": True, "tickWidth": 0}}
    titles = {"x": _("Day"), "y": unit or _("How many")}
    scales = {name: {**axis, "title": {"display": True, "text": text, "color": GREY}} for name, text in titles.items()}
    return {
        "responsive": True,
        "maintainAspectRatio": False,
        "animation": False,
        "interaction": {"mode": "index", "intersect": False},
        "plugins": {
            "legend": {"display": True, "position": "bottom", "labels": {"color": GREY, "boxWidth": 12}},
            "tooltip": {"enabled": True},
        },
        "scales": {"x": scales["x"], "y": {**scales["y"], "beginAtZero": True}},
    }


def of_recommendations(names: Sequence[str], series: Mapping[str, Mapping[dt.date, Any]], days: Sequence[dt.date]):
    """Shown, and the shares that were clicked and followed, a line for each name."""

    def lines(value: Callable[[Any], float | None], nothing: float | None) -> dict[str, list[float | None]]:
        return {n: [value(series[n][day]) if day in series[n] else nothing for day in days] for n in names[:SERIES]}

    def percent(column: str) -> Callable[[Any], float | None]:
        def value(row: Any) -> float | None:
            part = getattr(row, column)
            return 100 * part / row.shown if row.shown and part <= row.shown else None

        return value

    return [
        chart(_("Shown"), days, lines(lambda row: row.shown, 0)),
        chart(_("Clicked"), days, lines(percent("clicked"), None), "%"),
        chart(_("Followed by join, order or solve"), days, lines(percent("followed"), None), "%"),
    ]


def of_health(course: Mapping[dt.date, Any], days: Sequence[dt.date]) -> list[Chart]:
    """Shares of hot members and covered items, and how big models are and how far they moved."""

    def values(value: Callable[[Any], float | None]) -> list[float | None]:
        return [value(course[day]) if day in course else None for day in days]

    shares = {
        _("Hot members"): values(lambda row: 100 * row.hot / max(row.hot + row.cold, 1)),
        _("Listed items shown"): values(lambda row: 100 * row.covered / max(row.listed, 1)),
    }
    size = {
        _("On average"): values(lambda row: row.bytes_mean / 1024),
        _("At most"): values(lambda row: row.bytes_max / 1024),
    }
    learned = {_("On average"): values(lambda row: row.learned_events)}
    moved = {_("On average"): values(lambda row: row.movement)}
    charts = [
        chart(_("Members and coverage"), days, shares, "%"),
        chart(_("Size of members' models"), days, size, "KiB"),
        chart(_("Events that a model learned"), days, learned),
    ]
    if any(value is not None for line in moved.values() for value in line):
        charts.append(chart(_("Movement of the strongest label from the base"), days, moved, _("log odds")))
    return charts
