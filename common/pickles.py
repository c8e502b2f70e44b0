"""Reading the task queue's pickles without running them: a row that SQL put in must not execute when the admin lists tasks."""

from __future__ import annotations

import io
import logging
import pickle
from base64 import b64decode
from typing import Any
from zlib import decompressobj

from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)

MAX_BYTES = 16 * 1024 * 1024

#: The only names that a stored pickle may ask for; calling them with any arguments has no effect outside the value.
ALLOWED = {
    ("datetime", "date"),
    ("datetime", "datetime"),
    ("datetime", "time"),
    ("datetime", "timedelta"),
    ("datetime", "timezone"),
    ("decimal", "Decimal"),
    ("uuid", "UUID"),
}


class PlainUnpickler(pickle.Unpickler):
    """Reads dicts, lists, tuples, sets, numbers, texts, bytes and dates; raises `UnpicklingError` for anything else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in ALLOWED:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"refused: {module}.{name}")

    def persistent_load(self, pid: Any) -> Any:
        raise pickle.UnpicklingError("refused: persistent id")


def _inflate(data: bytes) -> bytes:
    stream = decompressobj()
    plain = stream.decompress(data, MAX_BYTES)
    if stream.unconsumed_tail:
        raise ValueError("too large")
    return plain


def decode(value: str, compress_object: bool = False) -> Any:
    """Return the value kept in a `PickledObjectField`, or a sentence saying why it is not shown."""
    try:
        data = b64decode(value.encode())
        data = _inflate(data) if compress_object else data
        if len(data) > MAX_BYTES:
            raise ValueError("too large")
        return PlainUnpickler(io.BytesIO(data)).load()
    except Exception as error:  # damaged pickles raise nearly anything; an admin page must not fail on one row
        logger.warning("a stored task value was not read: %s", error)
        return _("(not shown: the stored value is damaged or holds code)")


def restrict_picklefield() -> None:
    """Make django-q2's task rows go through `decode`; called at start-up, before any row is read."""
    from picklefield import fields

    fields.dbsafe_decode = decode
