"""What an adopted file's objects become: records of state, dtypes and arrays. Nothing here runs code of the file's choice."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from ml.adopt.errors import AdoptError, shown

SCALARS = (str, bytes, int, float, bool, type(None))
MAX_DIMENSIONS = 4
_CODE = re.compile(r"(?:f[248]|[iu][1248]|b1|U[0-9]{1,6}|S[0-9]{1,6})")


@dataclass(frozen=True, eq=False)
class Name:
    """A global that a file may mention; calling it means what `Entry.build` says, never what the name means in Python."""

    path: str
    entry: Any


@dataclass(eq=False)
class Record:
    """An instance of anything: its class's path, and the state it was given. It does nothing."""

    path: str
    args: tuple = ()
    state: Any = None

    def set_state(self, state: Any) -> None:
        if isinstance(state, tuple) and len(state) == 2 and isinstance(state[1], dict):  # (__dict__, slots)
            state = {**(state[0] or {}), **state[1]} if state[0] is None or isinstance(state[0], dict) else state
        self.state = state

    def get(self, name: str, default: Any = None) -> Any:
        return self.state.get(name, default) if isinstance(self.state, dict) else default


@dataclass(eq=False)
class Dtype:
    """A NumPy dtype by its code; only numbers, strings and "object" (whose items then are plain values)."""

    code: str
    order: Literal["<", ">", "|", "="] = "<"

    def set_state(self, state: Any) -> None:
        if not isinstance(state, tuple) or len(state) < 5 or any(part is not None for part in state[2:5]):
            raise AdoptError("an array has a structured dtype, which no text pipeline needs")
        if state[1] not in ("<", ">", "|", "="):
            raise AdoptError("an array's byte order is not one of < > | =")
        self.order = state[1]

    @property
    def is_object(self) -> bool:
        return self.code in ("O", "O8", "O4", "|O")

    def real(self) -> np.dtype:
        if self.is_object or not _CODE.fullmatch(self.code):
            raise AdoptError(f"an array of dtype {shown(self.code)!r}; only numbers and strings are read")
        return np.dtype(self.code).newbyteorder(self.order)


@dataclass(eq=False)
class Array:
    """An array: `value` for numbers and strings, `items` (a flat list) where its dtype was "object"."""

    value: np.ndarray | None = None
    items: list | None = field(default=None, repr=False)

    def set_state(self, state: Any) -> None:
        """NumPy's own: (version, shape, dtype, is Fortran order, bytes or list)."""
        if not isinstance(state, tuple) or len(state) != 5 or not isinstance(state[2], Dtype):
            raise AdoptError("an array's state is not of the known form")
        _, shape, dtype, fortran, data = state
        if dtype.is_object:
            self.items = _plain_items(data, checked_shape(shape))
        else:
            self.value = array_of(data, dtype, shape, "F" if fortran else "C")


def checked_shape(shape: Any) -> tuple[int, ...]:
    if not isinstance(shape, tuple) or len(shape) > MAX_DIMENSIONS:
        raise AdoptError("an array's shape is not a short tuple")
    if not all(type(n) is int and 0 <= n < 2**40 for n in shape):
        raise AdoptError("an array's shape holds something else than sizes")
    return shape


def _plain_items(data: Any, shape: tuple[int, ...]) -> list:
    if not isinstance(data, list) or len(data) != math.prod(shape):
        raise AdoptError("an array of objects does not hold as many items as its shape says")
    return data


def array_of(data: Any, dtype: Dtype, shape: Any, order: Any) -> np.ndarray:
    """A read-only view of `data`; its length must be exactly what dtype and shape say."""
    real, size = dtype.real(), checked_shape(shape)
    if isinstance(data, str):  # protocol 2 of Python 2
        raise AdoptError("an array's data is text: written by Python 2, which is not read")
    if not isinstance(data, (bytes, bytearray, memoryview)) or len(data) != math.prod(size) * real.itemsize:
        raise AdoptError("an array's data does not fill its shape")
    flat = np.frombuffer(data, real) if len(data) else np.zeros(0, real)
    if real.kind == "U" and flat.size and np.frombuffer(data, real.byteorder.replace("=", "<") + "u4").max() > 0x10FFFF:
        raise AdoptError(
            "an array of texts holds what is no character"
        )  # Python would end with a SystemError, or worse
    flat = flat.reshape(size[::-1]).T if order == "F" else flat.reshape(size)
    flat.flags.writeable = False
    return flat


def is_key(value: Any) -> bool:
    """True for what may be a key of a dict or an element of a set: nested tuples could take years to hash."""
    return type(value) in SCALARS and not (type(value) is int and value.bit_length() > 64)


def size_of(arg: Any) -> int:
    """Bytes that a call may make of an argument, at most."""
    if isinstance(arg, (list, tuple, set, frozenset)):
        return 128 * len(arg)
    return len(arg) if isinstance(arg, (str, bytes)) else 0


def keys(items: list) -> list:
    """`items`, all of which may be elements of a set."""
    for item in items:
        if not is_key(item):
            raise AdoptError(f"a set holds a {type(item).__name__}")
    return items
