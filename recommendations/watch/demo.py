"""What the demo's members were shown: impressions made up around the views of the demo's own log, so that Watch has a past.

Synthetic, as the rest of the demo: their model versions are called `demo-1` and `demo-2`, which no trained version is. They weigh
nothing, so members' models stay what the views taught.
"""

from __future__ import annotations

import datetime as dt
import zlib
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from django.utils import timezone

from recommendations.bulk import record_many
from recommendations.domains import Domain
from recommendations.models import Event
from recommendations.watch.aggregation import DAY, IMPRESSION, start_of

LENGTH = 35  # days up to the load day: what drift compares
SECOND_VERSION = 14  # days that the later of the two versions served
PAUSE = 1800.0  # seconds without a view that end a visit
VISITS = 0.3  # the share whose lists were reported; each further tenth costs the first start a second
FROM_A_LIST = 0.7  # of their views; the others came by search, link or bookmark
CARD = 8.0  # seconds between two cards that somebody scrolls past


class List(NamedTuple):
    """How often a feed is looked at, and how many cards are passed over for one that is opened, by version."""

    weight: float
    passed: tuple[float, float]


#: the feeds that most domains have; the better a list, the fewer cards are passed over
LISTS = {
    "for-you": List(5, (3.5, 2.5)),
    "today": List(3, (3, 3)),
    "popular": List(2, (4.5, 4.5)),
    "similar": List(1.5, (4, 3.5)),
    "latest": List(1.5, (5.5, 5.5)),
}


class View(NamedTuple):
    """One view of a member; `at` in unix seconds."""

    item: str
    revision: int | None
    at: float


def load(kind: Domain, today: dt.date | None = None) -> int:
    """Record impressions around a domain's views of the last weeks, the same for the same log; returns how many.

    A visit looks through one list: cards that were opened, and before each some of that day's other items that were not.
    """
    day = today or timezone.localdate()
    lists = {feed.name: LISTS[feed.name] for feed in kind.feeds if feed.name in LISTS}
    views = _views(kind.name, day)
    if not lists or not views:
        return 0
    pools = _pools(views)
    rng = np.random.default_rng(zlib.crc32(kind.name.encode()))
    weights = np.array([one.weight for one in lists.values()]) / sum(one.weight for one in lists.values())
    change = start_of(day - SECOND_VERSION * DAY).timestamp()
    events = []
    for user, visit in _visits(views):
        if rng.random() >= VISITS:
            continue
        feed = list(lists)[int(rng.choice(len(lists), p=weights))]
        later = visit[0].at >= change
        fields = {"domain": kind.name, "verb": IMPRESSION, "feed": feed, "model_version": f"demo-{1 + later}"}
        events += [
            Event(user_id=user, item_id=item, revision_id=revision, occurred_at=_moment(at), **fields)
            for item, revision, at in _cards(visit, pools, lists[feed].passed[later], rng)
        ]
    events.sort(key=lambda event: event.occurred_at)
    record_many(kind, events)
    return len(events)


def _moment(at: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(at, dt.UTC)


def _views(domain: str, day: dt.date) -> dict[int, list[View]]:
    """Members' views by member, in order of time."""
    rows = Event.objects.filter(
        domain=domain, verb="view", user__isnull=False, occurred_at__gte=start_of(day - LENGTH * DAY)
    ).order_by("user_id", "occurred_at", "pk")
    found: dict[int, list[View]] = defaultdict(list)
    for user, item, revision, at in rows.values_list("user_id", "item_id", "revision_id", "occurred_at"):
        found[user].append(View(item, revision, at.timestamp()))
    return found


def _pools(views: dict[int, list[View]]) -> dict[int, list[View]]:
    """What was viewed on each day (of 24 hours), as often as it was: the items that lists may have shown then."""
    pools: dict[int, list[View]] = defaultdict(list)
    for seen in views.values():
        for view in seen:
            pools[int(view.at // 86400)].append(view)
    return pools


def _visits(views: dict[int, list[View]]) -> Iterator[tuple[int, list[View]]]:
    for user, seen in views.items():
        visit = [seen[0]]
        for view in seen[1:]:
            if view.at - visit[-1].at > PAUSE:
                yield user, visit
                visit = []
            visit.append(view)
        yield user, visit


def _cards(visit: list[View], pools: dict[int, list[View]], passed: float, rng: np.random.Generator) -> Iterator[View]:
    """What one visit was shown. A card that is opened comes last of those scrolled past; no item twice."""
    known = {view.item for view in visit}
    shown: set[str] = set()
    for view in visit:
        opened = view.item not in shown and rng.random() < FROM_A_LIST
        pool, at = pools[int(view.at // 86400)], view.at - 3
        if opened:
            shown.add(view.item)
            yield View(view.item, view.revision, at)
        for pick in rng.integers(len(pool), size=rng.poisson(passed if opened else passed / 2)).tolist():
            other = pool[pick]
            if other.item not in known and other.item not in shown:
                at -= CARD
                shown.add(other.item)
                yield View(other.item, other.revision, at)
