"""Whole numbers as variable-length bytes (LEB128, as in Protocol Buffers' "Encoding" page), all at once in NumPy."""

from __future__ import annotations

import numpy as np

MOST = 9  # bytes of a number below 2**63


def zigzag(signed: np.ndarray) -> np.ndarray:
    """Signed numbers as non-negative ones, small where they are near zero."""
    return (signed << 1) ^ (signed >> 63)


def unzigzag(numbers: np.ndarray) -> np.ndarray:
    return (numbers >> 1) ^ -(numbers & 1)


def signed(number: int) -> int:
    """`zigzag` of one number."""
    return number << 1 if number >= 0 else (-number << 1) - 1


def one(number: int) -> bytes:
    """`encode` of one number."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def first(data: bytes, at: int = 0) -> tuple[int, int]:
    """(the number that begins at `at`, where the next one begins), of bytes that `encode` made."""
    number = shift = 0
    while data[at] > 0x7F:
        number |= (data[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
    return number | data[at] << shift, at + 1


def encode(numbers: np.ndarray) -> bytes:
    """Non-negative int64 numbers, seven bits a byte, least first; the last byte of each is below 128."""
    numbers = np.asarray(numbers, np.int64)
    shifts = np.arange(MOST, dtype=np.int64) * 7
    bytes_ = (numbers[:, None] >> shifts) & 0x7F
    length = np.maximum((numbers[:, None] >> shifts > 0).sum(1), 1)
    place = np.arange(MOST)
    bytes_ |= (place < length[:, None] - 1) << 7
    return bytes_[place < length[:, None]].astype(np.uint8).tobytes()


def decode(data: bytes) -> np.ndarray:
    """Inverse of `encode`; ValueError for bytes that `encode` never makes."""
    raw = np.frombuffer(data, np.uint8).astype(np.int64)
    if not len(raw):
        return np.zeros(0, np.int64)
    if raw[-1] > 0x7F:
        raise ValueError("a number is cut off")
    ends = np.flatnonzero(raw < 0x80)
    starts = np.concatenate([[0], ends[:-1] + 1])
    length = ends - starts + 1
    if length.max() > MOST:
        raise ValueError("a number is too long")
    if ((raw[ends] == 0) & (length > 1)).any():
        raise ValueError("a number is longer than it need be")
    place = np.arange(len(raw)) - np.repeat(starts, length)
    return np.add.reduceat((raw & 0x7F) << (7 * place), starts)
