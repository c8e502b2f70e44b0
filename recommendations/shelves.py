"""Which feeds a domain's page shows as shelves."""

from __future__ import annotations

from recommendations.domains import Domain
from recommendations.feeds import Feed


def shelves(domain: Domain, user) -> list[Feed]:
    """The feeds that fill themselves (no item needed); those that only tell members something, for members only."""
    feeds = [feed for feed in domain.feeds if not feed.needs_item]
    return [feed for feed in feeds if user is not None or not feed.members_only]
