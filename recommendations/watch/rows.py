"""The daily tables as CSV, for who wants to go on with them in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import NamedTuple

from django.db.models import Model

from recommendations.watch.figures import Asked
from recommendations.watch.models import Drift, HealthDay, QueueDay, WatchDay


class Table(NamedTuple):
    model: type[Model]
    columns: tuple[str, ...]


TABLES = {
    "recommendations": Table(
        WatchDay, ("day", "domain", "feed", "model_version", "shown", "people", "clicked", "liked", "followed")
    ),
    "models": Table(
        HealthDay,
        ("day", "domain", "hot", "cold", "listed", "covered", "models_stored", "bytes_mean", "bytes_max", "learned_events",
         "learned_weight", "movement"),
    ),
    "drift": Table(Drift, ("day", "domain", "cause", "psi", "recent", "before", "judged", "over")),
    "queue": Table(QueueDay, ("day", "waiting", "oldest", "failed")),
}  # fmt: skip


class _Line:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_of(table: str, asked: Asked) -> Iterator[str]:
    """The lines of one table over the days asked for; with a mark in front that tells spreadsheets that it is UTF-8."""
    model, columns = TABLES[table]
    rows = model._default_manager.filter(day__gte=asked.first, day__lte=asked.last).order_by("day", "pk")
    if "domain" in columns:
        rows = rows.filter(domain=asked.domain)
    for column, value in (("feed", asked.feed), ("model_version", asked.version)):
        if column in columns and value:
            rows = rows.filter(**{column: value})
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow(columns)
    for row in rows.values_list(*columns).iterator(chunk_size=2000):
        yield writer.writerow("" if value is None else value for value in row)
