"""What each feed of problems shows, to whom, and why."""

import pytest
from django.urls import reverse
from django.utils import translation

from problems.feeds import FEEDS
from recommendations import selectors

pytestmark = pytest.mark.django_db


def shown(name, user=None, n=12, **more):
    result = selectors.feed("problems", name, user=user, n=n, **more)
    return [item.row.slug for item in result.items]


def why(name, user=None, **more):
    return {item.row.slug: item.reasons for item in selectors.feed("problems", name, user=user, n=12, **more).items}


def test_there_are_twelve_feeds_and_each_serves_members_and_visitors(world, alice, happened):
    for level in (2, 3):
        happened(alice, world["math", level], "solve", days=2)
    happened(alice, world["dp", 2], "fail", days=3)
    names = [feed.name for feed in FEEDS]
    assert len(names) == len(set(names)) == 12
    for name in names:
        found = shown(name, alice)
        assert found, name
        assert (name in ("popular", "latest", "daily", "often-failed")) or "math-2" not in found, name
        scores = [item.score for item in selectors.feed("problems", name, n=12).items]
        assert all(0 <= score <= 1 for score in scores), name
    assert all(why(name, alice) for name in names)


def test_vulnerable_shows_what_the_member_fails(world, alice, happened):
    for level in (2, 3):
        happened(alice, world["graphs", level], "fail", days=2)
        happened(alice, world["math", level], "solve", days=1)
    first = selectors.feed("problems", "vulnerable", user=alice, n=3).items
    assert {item.row.slug.split("-")[0] for item in first[:2]} == {"graphs"}
    assert first[0].reasons[0].startswith(("틀릴 확률", str(round(first[0].score * 100))))


def test_similar_goes_by_the_last_solved_or_by_an_item(world, alice, happened):
    happened(alice, world["math", 2], "solve", days=2)
    reasons = why("similar", alice)
    assert "math 2" in next(iter(reasons.values()))[0]
    assert "math-2" not in reasons
    of_item = shown("similar", None, item=str(world["dp", 2].pk))
    assert "dp-2" not in of_item
    assert len(of_item) == 11


def test_unfamiliar_leaves_out_what_was_touched_enough(world, alice, happened):
    for level in (2, 3):
        happened(alice, world["math", level], "solve", days=2)
    found = shown("unfamiliar", alice)
    assert found
    assert not [slug for slug in found if slug.startswith("math")]


def test_next_level_is_a_step_above(world, alice, happened):
    happened(alice, world["math", 2], "solve", days=2)
    assert {slug[-1] for slug in shown("next-level", alice)} == {"3"}


def test_next_level_does_not_speak_to_a_newcomer_of_a_step(world, alice):
    with translation.override("en"):
        first = why("next-level", alice)
    assert first
    assert all(reasons[0].startswith("To begin with: level") for reasons in first.values())


def test_review_waits_longer_after_each_failure(world, alice, happened):
    happened(alice, world["dp", 2], "fail", days=1.5)
    for _ in range(3):
        happened(alice, world["dp", 3], "fail", days=1.5)
    happened(alice, world["dp", 6], "fail", days=5)
    happened(alice, world["dp", 6], "solve", days=4)
    assert shown("review", alice) == ["dp-2"]


def test_algorithm_takes_a_tag(world, alice, api_for, api):
    assert {slug.split("-")[0] for slug in shown("algorithm", alice, options={"tag": "dp"})} == {"dp"}
    url = "/api/v1/recommendations/problems/"
    found = api.get(url, {"feed": "algorithm", "tag": "dp"}).json()
    assert len(found["items"]) == 3
    refused = api.get(url, {"feed": "algorithm", "tag": "nonsense"})
    assert (refused.status_code, "nonsense" in refused.content.decode()) == (400, True)


def test_daily_is_one_for_each_level_and_the_same_for_all(world, alice, bob):
    assert shown("daily", alice) == shown("daily", bob) == shown("daily")
    assert sorted(slug[-1] for slug in shown("daily")) == ["2", "3", "6"]


def test_often_failed_begins_with_what_most_fail(world):
    assert shown("often-failed", n=1)[0].startswith("graphs")


def test_forgetting_brings_the_feed_back(world, alice, happened):
    from recommendations.models import Event
    from recommendations.services import forget_event

    before = [(item.id, item.score) for item in selectors.feed("problems", "vulnerable", user=alice, n=12).items]
    happened(alice, world["graphs", 2], "fail", days=1)
    after = [(item.id, item.score) for item in selectors.feed("problems", "vulnerable", user=alice, n=12).items]
    forget_event(user=alice, event_id=Event.objects.get(user=alice).pk)
    again = [(item.id, item.score) for item in selectors.feed("problems", "vulnerable", user=alice, n=12).items]
    assert before == again != after


def test_explanation_of_the_default_feed_adds_up(world, alice, happened):
    for tag in ("math", "dp", "string"):
        for level in (2, 3):
            happened(alice, world[tag, level], "solve", days=2)
    found = selectors.explain(alice, "problems", str(world["graphs", 2].pk))
    assert found["total"] == pytest.approx(sum(found["parts"].values()), abs=1e-4)
    assert {"click", "vulnerable", "alike"} <= set(found["parts"])
    assert "deepfm" in found["models"]


def test_the_page_shows_a_shelf_for_each_feed(world, alice, client):
    client.force_login(alice)
    page = client.get(reverse("problems:index")).content.decode()
    for feed in FEEDS:
        assert f"feed={feed.name}" in page or feed.name in page
