"""Rows of a table (a file's or another database's) to an importer: cells cleaned, in batches, bad rows reported."""

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction

from recommendations.importing import values
from recommendations.importing.items import reason_of
from recommendations.importing.report import forget_queries

BATCH = 1000
SUMMARY = ("read", "created", "updated", "unchanged", "duplicates", "bad")
#: Cells that name rows; in the namespace of `--source`, except for groups, which have names.
NAMED = ("id", "food", "menu", "user")


def load_rows(importer, table, columns, report, *, source="", unit=None):
    """Hand the rows of `table` to `importer` (`import_menus`, `import_orders`), a transaction for each batch."""
    batch = {}
    for line, row in table.rows:
        report.counts["read"] += 1
        try:
            item = parse(row, columns, source, unit)
        except values.BadValue as error:
            report.bad(line, str(error))
            continue
        if item["id"] in batch:  # the last one wins
            report.counts["duplicates"] += 1
        batch[item["id"]] = (line, item)
        if len(batch) == BATCH:
            _write(importer, batch, report)
            report.progress(table.position)
            batch = {}
    if batch:
        _write(importer, batch, report)


def parse(row, columns, source="", unit=None):
    item = {}
    for ours, theirs in columns.items():
        value = row.get(theirs)
        if ours in NAMED:
            item[ours] = values.identifier(value, theirs, source)
        elif ours == "created_at":
            item[ours] = values.moment(value, theirs, unit=unit)
        else:
            item[ours] = values.text(value, theirs)
    return item


def _write(importer, batch, report):
    try:
        with transaction.atomic():
            outcomes = importer([item for _line, item in batch.values()])
    except (IntegrityError, DataError) as error:
        if len(batch) > 1:  # one row spoils the statement: find it
            for key, one in batch.items():
                _write(importer, {key: one}, report)
            return
        outcomes = [ValidationError(f"the database refuses it: {error}")]
    for (line, _item), outcome in zip(batch.values(), outcomes, strict=True):
        if isinstance(outcome, ValidationError):
            report.bad(line, reason_of(outcome))
        else:
            report.counts[outcome[1]] += 1
    forget_queries()
