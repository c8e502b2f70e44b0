"""What the demo's members were shown: the same each time, counted as real impressions are, and nobody learns from it."""

import datetime as dt

import pytest
from django.utils import timezone

from recommendations import catalogue, personal
from recommendations.bulk import record_many
from recommendations.data import log_of
from recommendations.domains import domains
from recommendations.models import CatalogueEntry, Event
from recommendations.watch import demo
from recommendations.watch.aggregation import aggregate
from recommendations.watch.models import WatchDay
from tests.recommendations.conftest import FOOD, SPORT

DOMAIN = "activities"


@pytest.fixture
def history(trained, alice, bob):
    """Views of two members on each of forty days; returns their models' digests."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    entries = dict(CatalogueEntry.objects.filter(domain=DOMAIN).values_list("item_id", "revision_id"))
    events = []
    for day in range(40):
        for user, rows in ((alice, trained[SPORT]), (bob, trained[FOOD])):
            for n in range(4):
                item = str(rows[(day + n) % len(rows)].pk)
                at = midnight - dt.timedelta(days=day, hours=3, minutes=-5 * n)
                fields = {"item_id": item, "revision_id": entries[item], "verb": "view", "occurred_at": at}
                events.append(Event(user=user, domain=DOMAIN, **fields))
    record_many(domains[DOMAIN], sorted(events, key=lambda event: event.occurred_at))
    return digests(alice, bob)


def digests(*users):
    return [personal.digest_of(personal.load(user.pk, domains[DOMAIN])) for user in users]


def made():
    fields = ("user_id", "item_id", "occurred_at", "feed", "model_version", "weight")
    return list(Event.objects.filter(verb="impression").order_by("occurred_at", "pk").values_list(*fields))


def test_the_same_each_time_and_learned_by_nobody(history, alice, bob):
    kind = domains[DOMAIN]
    before = len(log_of(kind, catalogue.current(DOMAIN)))
    assert demo.load(kind) == len(made()) > 60
    first = made()
    assert {row[-1] for row in first} == {0}
    assert {row[-2] for row in first} == {"demo-1", "demo-2"}
    assert digests(alice, bob) == history
    for user in (alice, bob):
        assert personal.digest_of(personal.rebuild(user.pk, kind)) == digests(user)[0]
    assert len(log_of(kind, catalogue.current(DOMAIN))) == before  # trainings and evaluations do not read them
    Event.objects.filter(verb="impression").delete()
    demo.load(kind)
    assert made() == first


def test_counted_as_what_pages_report(history):
    kind, today = domains[DOMAIN], timezone.localdate()
    demo.load(kind)
    aggregate(kind)
    rows = list(WatchDay.objects.filter(domain=DOMAIN))
    assert sum(row.shown for row in rows) == len(made())
    assert 0 < sum(row.clicked for row in rows) < sum(row.shown for row in rows)
    assert {row.feed for row in rows} <= set(demo.LISTS)
    days = {row.day for row in rows}
    assert min(days) >= today - dt.timedelta(days=demo.LENGTH)
    assert max(days) < today


def test_nothing_where_nobody_viewed(db):
    assert demo.load(domains[DOMAIN]) == 0
