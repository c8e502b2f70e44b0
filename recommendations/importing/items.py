"""Rows of a file become items of a domain: upserted by external id, in batches."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction

from recommendations.domains import Domain
from recommendations.importing import values
from recommendations.importing.report import Report, forget_queries
from recommendations.importing.tables import Table
from recommendations.services import publish

BATCH = 1000
COLUMNS = ("id", "title", "text", "category", "tags", "created_at")
REQUIRED = ("id", "title")
SUMMARY = ("read", "created", "updated", "unchanged", "duplicates", "bad")

Batch = dict[str, tuple[int, dict[str, Any]]]


class Seen:
    """The ids met so far, on disk: a file of millions of items must not fill the memory."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("CREATE TABLE seen (id TEXT PRIMARY KEY) WITHOUT ROWID")

    def add(self, ids: list[str]) -> int:
        """Remember ids; returns how many were there already."""
        before = self._db.total_changes
        self._db.execute("BEGIN")
        self._db.executemany("INSERT OR IGNORE INTO seen VALUES (?)", ((one,) for one in ids))
        self._db.execute("COMMIT")
        return len(ids) - (self._db.total_changes - before)


def load_items(
    domain: Domain,
    table: Table,
    columns: dict[str, str],
    report: Report,
    *,
    source: str = "",
    unit: str | None = None,
) -> None:
    """Load every row of `table`; what cannot be loaded is reported and left out."""
    seen = Seen()
    for batch in _batches(table, columns, report, source, unit):
        report.counts["duplicates"] += seen.add(list(batch))
        _write(domain, batch, report)
        report.progress(table.position)
        forget_queries()


def _batches(table: Table, columns: dict[str, str], report: Report, source: str, unit: str | None) -> Iterator[Batch]:
    batch: Batch = {}
    for line, row in table.rows:
        report.counts["read"] += 1
        try:
            item = parse(row, columns, source, unit)
        except values.BadValue as error:
            report.bad(line, str(error))
            continue
        if item["id"] in batch:  # the last one wins
            report.counts["duplicates"] += 1
            del batch[item["id"]]
        batch[item["id"]] = (line, item)
        if len(batch) == BATCH:
            yield batch
            batch = {}
    if batch:
        yield batch


def parse(row: dict, columns: dict[str, str], source: str = "", unit: str | None = None) -> dict[str, Any]:
    """What `Domain.import_items` gets for a row. The first tag stands in for a missing category."""
    item: dict[str, Any] = {}
    for ours, theirs in columns.items():
        value = row.get(theirs)
        if ours == "id":
            item[ours] = values.identifier(value, theirs, source)
        elif ours == "tags":
            item[ours] = values.tags(value, theirs)
        elif ours == "created_at":
            item[ours] = values.moment(value, theirs, unit=unit)
        else:
            item[ours] = values.text(value, theirs)
    if not item.get("category") and item.get("tags"):
        item["category"] = item["tags"][0]
    if not item["title"]:
        raise values.BadValue(f"{columns['title']} is empty")
    return item


def _write(domain: Domain, batch: Batch, report: Report) -> None:
    try:
        outcomes = _write_rows(domain, [item for _, item in batch.values()])
    except (IntegrityError, DataError) as error:
        if len(batch) > 1:  # one row spoils the statement: find it
            for key, one in batch.items():
                _write(domain, {key: one}, report)
            return
        outcomes = [ValidationError(f"the database refuses it: {error}")]
    for (line, _), outcome in zip(batch.values(), outcomes, strict=True):
        if isinstance(outcome, ValidationError):
            report.bad(line, reason_of(outcome))
        else:
            report.counts[outcome[1]] += 1


def _write_rows(domain: Domain, items: list[dict]) -> list:
    with transaction.atomic():
        outcomes = domain.import_items(items)
        publish(domain.name, [o[0] for o in outcomes if not isinstance(o, ValidationError) and o[1] != "unchanged"])
    return outcomes


def reason_of(error: ValidationError) -> str:
    if hasattr(error, "error_dict"):
        return "; ".join(f"{field}: {' '.join(messages)}" for field, messages in error.message_dict.items())
    return " ".join(error.messages)
