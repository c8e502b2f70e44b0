"""Which values a blob may hold: encoding, decoding with a schema check, and the opcodes that a body may contain."""

from __future__ import annotations

import math
import pickle
from typing import Any

import numpy as np

ARRAY = "__array__"
DTYPES = frozenset({"|b1", "|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8", "<f2", "<f4", "<f8"})
MAX_DEPTH = 32
MAX_DIMENSIONS = 8
INT_MIN, INT_MAX = -(2**63), 2**64 - 1


class BadValue(TypeError):
    """A value that a blob may not hold; the message names its place."""


def encode(value: Any, path: str = "state", depth: int = 0) -> Any:
    """`value` with arrays as ``{"__array__": [dtype, shape, bytes]}`` and NumPy scalars as Python's."""
    kind = type(value)
    if kind is str or kind is bytes or kind is bool or value is None:
        return value
    if kind is int:
        return _integer(value, path)
    if kind is float:
        return _finite(value, path)
    if depth >= MAX_DEPTH:
        raise BadValue(f"{path}: nested deeper than {MAX_DEPTH}")
    if isinstance(value, dict):
        return {_key(k, path): encode(v, f"{path}.{k}", depth + 1) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [encode(part, path, depth + 1) for part in value]
    if isinstance(value, np.ndarray):
        return {ARRAY: _encode_array(value, path)}
    if isinstance(value, np.generic):
        return encode(value.item(), path, depth)
    raise BadValue(f"{path}: {kind.__name__} cannot be stored; use dicts, lists, numbers, strings, bytes or arrays")


def decode(value: Any, path: str = "state", depth: int = 0) -> Any:
    """What `encode` was given (tuples as lists, arrays writable); BadValue for anything that it cannot have made."""
    kind = type(value)
    if kind is str or kind is bytes or kind is bool or value is None:
        return value
    if kind is int:
        return _integer(value, path)
    if kind is float:
        return _finite(value, path)
    if depth >= MAX_DEPTH:
        raise BadValue(f"{path}: nested deeper than {MAX_DEPTH}")
    if kind is dict:
        if ARRAY in value:
            return _decode_array(value, path)
        return {_key(k, path): decode(v, f"{path}.{k}", depth + 1) for k, v in value.items()}
    if kind is list:
        if all(type(part) is str for part in value):  # vocabularies are long
            return value
        return [decode(part, path, depth + 1) for part in value]
    raise BadValue(f"{path}: {kind.__name__} is not allowed")


def _integer(value: int, path: str) -> int:
    if INT_MIN <= value <= INT_MAX:
        return value
    raise BadValue(f"{path}: integer out of range")


def _finite(value: float, path: str) -> float:
    if math.isfinite(value):
        return value
    raise BadValue(f"{path}: {value} is not a finite number")


def _key(key: Any, path: str) -> Any:
    if type(key) is int:
        return _integer(key, path)
    if type(key) is not str:
        raise BadValue(f"{path}: the key {str(key)[:40]!r} is neither a string nor an integer")
    if key == ARRAY:
        raise BadValue(f"{path}: the key {ARRAY!r} is reserved")
    return key


def _encode_array(array: np.ndarray, path: str) -> list:
    name = array.dtype.newbyteorder("<").str
    if name not in DTYPES:
        raise BadValue(f"{path}: dtype {array.dtype} cannot be stored; strings belong into a list")
    array = np.ascontiguousarray(array, dtype=name).reshape(array.shape)
    _check_array(array, path)
    return [name, list(array.shape), array.tobytes()]


def _decode_array(value: dict, path: str) -> np.ndarray:
    parts = value[ARRAY]
    if len(value) != 1 or type(parts) is not list or len(parts) != 3:
        raise BadValue(f"{path}: malformed array")
    name, shape, data = parts
    if type(name) is not str or name not in DTYPES:
        raise BadValue(f"{path}: dtype {str(name)[:40]!r} is not allowed")
    if type(data) is not bytes or type(shape) is not list or len(shape) > MAX_DIMENSIONS:
        raise BadValue(f"{path}: malformed array")
    if not all(type(n) is int and 0 <= n < 2**40 for n in shape):
        raise BadValue(f"{path}: malformed shape")
    dtype = np.dtype(name)
    if math.prod(shape) * dtype.itemsize != len(data):
        raise BadValue(f"{path}: {len(data)} bytes do not fill the shape {shape}")
    if name == "|b1" and data.strip(b"\x00\x01"):
        raise BadValue(f"{path}: malformed booleans")
    array = np.frombuffer(data, dtype).reshape(shape).copy()
    _check_array(array, path)
    return array


def _check_array(array: np.ndarray, path: str) -> None:
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise BadValue(f"{path}: the array holds numbers that are not finite")


def _arguments() -> list[int | None]:
    """Per opcode: bytes of argument, or minus the width of a length that precedes it; None for forbidden opcodes."""
    table: list[int | None] = [None] * 256
    plain = (pickle.EMPTY_DICT, pickle.EMPTY_LIST, pickle.MARK, pickle.SETITEM, pickle.SETITEMS, pickle.APPEND)
    for code in (*plain, pickle.APPENDS, pickle.NONE, pickle.NEWTRUE, pickle.NEWFALSE, pickle.STOP):
        table[code[0]] = 0
    fixed = {
        pickle.PROTO: 1,
        pickle.FRAME: 8,
        pickle.BININT: 4,
        pickle.BININT1: 1,
        pickle.BININT2: 2,
        pickle.BINFLOAT: 8,
    }
    counted = {pickle.SHORT_BINUNICODE: -1, pickle.SHORT_BINBYTES: -1, pickle.LONG1: -1, pickle.BINUNICODE: -4}
    for code, size in {**fixed, **counted, pickle.BINBYTES: -4, pickle.BINUNICODE8: -8, pickle.BINBYTES8: -8}.items():
        table[code[0]] = size
    return table


ARGUMENTS = _arguments()
STOP = pickle.STOP[0]


def scan(body: bytes) -> None:
    """BadValue unless `body` consists of the opcodes of plain trees and declares no more bytes than it has.

    Needed before unpickling: a memo index or a length of gigabytes makes the C unpickler allocate them.
    """
    at, end = 0, len(body)
    while at < end:
        code = body[at]
        size = ARGUMENTS[code]
        if size is None:
            raise BadValue(f"opcode 0x{code:02x} is not allowed")
        if size >= 0:
            at += 1 + size
        else:
            at += 1 - size + int.from_bytes(body[at + 1 : at + 1 - size], "little")
        if code == STOP:
            break
    if at != end or not end or body[-1] != STOP:
        raise BadValue("truncated, or followed by something else")
