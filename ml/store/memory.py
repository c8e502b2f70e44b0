"""Keeps states in the memory of one process: for tests and throw-away sites."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

from ml.store.base import State
from ml.store.sealed import SealedStore, check_key


class MemoryStore(SealedStore):
    """A dict of sealed blobs, so that callers never share objects with the store."""

    def __init__(self, alias="default", options=None):
        super().__init__(alias, options)
        self.blobs: dict[str, bytes] = {}
        self.quarantine: dict[str, list[tuple[bytes, str]]] = {}
        self._lock = threading.RLock()

    def read(self, key: str) -> bytes | None:
        return self.blobs.get(key)

    def set_aside(self, key: str, blob: bytes, reason: str) -> None:
        with self._lock:
            if self.blobs.get(key) == blob:
                self.quarantine.setdefault(key, []).append((self.blobs.pop(key), reason))

    def put(self, key: str, state: State) -> None:
        blob = self.seal(check_key(key), state)
        with self._lock:
            self.blobs[key] = blob

    def delete(self, key: str) -> bool:
        with self._lock:
            blob, bad = self.blobs.pop(check_key(key), None), self.quarantine.pop(key, None)
            return blob is not None or bad is not None

    def update(self, key: str, fn: Callable[[State | None], State | None]) -> State | None:
        with self._lock:
            state = fn(self.get(key))
            if state is None:
                self.blobs.pop(key, None)
            else:
                self.blobs[key] = self.seal(key, state)
            return state

    def keys(self, prefix: str = "") -> Iterator[str]:
        with self._lock:
            found = sorted(key for key in self.blobs if key.startswith(prefix))
        return iter(found)
