"""Daily figures: exact against a count by hand, the same however they were reached, and nobody's data in them."""

import datetime as dt
import re

import pytest
from django.core.management import call_command
from django.forms.models import model_to_dict
from django.urls import reverse
from django.utils import timezone

from accounts import services as accounts
from recommendations import tokens
from recommendations.domains import domains
from recommendations.models import CatalogueEntry, Event, ItemRevision
from recommendations.services import forget_event, record_event, reset
from recommendations.watch import aggregation, health
from recommendations.watch.aggregation import aggregate
from recommendations.watch.attribution import Fact, count
from recommendations.watch.models import HealthDay, MixDay, StaleDay, WatchDay, WatchMark
from recommendations.watch.run import watch
from tests.recommendations.conftest import FOOD, SPORT

pytestmark = pytest.mark.postgres  # dates, JSON and lengths are the database's own

DOMAIN = "activities"
SEOUL = timezone.get_default_timezone()
NOON = dt.datetime(2026, 3, 10, 12, tzinfo=SEOUL)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def happen(db):
    """Return a function that writes an event to the log: `happen(alice, row, "view", NOON, feed="for-you")`."""

    def write(who, row, verb, at, feed="", version="", weight=1000, **fields):
        entry = CatalogueEntry.objects.get(domain=DOMAIN, item_id=str(row.pk))
        place = {"visitor": who} if isinstance(who, str) else {"user": who, "sequence": Event.objects.count() + 1}
        return Event.objects.create(
            domain=DOMAIN, item_id=str(row.pk), revision_id=entry.revision_id, verb=verb, occurred_at=at, feed=feed,
            model_version=version, weight=0 if verb == "impression" else weight, **place, **fields,
        )  # fmt: skip

    return write


@pytest.fixture
def story(happen, activities, alice, bob):
    """Two days of two members and a visitor, with what is easily counted wrongly."""
    one, two, three = activities[SPORT][:3]
    show = {"feed": "for-you", "version": "v1"}
    happen(alice, one, "impression", NOON, **show)
    happen(alice, two, "impression", NOON, **show)
    happen(alice, three, "impression", NOON, feed="popular", version="v1")
    happen(alice, one, "view", NOON + 10 * MINUTE)
    happen(alice, one, "view", NOON + 11 * MINUTE)  # the same impression again
    happen(alice, two, "view", NOON + 31 * MINUTE)  # too late
    happen(bob, one, "view", NOON + 5 * MINUTE)  # was shown nothing
    happen(bob, two, "impression", NOON, feed="for-you", version="v2")
    happen(bob, two, "like", NOON + 3 * MINUTE, feed="for-you", version="v2")
    happen(bob, two, "join", NOON + 50 * MINUTE)
    happen(alice, three, "view", NOON + 2 * MINUTE, feed="similar", version="v9")  # an app without impressions
    late = dt.datetime(2026, 3, 10, 23, 50, tzinfo=SEOUL)
    happen("guest", one, "impression", late, **show)
    happen("guest", one, "view", late + 15 * MINUTE)  # after midnight: the impression's day
    happen(alice, one, "impression", late, feed="")  # of no recommendation
    happen(alice, two, "view", late, feed="import")  # from a file


def figures(day=None):
    rows = WatchDay.objects.filter(domain=DOMAIN, **({"day": day} if day else {}))
    return {
        (str(r.day), r.feed, r.model_version): (r.shown, r.clicked, r.liked, r.followed, r.people)
        for r in rows.order_by("day", "feed", "model_version")
    }


BY_HAND = {
    ("2026-03-10", "for-you", "v1"): (3, 2, 0, 0, 2),
    ("2026-03-10", "for-you", "v2"): (1, 0, 1, 1, 1),
    ("2026-03-10", "popular", "v1"): (1, 0, 0, 0, 1),
    ("2026-03-10", "similar", "v9"): (0, 1, 0, 0, 0),
}


def tables():
    return [sorted(str({**model_to_dict(row), "id": 0}) for row in model.objects.all()) for model in (WatchDay, MixDay)]


def test_as_counted_by_hand(story):
    assert aggregate(domains[DOMAIN]) == 4  # the 9th to the 12th: the last view is of the 11th
    assert figures() == BY_HAND
    mix = dict(MixDay.objects.filter(cause="verb", day="2026-03-10").values_list("value", "n"))
    assert mix == {"view": 5, "like": 1, "join": 1}
    assert dict(MixDay.objects.filter(cause="verb", day="2026-03-11").values_list("value", "n")) == {"view": 1}
    assert dict(MixDay.objects.filter(cause="shown_label").values_list("value", "n")) == {"sports": 5}


def test_again_changes_nothing_and_an_old_day_that_gets_no_events_is_left_alone(story):
    kind = domains[DOMAIN]
    aggregate(kind)
    before = tables()
    aggregate(kind)
    assert tables() == before
    Event.objects.update(recorded_at=timezone.now() - dt.timedelta(hours=2))
    aggregate(kind)  # now all is settled
    assert aggregate(kind) == 0
    assert tables() == before


def test_bit_by_bit_is_as_all_at_once(story):
    """Whatever order the log grew in; late events reach days that were counted long ago."""
    kind, events = domains[DOMAIN], list(Event.objects.order_by("-occurred_at"))
    Event.objects.all().delete()
    for event in events:
        event.pk = None
        event.save(force_insert=True)
        Event.objects.filter(pk=event.pk).update(recorded_at=timezone.now() - dt.timedelta(hours=3))
        aggregate(kind)
    found = tables()
    assert figures() == BY_HAND
    aggregate(kind, rebuild=True)
    assert tables() == found


