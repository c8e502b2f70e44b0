"""Databases for the store contract, and one entry point to a store on each backend."""

from __future__ import annotations

import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import environ
import psycopg2
from django.db import connections

from ml.store.handler import StoreHandler

KEYS = ["first-key-of-the-store-contract-tests"]
SQLITE = {"ENGINE": "django.db.backends.sqlite3", "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20}}
SQLITE["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;"
TABLES = ("StoredBlob", "QuarantinedBlob")


@dataclass
class Backend:
    """A store under test, and what another process needs to open the same one."""

    name: str
    entry: dict[str, Any]
    databases: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self):
        self.store = StoreHandler({"default": self.entry})["default"]

    def poke(self, key: str, blob: bytes) -> None:
        """Write raw bytes past the store, as an attacker or a failing disk does."""
        store = self.store
        if self.name == "memory":
            store.blobs[key] = blob
        elif self.name == "files":
            store.path(key).parent.mkdir(parents=True, exist_ok=True)
            store.path(key).write_bytes(blob)
        elif self.name == "redis":
            store.client.set(store._name("blob", key), blob)
        else:
            from ml.models import StoredBlob

            StoredBlob.objects.using(store.using).update_or_create(alias="default", key=key, defaults={"data": blob})

    def quarantined(self, key: str) -> int:
        """How many blobs of `key` lie in quarantine."""
        store = self.store
        if self.name == "memory":
            return len(store.quarantine.get(key, ()))
        if self.name == "files":
            return len(store.quarantined(key))
        if self.name == "redis":
            return store.client.llen(store._name("quarantine", key)) // 2
        from ml.models import QuarantinedBlob

        return QuarantinedBlob.objects.using(store.using).filter(alias="default", key=key).count()


@contextmanager
def database(name: str, config: dict):
    """A further database connection with the stores' tables."""
    from ml import models

    full = connections.configure_settings({"default": dict(connections.settings["default"]), name: config})[name]
    connections.settings[name] = full
    try:
        with connections[name].schema_editor() as editor:
            for table in TABLES:
                editor.create_model(getattr(models, table))
        yield full
    finally:
        connections[name].close()
        del connections[name], connections.settings[name]


@contextmanager
def sqlite(folder: Path):
    with database("contract_sqlite", {**SQLITE, "NAME": str(folder / "contract.sqlite3")}) as config:
        yield config


@contextmanager
def postgresql(url: str):
    """A database of its own on the session's server."""
    config = environ.Env.db_url_config(url)
    name = f"contract_{uuid.uuid4().hex}"
    admin = psycopg2.connect(url.replace("postgres://", "postgresql://"))
    admin.autocommit = True
    admin.cursor().execute(f"CREATE DATABASE {name}")
    admin.close()
    with database("contract_postgresql", {**config, "NAME": name}) as full:
        yield full


def wait_for(condition, what: str, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not start within {seconds} s")
        time.sleep(0.02)
