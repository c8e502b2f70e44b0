"""Makes and keeps the configured stores: one instance per alias and process, as Django's StorageHandler does."""

from __future__ import annotations

import threading

from django.conf import settings
from django.utils.module_loading import import_string

from ml.store.base import BaseStore
from ml.store.sealed import InvalidStoreError

FALLBACK = {alias: {"BACKEND": "ml.store.database.DatabaseStore"} for alias in ("default", "bases")}


class StoreHandler:
    """``stores["default"]``; InvalidStoreError names the known aliases for an unknown one."""

    def __init__(self, config: dict | None = None):
        self._config = config
        self._stores: dict[str, BaseStore] = {}
        self._lock = threading.Lock()

    @property
    def config(self) -> dict:
        """The setting PERSONAL_MODEL_STORES."""
        if self._config is None:
            return getattr(settings, "PERSONAL_MODEL_STORES", FALLBACK)
        return self._config

    def __getitem__(self, alias: str) -> BaseStore:
        try:
            return self._stores[alias]
        except KeyError:
            with self._lock:
                if alias not in self._stores:
                    self._stores[alias] = self.create(alias)
                return self._stores[alias]

    def __contains__(self, alias: str) -> bool:
        return alias in self.config

    def __iter__(self):
        return iter(self.config)

    def all(self) -> list[BaseStore]:
        return [self[alias] for alias in self]

    def create(self, alias: str) -> BaseStore:
        """A new instance of the store configured as `alias`."""
        if alias not in self.config:
            raise InvalidStoreError(
                f"there is no model store {alias!r}; PERSONAL_MODEL_STORES has: {', '.join(self.config) or 'none'}"
            )
        entry = self.config[alias]
        if not isinstance(entry, dict) or "BACKEND" not in entry:
            raise InvalidStoreError(
                f"PERSONAL_MODEL_STORES[{alias!r}] needs a BACKEND, such as 'ml.store.database.DatabaseStore'"
            )
        try:
            backend = import_string(entry["BACKEND"])
        except ImportError as error:
            raise InvalidStoreError(
                f"PERSONAL_MODEL_STORES[{alias!r}]: cannot import {entry['BACKEND']!r} ({error})"
            ) from error
        if not (isinstance(backend, type) and issubclass(backend, BaseStore)):
            raise InvalidStoreError(
                f"PERSONAL_MODEL_STORES[{alias!r}]: {entry['BACKEND']!r} is not a subclass of BaseStore"
            )
        return backend(alias, entry.get("OPTIONS") or {})  # type: ignore[call-arg]  # the constructor is SealedStore's

    def clear(self) -> None:
        """Drop all instances, so that the next access reads the settings again."""
        with self._lock:
            self._stores.clear()
