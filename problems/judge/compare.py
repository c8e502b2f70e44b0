"""Comparing outputs as the problem package format's default validator does: token by token, floats within a tolerance."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(rb"\S+")
_NUMBER = re.compile(rb"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True, slots=True)
class Comparison:
    """How an output may differ from the answer; without a tolerance numbers are compared as text."""

    case_sensitive: bool = False
    space_change_sensitive: bool = False
    float_absolute_tolerance: float | None = None
    float_relative_tolerance: float | None = None

    @property
    def tolerant(self) -> bool:
        return self.float_absolute_tolerance is not None or self.float_relative_tolerance is not None

    @classmethod
    def from_flags(cls, flags: list[str], base: Comparison | None = None) -> Comparison:
        """Read the flags of `validator_flags`, such as `float_tolerance 1e-6 case_sensitive`.

        Raises
        ------
        ValueError : an unknown flag, or a tolerance that is no number of at least 0; the message names it.
        """
        values = {name: getattr(base or cls(), name) for name in cls.__slots__}
        words = iter(flags)
        for word in words:
            if word in ("case_sensitive", "space_change_sensitive"):
                values[word] = True
            elif word in ("float_tolerance", "float_absolute_tolerance", "float_relative_tolerance"):
                text = next(words, "").encode()
                if not _NUMBER.fullmatch(text) or not 0 <= float(text) < float("inf"):
                    raise ValueError(f"{word} needs a number of at least 0, not {text.decode()!r}")
                names = ("float_absolute_tolerance", "float_relative_tolerance")
                for name in names if word == "float_tolerance" else (word,):
                    values[name] = float(text)
            else:
                raise ValueError(f"the validator flag {word!r} is not known")
        return cls(**values)


def same_output(output: bytes, answer: bytes, how: Comparison | None = None) -> bool:
    """Tell whether the output is as good as the answer. Reads both piece by piece: outputs of 60 MB need no more memory."""
    how = how or Comparison()
    if output == answer:
        return True
    if how.space_change_sensitive:
        return _same_spaced(output, answer, how)
    for theirs, ours in _pairs(_TOKEN.finditer(output), _TOKEN.finditer(answer)):
        if theirs is None or ours is None or not same_token(theirs, ours, how):
            return False
    return True


def _same_spaced(output: bytes, answer: bytes, how: Comparison) -> bool:
    """Compare tokens and the white space between them, too."""
    pattern = re.compile(rb"\s|\S+")
    for theirs, ours in _pairs(pattern.finditer(output), pattern.finditer(answer)):
        if theirs is None or ours is None:
            return False
        if theirs.isspace() or ours.isspace():
            if theirs != ours:
                return False
        elif not same_token(theirs, ours, how):
            return False
    return True


def _pairs(
    left: Iterator[re.Match[bytes]], right: Iterator[re.Match[bytes]]
) -> Iterator[tuple[bytes | None, bytes | None]]:
    """Pair two streams of tokens; None where one is longer."""
    while True:
        one, two = next(left, None), next(right, None)
        if one is None and two is None:
            return
        yield one and one.group(), two and two.group()


def same_token(theirs: bytes, ours: bytes, how: Comparison) -> bool:
    """Compare two tokens: as numbers where the answer is one and a tolerance is given, else as text."""
    if theirs == ours:
        return True
    if how.tolerant and _NUMBER.fullmatch(ours):
        # The first 400 digits decide: float() of a million digits takes long and gives infinity.
        if len(theirs) > 400 or not _NUMBER.fullmatch(theirs):
            return False
        difference = abs(float(theirs) - float(ours))
        return difference <= (how.float_absolute_tolerance or 0) or difference <= (
            how.float_relative_tolerance or 0
        ) * abs(float(ours))
    return not how.case_sensitive and theirs.lower() == ours.lower()
