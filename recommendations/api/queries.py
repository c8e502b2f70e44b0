"""Bounded query parameters, with errors that name the culprit and the way out."""

from __future__ import annotations

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound, ValidationError

from recommendations.domains import Domain, UnknownDomain, UnknownFeed, domains
from recommendations.feeds import Feed
from recommendations.selectors import MAX_N

MAX_OFFSET = 10_000


def whole(params, name: str, default: int, low: int, high: int) -> int:
    """The whole number `name` of a query string, between `low` and `high`."""
    raw = params.get(name)
    if raw is None:
        return default
    if not (raw.isascii() and raw.lstrip("-").isdigit() and len(raw) < 12 and low <= int(raw) <= high):
        message = _("“%(raw)s” is not a whole number from %(low)s to %(high)s.") % {
            "raw": raw[:20],
            "low": low,
            "high": high,
        }
        raise ValidationError({name: [message]})
    return int(raw)


def page(params, default: int = 8) -> tuple[int, int]:
    return whole(params, "n", default, 1, MAX_N), whole(params, "offset", 0, 0, MAX_OFFSET)


def domain_or_404(name: str) -> Domain:
    try:
        return domains[name]
    except UnknownDomain as error:
        raise NotFound(error.sentence) from None


def feed_or_400(domain: Domain, name: str | None) -> Feed:
    if name is None:
        return domain.feeds[0]
    try:
        return domain.feed(name)
    except UnknownFeed as error:
        raise ValidationError({"feed": [error.sentence]}) from None


def options(feed: Feed, params) -> dict[str, str]:
    """The values of the feed's own arguments (`Feed.options`); ValidationError for what the feed refuses."""
    found = {name: params[name][:100] for name in feed.options if params.get(name)}
    if errors := feed.errors(found):
        raise ValidationError({name: [message] for name, message in errors.items()})
    return found
