"""What all backends share: checked keys and options, signed blobs, the size limit, and quarantine of bad blobs."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import structlog
from prometheus_client import Counter

from ml.store import blobs
from ml.store.base import BaseStore, State

KEY = re.compile(r"[A-Za-z0-9_@-][A-Za-z0-9_.@-]*(/[A-Za-z0-9_@-][A-Za-z0-9_.@-]*)*", re.ASCII)
MAX_KEY = 200

logger = structlog.get_logger(__name__)
quarantined = Counter("moa_store_quarantined", "Blobs that failed verification and were moved aside", ["alias", "kind"])


class StoreError(Exception):
    """A store could not do what was asked; nothing was changed."""


class InvalidStoreError(StoreError):
    """A store alias that is unknown or misconfigured; the message names the way out."""


class TooLarge(StoreError, ValueError):
    """A state larger than the store's MAX_BYTES."""


def check_key(key: str) -> str:
    """`key` itself; ValueError unless it is a path of ``[A-Za-z0-9_.@-]`` parts, none of them starting with a dot."""
    if isinstance(key, str) and len(key) <= MAX_KEY and KEY.fullmatch(key):
        return key
    raise ValueError(
        f"invalid store key {str(key)[:80]!r}: parts of [A-Za-z0-9_.@-], joined by '/', {MAX_KEY} characters at most"
    )


class SealedStore(BaseStore):
    """Base of the backends: they move bytes, this class seals, verifies and sets bad blobs aside.

    Options (of all backends)
    -------------------------
    MAX_BYTES : largest stored blob; larger states are refused with `TooLarge`.
    COMPRESS_OVER : states whose blob is larger are compressed (zlib); 0 never compresses.
    """

    OPTIONS: ClassVar[dict[str, Any]] = {}
    COMMON: ClassVar[dict[str, Any]] = {"MAX_BYTES": blobs.MAX_BYTES, "COMPRESS_OVER": 65536}

    def __init__(self, alias: str = "default", options: Mapping[str, Any] | None = None):
        self.alias = alias
        self.options = self.merge_options(alias, options or {})
        self.max_bytes: int = self.options["MAX_BYTES"]
        self.compress_over: int = self.options["COMPRESS_OVER"]

    @classmethod
    def merge_options(cls, alias: str, options: Mapping[str, Any]) -> dict[str, Any]:
        """`options` over the defaults; InvalidStoreError naming an unknown or malformed one."""
        known = {**cls.COMMON, **cls.OPTIONS}
        for name, value in options.items():
            if name not in known:
                raise InvalidStoreError(
                    f"PERSONAL_MODEL_STORES[{alias!r}]: {cls.__name__} has no option {name!r}; "
                    f"it has: {', '.join(sorted(known))}"
                )
            numeric = isinstance(known[name], (int, float)) and not isinstance(known[name], bool)
            if numeric and (isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0):
                raise InvalidStoreError(
                    f"PERSONAL_MODEL_STORES[{alias!r}]: {name} must be a number of 0 or more, not {value!r}"
                )
        return {**known, **options}

    # what backends provide

    @abstractmethod
    def read(self, key: str) -> bytes | None:
        """The stored blob, without lock."""

    @abstractmethod
    def set_aside(self, key: str, blob: bytes, reason: str) -> None:
        """Move `blob` to quarantine, and only if it is still what the key holds."""

    # what they get

    def get(self, key: str) -> State | None:
        blob = self.read(check_key(key))
        return None if blob is None else self.open(key, blob, self.set_aside)

    def open(self, key: str, blob: bytes, set_aside: Callable[[str, bytes, str], None]) -> State | None:
        """The state in `blob`, or None after setting a bad one aside."""
        try:
            return blobs.unseal(blob, key, max_bytes=self.max_bytes)
        except blobs.BadBlob as error:
            logger.error(
                "model_blob_quarantined", store=self.alias, key=key, kind=error.kind, reason=str(error), bytes=len(blob)
            )
            quarantined.labels(self.alias, error.kind).inc()
            set_aside(key, blob, f"{error.kind}: {error}"[:200])
            return None

    def seal(self, key: str, state: State) -> bytes:
        """`state` as the blob to store under `key`."""
        if not isinstance(state, dict):
            raise TypeError(f"{key}: a state is a dict, not {type(state).__name__}")
        blob = blobs.seal(state, key)
        if self.compress_over and len(blob) > self.compress_over:
            blob = blobs.seal(state, key, compress=True)
        if len(blob) > self.max_bytes:
            raise TooLarge(
                f"{key}: {len(blob)} bytes are more than MAX_BYTES ({self.max_bytes}) of the store {self.alias!r}"
            )
        return blob

    def size(self, key: str) -> int:
        blob = self.read(check_key(key))
        return 0 if blob is None else len(blob)

    def digest(self, key: str) -> str:
        """sha256 (hex) of the stored blob, for people who compare copies; empty when there is nothing."""
        blob = self.read(check_key(key))
        return "" if blob is None else blobs.sha256(blob).hexdigest()

    def needs_resign(self, key: str) -> bool:
        """True when the key's blob was signed with an older key (any `update` or `put` signs anew)."""
        blob = self.read(check_key(key))
        return blob is not None and blobs.needs_resign(blob)
