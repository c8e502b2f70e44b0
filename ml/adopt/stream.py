"""Bytes of an adopted file, a position, and what its reading may still cost."""

from __future__ import annotations

import struct

from ml.adopt.errors import AdoptError

MAX_OPCODES = 10_000_000
MAX_CONTAINERS = 1_000_000
MAX_COPIED = 512 * 1024 * 1024  # bytes that calls may make out of what is there already
MAX_LINE = 10_000


class Stream:
    """Bytes, a position, and what may still be spent."""

    def __init__(self, data: bytes):
        self.data, self.at = memoryview(data), 0
        self.opcodes, self.containers, self.copied = MAX_OPCODES, MAX_CONTAINERS, MAX_COPIED

    def take(self, size: int) -> memoryview:
        if size < 0 or size > len(self.data) - self.at:
            raise AdoptError(f"the file is truncated: {len(self.data)} bytes are not all of it")
        self.at += size
        return self.data[self.at - size : self.at]

    def unpack(self, layout: str) -> int:
        return struct.unpack(layout, self.take(struct.calcsize(layout)))[0]

    def line(self) -> bytes:
        end = bytes(self.data[self.at : self.at + MAX_LINE]).find(b"\n")
        if end < 0:
            raise AdoptError("the file is damaged: a line does not end")
        return bytes(self.take(end + 1)[:-1])

    def spend(self, what: str, amount: int = 1) -> None:
        left = getattr(self, what) - amount
        if left < 0:
            raise AdoptError(f"the file holds more than text pipelines need (limit on {what})")
        setattr(self, what, left)
