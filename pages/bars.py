"""Numbers as bars: widths for SVG attributes, since the content security policy allows no style attributes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

SHOWN = 8
HALF = 100.0
LABELS = ("label", "prior", "tag")
KINDS = {
    "word": _("word"),
    "label": _("category"),
    "item": _("something you did"),
    "tag": _("tag"),
    "prior": _("category overall"),
    "rest": _("everything else"),
    "part": _("part"),
}
PARTS = {
    "text": _("what I looked at and liked"),
    "together": _("what people with my history chose"),
    "factors": _("what people with my taste chose"),
    "click": _("what you are likely to try"),
    "vulnerable": _("what you may fail"),
    "alike": _("what is like your last ones"),
    "habit": _("what I usually choose"),
    "sequence": _("what follows choices like mine"),
    "moment": _("the day and my last choices"),
    "content": _("what is alike in kind"),
    "taste": _("my categories and the season"),
    "popular": _("popularity"),
    "fresh": _("freshness"),
    "near": _("your region"),
    "seen": _("seen already"),
}


@dataclass
class Bar:
    """One signed value; `x`, `width`, `zero` are in a box 200 wide; zero is at its left unless something is negative."""

    kind: Any
    name: str
    value: float
    x: float
    width: float
    zero: float
    negative: bool


def signed(rows: Iterable[tuple[Any, str, float]]) -> list[Bar]:
    """Bars on one common scale."""
    rows = list(rows)
    widest = max((abs(value) for _kind, _name, value in rows), default=0.0) or 1.0
    zero = HALF if any(value < 0 for _kind, _name, value in rows) else 0.0
    found = []
    for kind, name, value in rows:
        width = round((2 * HALF - zero) * abs(value) / widest, 1)
        found.append(Bar(kind, name, value, zero - width if value < 0 else zero, width, zero, value < 0))
    return found


def bars(explanation: Mapping[str, Any], names: Callable[[list[str]], Mapping[str, str]]) -> list[Bar]:
    """The contributions of an explanation, the small ones summed up in one, so that what is shown still adds up.

    `names` gives labels in words.
    """
    parts = sorted(explanation["contributions"], key=lambda part: -abs(part["value"]))
    shown = [(part["kind"], str(part["name"]), float(part["value"])) for part in parts[:SHOWN]]
    words = names([name for kind, name, _value in shown if kind in LABELS])
    rows = [
        (KINDS.get(kind, kind), words.get(name, name) if kind in LABELS else name, value) for kind, name, value in shown
    ]
    if len(parts) > SHOWN:
        rows.append((KINDS["rest"], "", sum(float(part["value"]) for part in parts[SHOWN:])))
    return signed(rows)


def feed_parts(explanation: Mapping[str, Any]) -> list[Bar]:
    """What the place in the feed is the sum of; parts that are nothing are left out."""
    return signed(
        ("", str(PARTS.get(name, name)), value) for name, value in explanation.get("parts", {}).items() if value
    )


def past(explanation: Mapping[str, Any]) -> list[Bar]:
    """The things a member did that moved the score most."""
    return signed(("", row["title"], row["value"]) for row in explanation.get("past", []) if row["value"])
