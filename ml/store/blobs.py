"""The envelope of every stored model: signed, verified before unpickling, and then still read with distrust.

``magic ‖ key id ‖ flags ‖ HMAC-SHA256(key, context ‖ header ‖ body) ‖ body``; the body is a pickle
(protocol 5, no memo) of dicts, lists, numbers, strings, bytes, bools and None. Docs: docs/how-to/store.md.
"""

from __future__ import annotations

import hmac
import io
import pickle
import zlib
from functools import lru_cache
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed

from ml.store.plain import BadValue, decode, encode, scan

MAGIC = b"MOA1"
SCHEMA = 1
HEADER = len(MAGIC) + 4 + 1  # magic, key id, flags
OVERHEAD = HEADER + 32
COMPRESSED = 1
MAX_BYTES = 64 * 1024 * 1024  # of a stored blob
MAX_EXPANDED = 512 * 1024 * 1024  # of a body after decompression


class BadBlob(ValueError):
    """A blob that must not be loaded; `kind` is a short word for counters, the message says more."""

    def __init__(self, kind: str, message: str):
        super().__init__(message)
        self.kind = kind


class PlainUnpickler(pickle.Unpickler):
    """Admits no globals, no persistent ids, no out-of-band buffers."""

    def find_class(self, module, name):
        raise pickle.UnpicklingError(f"global {module}.{name} refused")

    def persistent_load(self, pid):
        raise pickle.UnpicklingError("persistent id refused")


@lru_cache(maxsize=1)
def _keyring() -> tuple[bytes, dict[bytes, bytes]]:
    """Id of the signing key, and all keys by id."""
    keys = getattr(settings, "MODEL_SIGNING_KEYS", None)
    if isinstance(keys, str) or not keys or not all(isinstance(key, str) and key for key in keys):
        raise ImproperlyConfigured("MODEL_SIGNING_KEYS must be a list of non-empty strings; the first one signs.")
    derived = [sha256(b"moa.ml.store.blobs:" + key.encode()).digest() for key in keys]
    ids = [sha256(key).digest()[:4] for key in derived]
    return ids[0], dict(reversed(list(zip(ids, derived, strict=True))))


def _forget_keys(*, setting, **kwargs):
    if setting == "MODEL_SIGNING_KEYS":
        _keyring.cache_clear()


setting_changed.connect(_forget_keys, dispatch_uid="ml.store.blobs")


def _mac(key: bytes, context: str, header: bytes, body: bytes) -> bytes:
    purpose = f"{SCHEMA}:{context}".encode()
    return hmac.digest(key, b"%d:%b%b%b" % (len(purpose), purpose, header, body), "sha256")


def seal(state: dict[str, Any], context: str, *, compress: bool = False) -> bytes:
    """`state` as a signed blob that `unseal` accepts for the same `context` only.

    Raises
    ------
    BadValue
        (a TypeError) naming the place of something that is not a plain value, a finite number or an allowed array.
    """
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer, 5)
    pickler.fast = True  # without memo a body is a tree: no cycles, no sharing bombs, and fewer bytes
    pickler.dump(encode(state))
    body = buffer.getvalue()
    flags = 0
    if compress:
        body, flags = zlib.compress(body, 1), COMPRESSED
    key_id, keys = _keyring()
    header = MAGIC + key_id + bytes((flags,))
    return header + _mac(keys[key_id], context, header, body) + body


def unseal(blob: bytes, context: str, *, max_bytes: int = MAX_BYTES) -> dict[str, Any]:
    """The state in `blob`; BadBlob (and nothing else) for whatever this project did not seal for `context`."""
    if len(blob) > max_bytes:
        raise BadBlob("size", f"{len(blob)} bytes, more than {max_bytes}")
    if len(blob) <= OVERHEAD or blob[: len(MAGIC)] != MAGIC:
        raise BadBlob("foreign", "not a blob of this project, or truncated")
    header, mac, body = blob[:HEADER], blob[HEADER:OVERHEAD], blob[OVERHEAD:]
    key = _keyring()[1].get(header[4:8])
    if key is None:
        raise BadBlob("key", "signed with an unknown key; is it missing from MODEL_SIGNING_KEYS?")
    if not hmac.compare_digest(mac, _mac(key, context, header, body)):
        raise BadBlob("signature", "the signature does not match the content and its key")
    return _load(body, header[8])


def _load(body: bytes, flags: int) -> dict[str, Any]:
    """Read a verified body; still strict, so that a leaked key gives nobody code execution."""
    try:
        if flags == COMPRESSED:
            inflater = zlib.decompressobj()
            body = inflater.decompress(body, MAX_EXPANDED)
            if not inflater.eof or inflater.unused_data:
                raise BadBlob("size", f"expands to more than {MAX_EXPANDED} bytes, or is truncated")
        elif flags:
            raise BadBlob("foreign", f"unknown flags {flags}")
        scan(body)
        state = decode(PlainUnpickler(io.BytesIO(body)).load())
    except BadBlob:
        raise
    except BadValue as error:
        raise BadBlob("schema", str(error)) from error
    except Exception as error:  # whatever a malformed body raises, the answer is the same: quarantine
        raise BadBlob("malformed", f"{type(error).__name__}: {error}"[:200]) from error
    if not isinstance(state, dict):
        raise BadBlob("schema", "the state is not a dict")
    return state


def needs_resign(blob: bytes) -> bool:
    """True when `blob` was signed with a key that is no longer the first one."""
    return blob[4:8] != _keyring()[0]
