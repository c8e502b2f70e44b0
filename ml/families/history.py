"""A member's learned state for every family whose updates are sums: which item revisions, with what weight.

Counts, least-squares systems and neighbour sums all *follow* from it (docs/adr/0001), so one small structure serves all
of them, does not depend on a base, forgets exactly and is independent of order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

SCALE = 1000  # weights are integers of 1/1000, so that adding and taking away are exact


def fixed(weight: float) -> int:
    """`weight` in thousandths, as the integer that is stored and learned."""
    return round(weight * SCALE)


class History:
    """Multiset ref → (liked, disliked), both non-negative integers of 1/1000 weight."""

    __slots__ = ("entries", "memo")

    def __init__(self, entries: dict[int, tuple[int, int]] | None = None):
        self.entries = dict(entries or {})
        self.memo: Any = (
            None  # the entries as arrays, for as long as they stay as they are (`ml.families.rows.history_rows`)
        )

    def add(self, ref: int, weight: int) -> None:
        """Add a signed fixed-point weight to `ref`."""
        self._shift(ref, max(weight, 0), max(-weight, 0))

    def remove(self, ref: int, weight: int) -> None:
        """Take back what `add(ref, weight)` did.

        Raises
        ------
        ValueError : when that was never learned (counts would go negative).
        """
        self._shift(ref, -max(weight, 0), -max(-weight, 0))

    def _shift(self, ref: int, liked: int, disliked: int) -> None:
        old = self.entries.get(ref, (0, 0))
        new = (old[0] + liked, old[1] + disliked)
        if min(new) < 0:
            raise ValueError(f"item revision {ref} cannot be unlearned: it was never learned with that weight")
        self.memo = None
        if new == (0, 0):
            self.entries.pop(ref, None)
        else:
            self.entries[ref] = new

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[tuple[int, int, int]]:
        """(ref, liked, disliked) in order of refs."""
        return ((ref, *self.entries[ref]) for ref in sorted(self.entries))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, History) and self.entries == other.entries

    def pack(self) -> bytes:
        """Canonical bytes: per entry three varints (zigzag distance to the previous ref, liked, disliked)."""
        out, last = bytearray(), 0
        for ref, liked, disliked in self:
            step = ref - last
            for number in ((step << 1) if step >= 0 else (-step << 1) - 1, liked, disliked):
                while number > 0x7F:
                    out.append(number & 0x7F | 0x80)
                    number >>= 7
                out.append(number)
            last = ref
        return bytes(out)

    @classmethod
    def unpack(cls, data: bytes) -> History:
        """Inverse of `pack`; raises ValueError for bytes that `pack` never makes."""
        numbers, number, shift = [], 0, 0
        for byte in data:
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                numbers.append(number)
                number = shift = 0
            elif shift > 63:
                raise ValueError("history: a number is too long")
        if shift or len(numbers) % 3:
            raise ValueError("history: truncated")
        entries, ref = {}, 0
        for step, liked, disliked in zip(*[iter(numbers)] * 3, strict=True):
            ref += step >> 1 if step % 2 == 0 else -((step + 1) >> 1)
            entries[ref] = (liked, disliked)
        return cls(entries)

    def digest(self) -> str:
        """sha256 (hex) of the canonical bytes: equal digests mean equal learned states."""
        return hashlib.sha256(self.pack()).hexdigest()
