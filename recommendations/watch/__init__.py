"""Watching what is recommended: daily aggregates of the log, drift, the queue; what pages show is read from small tables."""

from __future__ import annotations

from typing import Any


def summary() -> dict[str, Any]:
    """What a dashboard shows of it (`recommendations.watch.figures.summary`); imported late, after the models."""
    from recommendations.watch import figures

    return figures.summary()
