"""Keeps states in a database table, in the caller's transaction; SQL by hand, the ORM would double an event's cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar

from django.db import connections, transaction
from django.utils import timezone

from ml.store.base import State
from ml.store.sealed import SealedStore, StoreError, check_key

SELECT = "SELECT data FROM ml_blob WHERE alias = %s AND key = %s"
UPSERT = (
    "INSERT INTO ml_blob (alias, key, data, updated_at) VALUES (%s, %s, %s, %s) "
    "ON CONFLICT (alias, key) DO UPDATE SET data = excluded.data, updated_at = excluded.updated_at"
)
CLAIM = "INSERT INTO ml_blob (alias, key, data, updated_at) VALUES (%s, %s, %s, %s) ON CONFLICT (alias, key) DO NOTHING"
UPDATE = "UPDATE ml_blob SET data = %s, updated_at = %s WHERE alias = %s AND key = %s"
DELETE = "DELETE FROM ml_blob WHERE alias = %s AND key = %s"
ASIDE = (
    "INSERT INTO ml_quarantined_blob (alias, key, data, reason, created_at) "
    "SELECT alias, key, data, %s, %s FROM ml_blob WHERE alias = %s AND key = %s AND data = %s"
)
ATTEMPTS = 10
CHUNK = 500


class DatabaseStore(SealedStore):
    """One row per key in `ml_blob`, for SQLite (transaction_mode IMMEDIATE) and PostgreSQL (row locks).

    Options
    -------
    USING : the alias of the database.
    """

    transactional = True
    OPTIONS: ClassVar[dict[str, Any]] = {"USING": "default"}

    def __init__(self, alias="default", options=None):
        super().__init__(alias, options)
        self.using: str = self.options["USING"]

    @property
    def connection(self):
        return connections[self.using]

    def _now(self):
        return self.connection.ops.adapt_datetimefield_value(timezone.now())

    def _one(self, sql: str, params: tuple) -> bytes | None:
        """First column of the first row; an empty one is a claim by `_lock` and means "nothing"."""
        with self.connection.cursor() as cursor:
            cursor.execute(sql, params)
            row = cursor.fetchone()
        return bytes(row[0]) if row and len(row[0]) else None

    def _run(self, sql: str, params: tuple) -> int:
        with self.connection.cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.rowcount

    def read(self, key: str) -> bytes | None:
        return self._one(SELECT, (self.alias, key))

    def get_many(self, keys: Sequence[str]) -> dict[str, State]:
        found: dict[str, State] = {}
        for n in range(0, len(keys), CHUNK):
            part = [check_key(key) for key in keys[n : n + CHUNK]]
            marks = ", ".join(["%s"] * len(part))
            with self.connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT key, data FROM ml_blob WHERE alias = %s AND key IN ({marks})",  # noqa: S608  marks alone
                    (self.alias, *part),
                )
                rows = cursor.fetchall()
            for key, data in rows:
                state = self.open(key, bytes(data), self.set_aside) if len(data) else None
                if state is not None:
                    found[key] = state
        return found

    def _lock(self, key: str) -> tuple[bool, bytes | None]:
        """Whether a row exists, and its blob; other writers of the key now wait until this transaction ends."""
        connection = self.connection
        if not connection.features.has_select_for_update:  # SQLite: BEGIN IMMEDIATE has locked the database
            with connection.cursor() as cursor:
                cursor.execute(SELECT, (self.alias, key))
                row = cursor.fetchone()
            return row is not None, bytes(row[0]) if row and len(row[0]) else None
        for _ in range(ATTEMPTS):
            with connection.cursor() as cursor:
                cursor.execute(SELECT + " FOR UPDATE", (self.alias, key))
                row = cursor.fetchone()
                if row is not None:
                    return True, bytes(row[0]) if len(row[0]) else None
                cursor.execute(
                    CLAIM, (self.alias, key, b"", self._now())
                )  # two first events: the second one waits here
        raise StoreError(f"{key}: could not be locked, others keep creating and deleting it")

    def update(self, key: str, fn: Callable[[State | None], State | None]) -> State | None:
        check_key(key)
        with transaction.atomic(using=self.using):
            exists, blob = self._lock(key)
            state = fn(None if blob is None else self.open(key, blob, self.set_aside))
            if state is None:
                if exists:
                    self._run(DELETE, (self.alias, key))
                return None
            sealed, now = self.seal(key, state), self._now()
            # a bad blob was moved away, or `fn` has put or deleted the key itself: then there may be no row to update
            if not exists or not self._run(UPDATE, (sealed, now, self.alias, key)):
                self._run(UPSERT, (self.alias, key, sealed, now))
            return state

    def put(self, key: str, state: State) -> None:
        self._run(UPSERT, (self.alias, check_key(key), self.seal(key, state), self._now()))

    def delete(self, key: str) -> bool:
        check_key(key)
        with transaction.atomic(using=self.using):
            found = self._run(DELETE, (self.alias, key))
            found += self._run("DELETE FROM ml_quarantined_blob WHERE alias = %s AND key = %s", (self.alias, key))
        return found > 0

    def set_aside(self, key: str, blob: bytes, reason: str) -> None:
        with transaction.atomic(using=self.using):
            self._run(ASIDE, (reason, self._now(), self.alias, key, blob))
            self._run(DELETE + " AND data = %s", (self.alias, key, blob))

    def size(self, key: str) -> int:
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT length(data) FROM ml_blob WHERE alias = %s AND key = %s", (self.alias, check_key(key))
            )
            row = cursor.fetchone()
        return row[0] if row else 0

    def keys(self, prefix: str = "") -> Iterator[str]:
        from ml.models import StoredBlob

        rows = StoredBlob.objects.using(self.using).filter(alias=self.alias, key__startswith=prefix)
        for key in rows.order_by("key").values_list("key", flat=True).iterator():
            if key.startswith(prefix):  # SQLite's LIKE ignores case
                yield key
