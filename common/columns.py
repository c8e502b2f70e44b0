"""Columns of the admin's lists that people read: states as coloured labels, numbers with separators, sizes, shares, two lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.template.defaultfilters import filesizeformat
from django.utils.text import Truncator
from unfold.decorators import display

NONE = "–"


def _following(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = getattr(row, name, None)
    return row


def badge(field: str, title: Any, **colours: str) -> Callable:
    """A field of choices as a label; `colours`: {value: success | info | warning | danger}, grey for all others."""

    @display(description=title, ordering=field, label=colours or True)
    def column(self: Any, row: Any) -> Any:
        value = getattr(row, field)
        text = getattr(row, f"get_{field}_display")() if value not in ("", None) else None
        return (value, text) if value in colours else text  # a pair without a colour would be shown as its code

    return column


def number(field: str, title: Any) -> Callable:
    """A whole number with separators; `field` may lead over relations."""

    @display(description=title, ordering=field)
    def column(self: Any, row: Any) -> str:
        value = _following(row, field)
        return NONE if value is None else intcomma(value)

    return column


def size(field: str, title: Any, unit: int = 1) -> Callable:
    """So many bytes (or `unit` times as many) as KB, MB or GB."""

    @display(description=title, ordering=field)
    def column(self: Any, row: Any) -> str:
        value = _following(row, field)
        return NONE if value is None else filesizeformat(value * unit)

    return column


def share(field: str, title: Any) -> Callable:
    """A number between 0 and 1 in percent."""

    @display(description=title, ordering=field)
    def column(self: Any, row: Any) -> str:
        value = _following(row, field)
        return NONE if value is None else f"{value:.0%}"

    return column


def short(field: str, title: Any, length: int = 60) -> Callable:
    """The first line of a text, cut where it is long; the page of the row has all of it."""

    @display(description=title, ordering=field)
    def column(self: Any, row: Any) -> str:
        text = str(_following(row, field) or "").strip()
        return Truncator(text.split("\n", 1)[0]).chars(length) or NONE

    return column