def test_what_is_forgotten_is_counted_no_more(activities, alice, happen):
    row = activities[SPORT][0]
    event, _new = record_event(domain=DOMAIN, item=row, verb="view", user=alice)
    Event.objects.update(recorded_at=timezone.now() - dt.timedelta(hours=2))
    aggregate(domains[DOMAIN])
    assert MixDay.objects.filter(cause="verb", value="view").exists()
    forget_event(alice, event.pk)
    aggregate(domains[DOMAIN])
    assert not MixDay.objects.filter(cause="verb").exists()


def test_an_erased_member_is_in_no_rebuild_and_no_row_names_anybody(story, alice):
    call_command("watch")
    fields = {f.name for model in (WatchDay, MixDay, HealthDay) for f in model._meta.get_fields()}
    assert fields & {"user", "visitor", "item", "item_id", "event", "person"} == set()
    alice.delete()
    call_command("watch", rebuild=True)
    assert figures() == {
        ("2026-03-10", "for-you", "v1"): (1, 1, 0, 0, 1),
        ("2026-03-10", "for-you", "v2"): (1, 0, 1, 1, 1),
    }


@pytest.mark.parametrize("how", ["erased", "deleted", "began anew"])
def test_who_leaves_is_in_no_count_after_the_next_run(story, alice, how):
    """Without a rebuild; only the days of their events and the neighbours are counted anew."""
    kind = domains[DOMAIN]
    Event.objects.update(recorded_at=timezone.now() - dt.timedelta(hours=2))
    aggregate(kind)
    assert aggregate(kind) == 0
    {"erased": accounts.erase, "deleted": lambda user: user.delete(), "began anew": lambda user: reset(user, DOMAIN)}[
        how
    ](alice)
    assert aggregate(kind) == 3
    assert figures() == {
        ("2026-03-10", "for-you", "v1"): (1, 1, 0, 0, 1),
        ("2026-03-10", "for-you", "v2"): (1, 0, 1, 1, 1),
    }
    found = tables()
    assert not StaleDay.objects.exists()
    assert aggregate(kind) == 0
    aggregate(kind, rebuild=True)
    assert tables() == found


def test_an_older_run_gives_way_to_a_newer(story):
    kind = domains[DOMAIN]
    mark, run, _settled = aggregation.begin(DOMAIN, rebuild=False)
    aggregation.begin(DOMAIN, rebuild=False)
    with pytest.raises(aggregation.Superseded):
        aggregation.replace(mark, run, kind, NOON.date(), aggregation.Days(DOMAIN), aggregation.Traits(DOMAIN))
    assert figures() == {}


def test_ages_of_items(activities):
    revision = ItemRevision.objects.filter(domain=DOMAIN).first()
    made = revision.numbers["created"]
    traits = aggregation.Traits(DOMAIN)
    days = [traits.age(revision.pk, made + n * 86400) for n in (0.5, 1, 5, 13.9, 29, 89, 364, 400)]
    assert days == ["< 1", "1–3", "3–7", "7–14", "14–30", "30–90", "90–365", "≥ 365"]
    assert traits.age(None, made) == traits.label(None) == ""


def test_the_latest_impression_gets_the_click():
    facts = [
        Fact("a", "1", "", "popular", "v", 0),
        Fact("a", "1", "", "for-you", "v", 60),
        Fact("a", "1", "clicked", "", "", 61),
        Fact("a", "1", "clicked", "popular", "v", 3600),  # names its recommendation: within a day
    ]
    found = count(facts, 0, 86400)
    assert {source: dict(totals) for source, totals in found.items()} == {
        ("popular", "v"): {"shown": 1, "clicked": 1, "people": 1},
        ("for-you", "v"): {"shown": 1, "clicked": 1, "people": 1},
    }


def test_health_is_measured(trained, alice, bob):
    for row in trained[SPORT]:
        record_event(domain=DOMAIN, item=row, verb="join", user=alice, by_site=True)
    record_event(domain=DOMAIN, item=trained[FOOD][0], verb="view", user=bob)
    item, fields = trained[FOOD][1], {"sequence": 99, "verb": "impression", "feed": "for-you"}
    Event.objects.create(user=bob, domain=DOMAIN, item_id=str(item.pk), occurred_at=timezone.now(), **fields)
    row = health.measure(domains[DOMAIN])
    assert (row.hot, row.cold, row.listed, row.covered) == (1, 1, 12, 1)
    assert row.models_stored == 2
    assert 0 < row.bytes_mean < row.bytes_max < 10_000
    assert (row.learned_events, row.learned_weight) == (3.5, 15.5)
    assert row.movement > 0


def test_one_domain_that_fails_keeps_no_other_from_being_counted(story, monkeypatch):
    """A store that is away: the rest is watched, and the task says what failed."""
    broken = next(domain for domain in domains if domain.name != DOMAIN)
    monkeypatch.setattr(broken, "store", "no such store", raising=False)
    with pytest.raises(RuntimeError, match=broken.name):
        watch()
    assert figures() == BY_HAND
    assert WatchMark.objects.get(domain=DOMAIN).at is not None


def test_similar_items_report_that_they_were_shown(client, trained):
    """Every list that a feed fills does: the main page's cards are tested with it."""
    text = client.get(reverse("activities:similar", args=[trained[SPORT][0].pk])).content.decode()
    tokens_shown = set(
        re.findall(r'data-impression data-domain="activities" data-item="\d+" data-recommendation="([^"]+)"', text)
    )
    assert [tokens.origin(token, DOMAIN)[0] for token in tokens_shown] == ["similar"]
