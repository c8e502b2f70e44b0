"""Reads what is new or changed, batch by batch. The watermark is saved in the transaction that writes the batch."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone

from meals.importing import import_menus, import_orders
from meals.importing.rows import load_rows
from meals.models import SourceTable
from meals.source.tables import SourceError, Table, connect, match, plain, tables
from recommendations.domains import domains
from recommendations.importing.items import load_items
from recommendations.importing.report import Report

BATCH = 1000
MARK = "\0mark"  # no column is called that
#: A row that was committed late carries an earlier time than others that were read before it.
OVERLAP = dt.timedelta(minutes=2)


@dataclass
class Outcome:
    """What happened to each table: counts by kind, or why it was not read."""

    counts: dict[str, Counter] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


def pull(url: str = "", *, batch: int = BATCH, limit: int | None = None, write=lambda text: None) -> Outcome:
    """Import what is new or changed in the source database.

    Parameters
    ----------
    url : address of the source; default: SOURCE_DATABASE_URL.
    batch, limit : rows of one statement, and of one table in this run (None: all); the next run goes on from there.
    write : takes lines for people: bad rows.

    Raises
    ------
    SourceError : no address, no connection, or a wrong SOURCE_MAP. What is wrong with one table is in the outcome.
    """
    url = url or settings.SOURCE_DATABASE_URL
    if not url:
        raise SourceError("no source: set SOURCE_DATABASE_URL to the read-only address of the operational database")
    wanted, connection, outcome = tables(), connect(url), Outcome()
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        raise SourceError(f"the source database does not answer: {str(error).splitlines()[0]}") from None
    try:
        for table in wanted:
            try:
                if match(connection, table):
                    outcome.counts[table.name] = _pull(connection, table, batch, limit, write)
                else:
                    outcome.missing.append(table.name)
            except (SourceError, DatabaseError) as error:
                outcome.errors[table.name] = str(error)
                SourceTable.objects.filter(name=table.name).update(error=str(error)[:500])
    finally:
        connection.close()
    return outcome


def _pull(connection, table: Table, batch: int, limit: int | None, write) -> Counter:
    place, _created = SourceTable.objects.get_or_create(name=table.name)
    mark, key = place.mark, place.key
    if place.complete and table.changed:
        mark, key = _start(mark), ""  # the overlap is read again, which changes nothing
    total: Counter = Counter()
    _warn(connection, table, write)
    while limit is None or total["read"] < limit:
        size = batch if limit is None else min(batch, limit - total["read"])
        rows = _read(connection, table, mark, key, size)
        if not rows:
            place.complete = True
            break
        with transaction.atomic():
            total += _import(table, rows, write)
            mark, key = rows[-1].get(MARK, ""), rows[-1][table.columns["id"]]
            _save(place, table, mark, key, rows, total)
        if len(rows) < size:
            place.complete = True
            break
    place.pulled_at, place.error = timezone.now(), ""
    place.save()
    return total


def _warn(connection, table: Table, write) -> None:
    """Rows without a time of change are never found: say so."""
    if not table.changed:
        return
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {quote(table.there)} WHERE {quote(table.changed)} IS NULL LIMIT 1")  # noqa: S608
        if cursor.fetchone():
            write(f"{table.there}: rows without {table.changed} are not read")


def _start(mark: str) -> str:
    """The watermark less the overlap, written as it is there; marks that are no times stay as they are."""
    try:
        return (dt.datetime.fromisoformat(mark) - OVERLAP).isoformat(sep="T" if "T" in mark else " ") if mark else ""
    except ValueError:
        return mark


def _read(connection, table: Table, mark: str, key: Any, size: int) -> list[dict[str, Any]]:
    """The next rows after (mark, key), in the order of change. The mark comes as the text that the database compares with."""
    quote = connection.ops.quote_name
    names = list(dict.fromkeys(table.columns.values()))
    identity, changed = quote(table.columns["id"]), quote(table.changed) if table.changed else ""
    selected, order, where, params = [quote(name) for name in names], identity, "", []
    if changed:
        selected, order = [*selected, f"CAST({changed} AS TEXT)"], f"{changed}, {identity}"
        where = f"WHERE {changed} IS NOT NULL"
        if mark and key == "":
            where, params = f"{where} AND {changed} >= %s", [mark]
        elif mark:
            where, params = f"{where} AND ({changed} > %s OR ({changed} = %s AND {identity} > %s))", [mark, mark, key]
    elif key != "":
        where, params = f"WHERE {identity} > %s", [key]
    # Names come from the database's own list of columns and are quoted; values are parameters.
    sql = f"SELECT {', '.join(selected)} FROM {quote(table.there)} {where} ORDER BY {order} LIMIT {int(size)}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [dict(zip([*names, MARK][: len(row)], row, strict=True)) for row in cursor.fetchall()]


def _save(place: SourceTable, table: Table, mark: str, key: Any, rows: list, total: Counter) -> None:
    place.mark, place.key, place.complete = mark, str(key), False
    place.rows += len(rows)
    place.bad += total["bad"]
    place.save()


def _import(table: Table, rows: list[dict[str, Any]], write) -> Counter:
    report = Report(write)
    numbered = [(n, {name: plain(value) for name, value in row.items()}) for n, row in enumerate(rows, 1)]
    source = SimpleNamespace(rows=numbered, position=1.0)
    if table.name == "foods":
        load_items(domains["meals"], source, table.columns, report)
    else:
        load_rows(import_menus if table.name == "menus" else import_orders, source, table.columns, report)
    for line, reason in report.shown:
        write(f"{table.there}, {rows[line - 1].get(table.columns['id'])}: {reason}")
    return report.counts
