"""Keeps states as files: atomic writes, one lock file per key, quarantine in a folder beside them."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

from ml.store.base import State
from ml.store.sealed import InvalidStoreError, SealedStore, check_key

SUFFIX = ".blob"


class FileSystemStore(SealedStore):
    """One file per key under LOCATION; for one machine (locks are `flock`).

    Options
    -------
    LOCATION : the folder, made when missing, readable by this user only.
    FSYNC : False is faster, and may lose the last states when the machine (not the process) dies.
    """

    OPTIONS: ClassVar[dict[str, Any]] = {"LOCATION": "", "FSYNC": True}

    def __init__(self, alias="default", options=None):
        super().__init__(alias, options)
        if not self.options["LOCATION"]:
            raise InvalidStoreError(
                f"PERSONAL_MODEL_STORES[{alias!r}]: FileSystemStore needs the option LOCATION, a folder"
            )
        self.root = Path(self.options["LOCATION"]).absolute()
        self.data, self.locks, self.aside = self.root / "data", self.root / "locks", self.root / "quarantine"
        try:
            for folder in (self.data, self.locks, self.aside):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise InvalidStoreError(
                f"PERSONAL_MODEL_STORES[{alias!r}]: cannot use the folder {self.root}: {error}"
            ) from error

    def path(self, key: str) -> Path:
        """The key's file; keys have no dots at the start of a part, so that no path leaves the folder."""
        return self.data / (check_key(key) + SUFFIX)

    def read(self, key: str) -> bytes | None:
        try:
            with open(self.path(key), "rb") as file:
                return file.read(self.max_bytes + 1)
        except FileNotFoundError:
            return None

    @contextmanager
    def lock(self, key: str) -> Iterator[None]:
        """Exclusive lock of one key, between threads and processes of this machine; freed when its process dies."""
        path = self.locks / sha256(key.encode()).hexdigest()
        while True:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                if self._is_current(handle, path):  # `delete` removes lock files: somebody may hold a newer one
                    yield
                    return
            finally:
                os.close(handle)

    @staticmethod
    def _is_current(handle: int, path: Path) -> bool:
        with suppress(FileNotFoundError):
            return os.stat(path).st_ino == os.fstat(handle).st_ino
        return False

    def _write(self, key: str, blob: bytes) -> None:
        """Under the lock: replace the file in one step."""
        path = self.path(key)
        temporary = path.with_name(
            path.name + ".tmp"
        )  # one name per key: a killed writer leaves one file, replaced by the next
        try:
            file = open(temporary, "wb", opener=_private)  # noqa: SIM115  closed below
        except FileNotFoundError:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = open(temporary, "wb", opener=_private)  # noqa: SIM115
        with file:
            file.write(blob)
            if self.options["FSYNC"]:
                file.flush()
                os.fsync(file.fileno())
        os.replace(temporary, path)
        if self.options["FSYNC"]:
            _sync_folder(path.parent)

    def put(self, key: str, state: State) -> None:
        blob = self.seal(check_key(key), state)
        with self.lock(key):
            self._write(key, blob)

    def update(self, key: str, fn: Callable[[State | None], State | None]) -> State | None:
        check_key(key)
        with self.lock(key):
            blob = self.read(key)
            state = fn(None if blob is None else self.open(key, blob, self._set_aside))
            if state is None:
                self.path(key).unlink(missing_ok=True)
            else:
                self._write(key, self.seal(key, state))
            return state

    def delete(self, key: str) -> bool:
        path = self.path(key)
        with self.lock(key):
            found = [path, path.with_name(path.name + ".tmp"), *self.quarantined(key)]
            removed = [file for file in found if _unlink(file)]
            (self.locks / sha256(key.encode()).hexdigest()).unlink(missing_ok=True)
        return bool(removed)

    def set_aside(self, key: str, blob: bytes, reason: str) -> None:
        with self.lock(key):
            self._set_aside(key, blob, reason)

    def _set_aside(self, key: str, blob: bytes, reason: str) -> None:
        if self.read(key) == blob:
            target = self.aside / f"{key.replace('/', '%')}.{time.time_ns()}{SUFFIX}"
            if len(target.name) > 250:
                target = self.aside / f"{sha256(key.encode()).hexdigest()}%.{time.time_ns()}{SUFFIX}"
            os.replace(self.path(key), target)

    def quarantined(self, key: str) -> list[Path]:
        """The quarantined files of a key."""
        names = (check_key(key).replace("/", "%"), sha256(key.encode()).hexdigest() + "%")
        return [
            path
            for name in names
            for path in self.aside.glob(f"{name}.*{SUFFIX}")
            if path.name.count(".") == name.count(".") + 2
        ]

    def keys(self, prefix: str = "") -> Iterator[str]:
        start = self.data.joinpath(*[part for part in prefix.split("/")[:-1] if part and not part.startswith(".")])
        found = []
        for folder, _folders, names in os.walk(start):
            within = Path(folder).relative_to(self.data).as_posix()
            for name in names:
                if name.endswith(SUFFIX):
                    found.append(f"{'' if within == '.' else within + '/'}{name.removesuffix(SUFFIX)}")
        return iter(sorted(key for key in found if key.startswith(prefix)))

    def size(self, key: str) -> int:
        try:
            return self.path(key).stat().st_size
        except FileNotFoundError:
            return 0


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _unlink(path: Path) -> bool:
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    return True


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
