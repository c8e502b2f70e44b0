"""The admin's first page: cards and tiles that apps register in their own `dashboard.py`, shown to those who may see them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, transaction

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Card:
    """A number with its name. `url`: the page behind it; `lines`: (text, address or "") below; `warn`: needs somebody."""

    title: Any
    value: Any = ""
    url: str = ""
    detail: Any = ""
    lines: Sequence[tuple[Any, str]] = ()
    warn: bool = False


@dataclass(frozen=True)
class Tile:
    """A part of the site at a glance. `figures`: (name, value); `course`: a number for each day, oldest first, drawn small."""

    title: Any
    url: str
    figures: Sequence[tuple[Any, Any]] = ()
    course: Sequence[float] = ()
    course_title: Any = ""
    detail: Any = ""

    @property
    def line(self) -> str:
        """The course as points of a polyline in a field of 100 × 24, with a unit of room above and below."""
        most, last = max(self.course, default=0) or 1, max(len(self.course) - 1, 1)
        return " ".join(f"{100 * n / last:.1f},{23 - 22 * value / most:.1f}" for n, value in enumerate(self.course))

    @property
    def area(self) -> str:
        """The same with the ground, to be filled."""
        return f"0,24 {self.line} 100,24"


@dataclass(frozen=True)
class _Source:
    order: int
    permission: str
    make: Callable[[], Any]


_sources: list[_Source] = []
_tiles: list[_Source] = []


def card(permission: str, order: int = 100) -> Callable:
    """Decorator: a function that makes a card (None: nothing to show) for who has `permission` ("": all staff).

    It runs with each opening of the page: a count over an index, nothing slower.
    """

    def register(make: Callable[[], Card | None]) -> Callable[[], Card | None]:
        _sources.append(_Source(order, permission, make))
        return make

    return register


def tiles(permission: str, order: int = 100) -> Callable:
    """Decorator: a function that makes a list of tiles for who has `permission`; as quick as a card."""

    def register(make: Callable[[], list[Tile]]) -> Callable[[], list[Tile]]:
        _tiles.append(_Source(order, permission, make))
        return make

    return register


def cards(user: Any) -> list[Card]:
    """What `user` may see. A card that fails is left out and logged: the page has to open on the worst day."""
    return [found for source in _open_to(user, _sources) if (found := _made(source))]


def tiles_for(user: Any) -> list[Tile]:
    """The parts of the site that `user` may look at."""
    return [tile for source in _open_to(user, _tiles) for tile in _made(source) or ()]


def _open_to(user: Any, sources: Iterable[_Source]) -> list[_Source]:
    return [source for source in sorted(sources, key=lambda source: source.order) if _may(user, source.permission)]


def _may(user: Any, permission: str) -> bool:
    return not permission or user.has_perm(permission)


def _made(source: _Source) -> Any:
    try:
        with transaction.atomic():
            return source.make()
    except DatabaseError:
        logger.exception("dashboard card failed: %s.%s", source.make.__module__, source.make.__name__)
        return None


@dataclass(frozen=True)
class Link:
    title: Any
    url: Callable[[], str]
    permission: str
    icon: str = ""  # a name of the theme's icon font


links: list[Link] = []


def links_for(user: Any) -> Iterable[Link]:
    """The pages that staff open most, of those that `user` may open."""
    return [link for link in links if _may(user, link.permission)]


def callback(request: Any, context: dict[str, Any]) -> dict[str, Any]:
    """`DASHBOARD_CALLBACK` of unfold: what templates/admin/index.html shows."""
    shown = cards(request.user)
    return {
        **context,
        "cards": shown,
        "warnings": [card for card in shown if card.warn],
        "tiles": tiles_for(request.user),
        "links": links_for(request.user),
    }
