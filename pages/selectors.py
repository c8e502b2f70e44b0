"""Reads of the pages app: tabs, cards with the member's likes, search over all domains, lines of a model's history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from ml import parameters
from recommendations import selectors
from recommendations.domains import Domain, domains
from recommendations.models import Event

#: (feed, label) in the order of the tabs; a domain without a feed has no such tab.
TABS = (("for-you", _("AI picks")), ("popular", _("Popular")), ("latest", _("Latest")))
PER_PAGE = 12
MAX_OFFSET = 600
SEARCH_RESULTS = 24


@dataclass
class Card:
    """One item as the feed shows it."""

    domain: Domain
    id: str
    row: Any
    reasons: list[str]
    liked: bool = False
    recommendation_id: str = ""
    #: feeds know why; plain lists do not
    explained: bool = False

    @property
    def template(self) -> str:
        return self.domain.card_template or "pages/includes/plain_card.html"

    @property
    def can_like(self) -> bool:
        return "like" in self.domain.verbs

    @property
    def can_dislike(self) -> bool:
        return "dislike" in self.domain.verbs


def front_domains() -> list[Domain]:
    """Domains that have something to show on the main page, in the order in which they ask to be shown."""
    shown = [domain for domain in domains if tabs_of(domain)]
    return sorted(shown, key=lambda domain: domain.order)


def tabs_of(domain: Domain) -> list[tuple[str, Any]]:
    """The tabs that a domain's feeds fill."""
    names = {feed.name for feed in domain.feeds}
    return [(name, label) for name, label in TABS if name in names]


def liked_ids(user, domain: str, ids: Iterable[str]) -> set[str]:
    """Which of these items the member likes, in one query; events are the truth for every domain alike."""
    ids = list(ids)
    if user is None or not ids:
        return set()
    found = Event.objects.filter(user=user, domain=domain, verb="like", item_id__in=ids, forgotten_at=None)
    return set(found.values_list("item_id", flat=True))


def cards(result: selectors.FeedResult, user) -> list[Card]:
    """The cards of a feed."""
    domain = domains[result.domain]
    liked = liked_ids(user, result.domain, [ranked.id for ranked in result.items])
    return [
        Card(
            domain,
            ranked.id,
            ranked.row,
            [str(reason) for reason in ranked.reasons],
            ranked.id in liked,
            result.recommendation_id,
            explained=result.feed == "for-you",
        )
        for ranked in result.items
    ]


def card(domain: Domain, row: Any, user, recommendation_id: str = "") -> Card:
    """One card outside a feed."""
    item_id = str(row.pk)
    return Card(domain, item_id, row, [], item_id in liked_ids(user, domain.name, [item_id]), recommendation_id)


def season(domain: Domain) -> list[str]:
    """The season's keywords, by which visitors are served (a parameter of staff)."""
    feed = next((feed for feed in domain.feeds if feed.name == "for-you"), None)
    if feed is None or not any(parameter.name == "season" for parameter in feed.parameters):
        return []
    text = parameters.get(f"{domain.name}.{feed.name}")["season"]
    return [word for word in str(text).replace(",", " ").split() if word][:8]


def search(query: str, user, only: str = "") -> list[tuple[Domain, list[Card], bool]]:
    """What every domain finds and whether there is more: by its `search(query, user)` or its queryset's `search`."""
    found = []
    for domain in sorted(domains, key=lambda domain: domain.order):
        if only and domain.name != only:
            continue
        rows = _matches(domain, query, user)
        if rows is not None:
            page = list(rows[: SEARCH_RESULTS + 1])
            shown = [Card(domain, str(row.pk), row, []) for row in page[:SEARCH_RESULTS]]
            found.append((domain, shown, len(page) > SEARCH_RESULTS))
    return found


def _matches(domain: Domain, query: str, user):
    if hasattr(domain, "search"):
        return domain.search(query, user)
    rows = domain.get_visible(user=user)
    if not hasattr(rows, "search"):
        return None
    rows = rows.search(query)
    return rows.for_cards() if hasattr(rows, "for_cards") else rows


def lines(user, domain: Domain, events: list[Event]) -> list[dict[str, Any]]:
    """A page of the history in words: events with the title and address of their item, in one query for all."""
    ids = {event.item_id for event in events if event.item_id}
    rows = {str(row.pk): row for row in domain.get_visible(user=user).filter(pk__in=ids)} if ids else {}
    return [_line(event, rows.get(event.item_id)) for event in events]


def _line(event: Event, row: Any) -> dict[str, Any]:
    text = event.revision.text if event.revision else ""
    title = str(row) if row is not None else " ".join(text.split())[:80]
    url = row.get_absolute_url() if row is not None and hasattr(row, "get_absolute_url") else ""
    return {
        "event": event,
        "title": title,
        "url": url,
        "weight": event.weight / 1000,
        "forgotten": event.forgotten_at is not None,
        "can_forget": event.forgotten_at is None and bool(event.item_id),
    }
