"""Verbs as numbers in stored traces and training data. Append only: a number that was stored keeps its meaning for ever."""

from __future__ import annotations

from types import MappingProxyType

NAMES = (
    "",
    "view",
    "like",
    "dislike",
    "hide",
    "impression",
    "join",
    "order",
    "solve",
    "fail",
    "cancel",
    "skip",
    "rate",
)
VERBS = MappingProxyType({name: code for code, name in enumerate(NAMES)})


def code(verb: str) -> int:
    """The number of a verb; 0 for one that has none."""
    return VERBS.get(verb, 0)
