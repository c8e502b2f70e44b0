"""Rows and cards of a page of a feed: one statement a page, and what was made of a row is kept while the row stays the same."""

from __future__ import annotations

import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import cache, cached_property, partial
from typing import Any

from django.utils.translation import get_language

from common.prepared import Prepared, Raw
from recommendations.domains import Domain

KEPT = 4096  # cards; each is a few kilobytes


class Found:
    """One row: `raw` is what the database gave, None where nothing may be kept by it; `row` is the model instance."""

    def __init__(self, raw: Raw | None, make: Callable[[], Any]):
        self.raw, self.make = raw, make

    @cached_property
    def row(self) -> Any:
        return self.make()


def find(kind: Domain, ids: Sequence[str], *, user: Any, at: dt.datetime) -> dict[str, Found]:
    """Those of `ids` that `user` may be recommended now, in one query."""
    if not ids:
        return {}
    if not kind.plain_cards:
        # unordered: with an order SQLite may walk the whole table along its index instead of looking up the keys
        rows = kind.get_queryset(user=user, at=at).filter(pk__in=ids).order_by()
        return {str(row.pk): Found(None, partial(_itself, row)) for row in rows}
    query, arguments = _prepared(kind), {"ids": [int(item) for item in ids], "at": at}
    return {str(raw[0]): Found(raw, partial(_instance, query, raw, arguments)) for raw in query.rows(**arguments)}


def _itself(row: Any) -> Any:
    return row


def _instance(query: Prepared, raw: Raw, arguments: dict[str, Any]) -> Any:
    return query.instances([raw], **arguments)[0]


@cache
def _prepared(kind: Domain) -> Prepared:
    return Prepared(lambda ids, at: kind.get_queryset(at=at).filter(pk__in=ids).order_by())


class _Kept:
    """The cards used last, by all that they depend on."""

    def __init__(self) -> None:
        self.cards: OrderedDict[tuple, Any] = OrderedDict()
        self.lock = threading.Lock()

    def get(self, key: tuple) -> Any:
        with self.lock:
            if key in self.cards:
                self.cards.move_to_end(key)
            return self.cards.get(key)

    def put(self, key: tuple, card: Any) -> None:
        with self.lock:
            self.cards[key] = card
            while len(self.cards) > KEPT:
                self.cards.popitem(last=False)


_kept = _Kept()


def render(kind: Domain, found: Sequence[Found], request: Any) -> list[Any]:
    """The domain's own cards as JSON-ready values; nobody may change them.

    A card is kept by the row that it shows, read from the database for this page: another row, another card. Nothing has to be
    dropped when something changes, in whichever process.
    """
    place = (kind.name, get_language(), request.build_absolute_uri("/"))
    keys = [(*place, one.raw) for one in found]
    shown = [None if one.raw is None else _kept.get(key) for one, key in zip(found, keys, strict=True)]
    missing = [n for n, card in enumerate(shown) if card is None]
    if missing:
        made = kind.serializer_class([found[n].row for n in missing], many=True, context={"request": request}).data
        for n, card in zip(missing, made, strict=True):
            shown[n] = card
            if found[n].raw is not None:
                _kept.put(keys[n], card)
    return shown
