"""Numbers as bars: widths for SVG attributes, since the content security policy allows no style attributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

SHOWN = 8
HALF = 100.0
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
    "latent": _("what people with my taste chose"),
    "taste": _("my categories and the season"),
    "popular": _("popularity"),
    "fresh": _("freshness"),
    "seen": _("seen already"),
}


@dataclass
class Bar:
    """One signed value; `x` and `width` are in a box 200 wide whose zero is in the middle."""

    kind: Any
    name: str
    value: float
    x: float
    width: float
    negative: bool


def signed(rows: Iterable[tuple[Any, str, float]]) -> list[Bar]:
    """Bars on one common scale."""
    rows = list(rows)
    widest = max((abs(value) for _kind, _name, value in rows), default=0.0) or 1.0
    found = []
    for kind, name, value in rows:
        width = round(HALF * abs(value) / widest, 1)
        found.append(Bar(kind, name, value, HALF - width if value < 0 else HALF, width, value < 0))
    return found


def bars(explanation: Mapping[str, Any]) -> list[Bar]:
    """The contributions of an explanation, the small ones summed up in one, so that what is shown still adds up."""
    parts = sorted(explanation["contributions"], key=lambda part: -abs(part["value"]))
    rows = [(KINDS.get(part["kind"], part["kind"]), str(part["name"]), float(part["value"])) for part in parts[:SHOWN]]
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
