"""What feeds show, to whom, and how many queries that takes."""

import datetime as dt

import pytest
from django.utils import timezone

from ml import parameters
from recommendations import selectors
from recommendations.domains import UnknownDomain, UnknownFeed
from recommendations.services import record_event, withdraw
from tests.recommendations.conftest import FOOD, SPORT


def ids(result):
    return [item.id for item in result.items]


def look(user, row, verb="view"):
    return record_event(domain="activities", item=row, verb=verb, user=user)


def test_latest_is_newest_first(trained):
    rows = sorted((row for rows in trained.values() for row in rows), key=lambda row: row.created_at, reverse=True)
    newest = selectors.feed("activities", "latest", n=4)
    assert {row.created_at.date() for row in rows[:4]} == {item.row.created_at.date() for item in newest.items}


@pytest.fixture
def ageless(db):
    """Freshness off, where a test is about taste."""
    parameters.set("activities.for-you", "fresh", 0.0)


def test_what_a_member_looks_at_comes_up_from_the_next_request_on(alice, trained, ageless):
    for row in trained[FOOD][:3]:
        look(alice, row)
    result = selectors.feed("activities", "for-you", user=alice, n=3)
    assert {item.row.category.name_ko for item in result.items} == {FOOD}
    assert result.model["personal"] is True
    assert result.model["events"] == 3


def test_two_members_never_mix(alice, bob, trained, ageless):
    for row in trained[FOOD][:3]:
        look(alice, row)
    for row in trained[SPORT][:3]:
        look(bob, row)
    assert {i.row.category.name_ko for i in selectors.feed("activities", "for-you", user=alice, n=3).items} == {FOOD}
    assert {i.row.category.name_ko for i in selectors.feed("activities", "for-you", user=bob, n=3).items} == {SPORT}


def test_visitors_get_the_base(trained):
    result = selectors.feed("activities", "for-you", n=12)
    assert len(result.items) == 12
    assert (result.model["personal"], result.model["events"]) == (False, 0)


def test_the_season_moves_what_visitors_see(trained):
    parameters.set("activities.for-you", "season", "와인 커피 요리")
    parameters.set("activities.for-you", "taste", 5.0)
    parameters.set("activities.for-you", "diversity", 0.0)
    first = selectors.feed("activities", "for-you", n=6)
    assert {item.row.category.name_ko for item in first.items} == {FOOD}


def test_a_disliked_item_is_not_shown_again(alice, trained):
    look(alice, trained[FOOD][0], "dislike")
    assert str(trained[FOOD][0].pk) not in ids(selectors.feed("activities", "for-you", user=alice, n=12))


def test_the_baseline_is_six_of_the_best_category_and_two_of_the_second(alice, trained):
    for row in trained[SPORT][:3]:
        look(alice, row)
    result = selectors.feed("activities", "baseline", user=alice, n=8)
    assert [item.row.category.name_ko for item in result.items] == [SPORT] * 6 + [FOOD] * 2


def test_pages_neither_repeat_nor_skip(alice, trained):
    look(alice, trained[SPORT][0])
    whole = ids(selectors.feed("activities", "popular", user=alice, n=12))
    parts = [ids(selectors.feed("activities", "popular", user=alice, n=4, offset=offset)) for offset in (0, 4, 8)]
    assert [item for part in parts for item in part] == whole


def test_closed_and_withdrawn_items_are_not_shown(trained, make_activity):
    over = make_activity(
        "지난 모임",
        recruit_start=timezone.now() - dt.timedelta(days=9),
        recruit_end=timezone.now() - dt.timedelta(days=1),
    )
    withdraw("activities", [trained[SPORT][0].pk])
    shown = ids(selectors.feed("activities", "latest", n=100))
    assert str(over.pk) not in shown
    assert str(trained[SPORT][0].pk) not in shown
    assert len(shown) == 11


def test_a_new_activity_shows_at_once(trained, make_activity):
    selectors.feed("activities", "latest", n=3)
    new = make_activity("방금 만든 모임", age=0)
    assert ids(selectors.feed("activities", "latest", n=1)) == [str(new.pk)]


def test_scores_fall_and_lie_between_0_and_1(alice, trained):
    look(alice, trained[SPORT][0])
    parameters.set("activities.for-you", "diversity", 0.0)
    scores = [item.score for item in selectors.feed("activities", "for-you", user=alice, n=12).items]
    assert scores == sorted(scores, reverse=True)
    assert 0 <= min(scores) <= max(scores) <= 1


def test_every_card_has_a_reason_in_the_readers_language(alice, trained):
    look(alice, trained[FOOD][0])
    result = selectors.feed("activities", "for-you", user=alice, n=5)
    assert all(item.reasons for item in result.items[:2])


@pytest.mark.parametrize(
    ("domain", "feed", "error"), [("cars", "latest", UnknownDomain), ("activities", "worst", UnknownFeed)]
)
def test_unknown_names_are_refused_with_the_known_ones(db, domain, feed, error):
    with pytest.raises(error, match="there are"):
        selectors.feed(domain, feed)


def test_an_empty_catalogue_gives_an_empty_feed(db, alice):
    for feed in ("for-you", "latest", "popular", "baseline"):
        assert selectors.feed("activities", feed, user=alice, n=8).items == []


@pytest.mark.parametrize("n", [1, 3])
def test_queries_do_not_grow_with_items(alice, trained, django_assert_num_queries, n):
    look(alice, trained[SPORT][0])
    selectors.feed("activities", "for-you", user=alice, n=n)
    with django_assert_num_queries(6):  # revisions, model, done, favourite categories, rows, category names
        selectors.feed("activities", "for-you", user=alice, n=n)


def test_an_explanation_adds_up(alice, trained):
    for row in trained[FOOD][:2]:
        look(alice, row)
    found = selectors.explain(alice, "activities", str(trained[FOOD][3].pk))
    assert found["score"] - found["base_score"] == pytest.approx(
        sum(c["value"] for c in found["contributions"]), abs=1e-5
    )
    assert found["total"] == pytest.approx(sum(found["parts"].values()), abs=1e-5)
    assert {past["item"] for past in found["past"]} == {str(row.pk) for row in trained[FOOD][:2]}
    assert found["sentence"]
