"""Curves of two versions in one chart: calibration and cumulative gains, as points of an SVG."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

SIZE, EDGE = 240, 34  # pixels of the plot and of its margin
TITLES = {"reliability": _("Calibration"), "gains": _("Cumulative gains (lift)")}
AXES = {
    "reliability": (_("predicted probability"), _("observed frequency")),
    "gains": (_("share of rows, most probable first"), _("share of all yes found")),
}
FIELDS = {"reliability": ("predicted", "true"), "gains": ("part", "found")}


def charts(a: Mapping, b: Mapping) -> list[dict[str, Any]]:
    """A chart for each curve that either version's metrics hold."""
    ours, theirs = dict(curves_in(a)), dict(curves_in(b))
    return [
        {
            "title": TITLES[kind],
            "name": path,
            "x": AXES[kind][0],
            "y": AXES[kind][1],
            "a": points(ours.get((path, kind))),
            "b": points(theirs.get((path, kind))),
        }
        for path, kind in dict.fromkeys([*ours, *theirs])
    ]


def curves_in(metrics: Any, path: str = "") -> Iterator[tuple[tuple[str, str], list[tuple[float, float]]]]:
    """((path, kind), points in the unit square) of all curves in metrics, whatever they are nested in."""
    if not isinstance(metrics, Mapping):
        return
    for key, part in metrics.items():
        if key in FIELDS and isinstance(part, list):
            x, y = FIELDS[key]
            found = [(float(row[x]), float(row[y])) for row in part if isinstance(row, Mapping) and {x, y} <= set(row)]
            if found:
                yield (path, key), found
        else:
            yield from curves_in(part, f"{path} · {key}" if path else str(key))


def points(curve: list[tuple[float, float]] | None) -> str:
    """SVG's `points`."""
    return " ".join(f"{EDGE + x * SIZE:.1f},{10 + (1 - y) * SIZE:.1f}" for x, y in curve or ())
