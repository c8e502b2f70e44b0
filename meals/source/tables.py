"""What is read from the source database: which table is which, and how its columns are called there."""

from __future__ import annotations

import datetime as dt
import decimal
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import environ
from django.conf import settings
from django.db.utils import ConnectionHandler

from meals import importing
from recommendations.importing.items import COLUMNS as ITEM_COLUMNS

TIMEOUT_MS = 30_000
#: Column by which changes are found; without it the key, and then only new rows are.
CHANGED = "updated_at"


class SourceError(Exception):
    """The source cannot be read, or not as configured; the message names the culprit and the way out."""


@dataclass
class Table:
    """One of our tables as it is there. `columns`: ours → theirs, of those that exist there."""

    name: str
    known: tuple[str, ...]
    required: tuple[str, ...]
    there: str = ""
    maps: dict[str, str] = field(default_factory=dict)
    changed: str = CHANGED
    columns: dict[str, str] = field(default_factory=dict)


def tables() -> list[Table]:
    """Foods, menus and orders, in the order in which they need one another, with what SOURCE_MAP says of them."""
    found = [
        Table("foods", (*ITEM_COLUMNS, *importing.FOOD_COLUMNS), ("id", "title")),
        Table("menus", importing.menus.COLUMNS, importing.menus.REQUIRED),
        Table("orders", importing.orders.COLUMNS, importing.orders.REQUIRED),
    ]
    configured = _configured()
    unknown = set(configured) - {table.name for table in found}
    if unknown:
        raise SourceError(f"SOURCE_MAP: there is no table {', '.join(sorted(unknown))}; there are foods, menus, orders")
    for table in found:
        options = configured.get(table.name, {})
        table.there = options.get("table", table.name)
        table.changed = options.get("updated_at", CHANGED)
        table.maps = options.get("columns", {})
        wrong = set(table.maps) - set(table.known)
        if wrong:
            raise SourceError(f"SOURCE_MAP: {table.name} has no column {', '.join(sorted(wrong))}")
    return found


def _configured() -> dict[str, Any]:
    text = settings.SOURCE_MAP
    try:
        found = json.loads(text) if text else {}
    except ValueError as error:
        raise SourceError(f"SOURCE_MAP is not JSON: {error}") from None
    if not isinstance(found, dict) or not all(isinstance(options, dict) for options in found.values()):
        raise SourceError('SOURCE_MAP: write {"foods": {"table": "dish", "columns": {"title": "name"}}}')
    return found


def connect(url: str):
    """A connection of its own that cannot write and whose statements end after half a minute."""
    try:
        config = environ.Env.db_url_config(url)
    except Exception as error:  # whatever the reader of addresses trips over; the address itself may hold a password
        raise SourceError(f"SOURCE_DATABASE_URL cannot be read: {type(error).__name__}") from None
    options = dict(config.get("OPTIONS", {}))
    engine = config.get("ENGINE", "")
    if engine.endswith("sqlite3"):
        config["NAME"] = f"{Path(config['NAME']).resolve().as_uri()}?mode=ro"
        options["timeout"] = TIMEOUT_MS / 1000
    elif engine.endswith("postgresql"):
        options["options"] = f"-c default_transaction_read_only=on -c statement_timeout={TIMEOUT_MS}"
    else:
        raise SourceError("SOURCE_DATABASE_URL: PostgreSQL and SQLite can be read")
    return ConnectionHandler({"default": {**config, "OPTIONS": options}})["default"]


def match(connection, table: Table) -> bool:
    """Find the table's columns there; False where there is no such table."""
    with connection.cursor() as cursor:
        if table.there not in connection.introspection.table_names(cursor, include_views=True):
            return False
        there = [column.name for column in connection.introspection.get_table_description(cursor, table.there)]
    missing = [theirs for theirs in table.maps.values() if theirs not in there]
    if missing:
        raise SourceError(f"{table.there} has no column {', '.join(missing)}; it has {', '.join(there[:40])}")
    table.columns = {ours: table.maps.get(ours, ours) for ours in table.known if table.maps.get(ours, ours) in there}
    lacking = [ours for ours in table.required if ours not in table.columns]
    if lacking:
        raise SourceError(
            f"{table.there} lacks {', '.join(lacking)}; it has {', '.join(there[:40])}: name them in SOURCE_MAP"
        )
    if table.changed not in there:
        table.changed = ""
    return True


def plain(value: Any) -> Any:
    """A database's value as a file would have it."""
    if isinstance(value, (dt.datetime, dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (decimal.Decimal, memoryview, bytes)):
        return str(value) if isinstance(value, decimal.Decimal) else bytes(value).decode("utf-8", "replace")
    if value is None or isinstance(value, (str, int, float, list)):
        return value
    return str(value)
