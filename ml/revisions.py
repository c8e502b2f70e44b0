"""Revision numbers by which all processes notice that something they cache has changed."""

from __future__ import annotations

import time

from django.db import connection
from django.utils import timezone

BUMP = (
    "INSERT INTO ml_revision (name, number, updated_at) VALUES (%s, %s, %s) ON CONFLICT (name) DO UPDATE SET "
    "number = CASE WHEN excluded.number > ml_revision.number THEN excluded.number ELSE ml_revision.number + 1 END, "
    "updated_at = excluded.updated_at RETURNING number"
)


def current() -> dict[str, int]:
    """All revision numbers, in one query; ask once per request and hand the dict on. A missing name counts as 0."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, number FROM ml_revision")
        return dict(cursor.fetchall())


def bump(name: str) -> int:
    """Raise the number of `name`, in the transaction that changes what it stands for; returns the new number.

    Numbers are microseconds of the clock and never fall: a number that was rolled back must not come again with other
    content, or processes that cached under it would serve the rolled-back content.
    """
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(BUMP, (name, time.time_ns() // 1000, now))
        return cursor.fetchone()[0]
