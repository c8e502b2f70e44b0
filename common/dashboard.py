"""The first page of the admin: cards that apps register in their own `dashboard.py`, each shown to those who may see it."""

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
class _Source:
    order: int
    permission: str
    make: Callable[[], Card | None]


_sources: list[_Source] = []


def card(permission: str, order: int = 100) -> Callable:
    """Decorator: a function that makes a card (None: nothing to show) for who has `permission` ("": all staff).

    It runs with each opening of the page: a count over an index, nothing slower.
    """

    def register(make: Callable[[], Card | None]) -> Callable[[], Card | None]:
        _sources.append(_Source(order, permission, make))
        return make

    return register


def cards(user: Any) -> list[Card]:
    """What `user` may see. A card that fails is left out and logged: the page has to open on the worst day."""
    sources = sorted(_sources, key=lambda source: source.order)
    return [found for source in sources if _may(user, source.permission) and (found := _made(source))]


def _may(user: Any, permission: str) -> bool:
    return not permission or user.has_perm(permission)


def _made(source: _Source) -> Card | None:
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


links: list[Link] = []


def links_for(user: Any) -> Iterable[Link]:
    """The pages that staff open most, of those that `user` may open."""
    return [link for link in links if _may(user, link.permission)]


def callback(request: Any, context: dict[str, Any]) -> dict[str, Any]:
    """`DASHBOARD_CALLBACK` of unfold: what templates/admin/index.html shows."""
    return {**context, "cards": cards(request.user), "links": links_for(request.user)}
