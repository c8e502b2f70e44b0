"""A preview in words: how an item moved and why, for staff who are no engineers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recommendations.preview import Comparison, Place


def tell(found: Comparison) -> None:
    """Give each place its sentence (`says`) and its direction (`way`: 1 up, -1 down, 0 stays)."""
    for place in found.before:
        # Told once, on the right, of what stays; on the left of what goes.
        gone = place.other is None or place.other > len(found.after)
        place.way = -1 if gone else 0
        place.says = f"{_left(place)} {_because(place, found.others)}" if gone else ""
    for place in found.after:
        place.way = 1 if place.moved is None else (place.moved > 0) - (place.moved < 0)
        place.says = f"{_right(place)} {_because(place, found.others)}".strip()


def _left(place: Place) -> str:
    return _("leaves the list") if place.other is None else _("falls to place %(n)s") % {"n": place.other}


def _right(place: Place) -> str:
    moved = place.moved
    if moved is None:
        return _("enters the list")
    if moved > 0:
        return ngettext("up %(n)d place", "up %(n)d places", moved) % {"n": moved}
    if moved < 0:
        return ngettext("down %(n)d place", "down %(n)d places", -moved) % {"n": -moved}
    return _("stays")


def _because(place: Place, others: list[Any]) -> str:
    """The parts of the score that speak for the way it went, else what made others overtake it."""
    if not place.way:
        return f"({_listed(place.why)})" if place.why else ""
    helping = [(name, change) for name, change in place.why if (change > 0) == (place.way > 0)]
    if helping:
        return _("because of %(parts)s") % {"parts": _listed(helping)}
    if place.why and place.way > 0:
        return _("though it lost (%(parts)s): others lost more") % {"parts": _listed(place.why)}
    if place.why:
        return _("though it gained (%(parts)s): others gained more") % {"parts": _listed(place.why)}
    if others:
        return _("re-ordered by %(names)s") % {"names": ", ".join(map(str, others))}
    return _("its own score stayed; others moved")


def _listed(parts: Iterable[tuple[Any, float]]) -> str:
    return ", ".join(f"{name} {change:+.2f}" for name, change in parts)
