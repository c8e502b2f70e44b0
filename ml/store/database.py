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
            found |= self._open_all(keys[n : n + CHUNK])
        return found

    def _open_all(self, keys: Sequence[str], suffix: str = "") -> dict[str, State]:
        marks = ", ".join(["%s"] * len(keys))
        with self.connection.cursor() as cursor:
            cursor.execute(
                f"SELECT key, data FROM ml_blob WHERE alias = %s AND key IN ({marks}){suffix}",  # noqa: S608  no values
                (self.alias, *map(check_key, keys)),
            )
            rows = cursor.fetchall()
        opened = ((key, self.open(key, bytes(data), self.set_aside) if len(data) else None) for key, data in rows)
        return {key: state for key, state in opened if state is not None}

    def update_many(
        self, keys: Sequence[str], fn: Callable[[dict[str, State | None]], dict[str, State]]
    ) -> dict[str, State]:
        found: dict[str, State] = {}
        ordered = sorted(map(check_key, keys))
        for n in range(0, len(ordered), CHUNK):
            with transaction.atomic(using=self.using):
                found |= self._update_chunk(ordered[n : n + CHUNK], fn)
        return found

    def _update_chunk(self, keys: list[str], fn: Callable) -> dict[str, State]:
        """A few statements for all: claims (so that there are rows to lock), one read that locks, one write."""
        suffix = ""
        if self.connection.features.has_select_for_update:
            suffix = " ORDER BY key FOR UPDATE"
            self._run_many(CLAIM, [(self.alias, key, b"", self._now()) for key in keys])
        known = self._open_all(keys, suffix)
        states = fn({key: known.get(key) for key in keys})
        now = self._now()
        self._run_many(UPSERT, [(self.alias, key, self.seal(key, states[key]), now) for key in keys])
        return states

    def _run_many(self, sql: str, rows: list[tuple]) -> None:
        with self.connection.cursor() as cursor:
            cursor.executemany(sql, rows)

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

    def sizes(self, prefix: str = "") -> Iterator[int]:
        from django.db.models.functions import Length

        from ml.models import StoredBlob

        rows = StoredBlob.objects.using(self.using).filter(alias=self.alias, key__startswith=prefix)
        for key, size in rows.values_list("key", Length("data")).iterator():
            if key.startswith(prefix):
                yield size
