"""Every parameter that the admin shows changes its feed."""

import pytest
from django.utils import timezone

from ml import parameters
from problems.feeds import FEEDS
from recommendations import selectors

#: (feed, parameter) → a value that must be seen
VALUES = {
    ("for-you", "click"): 9.0,
    ("for-you", "vulnerable"): 9.0,
    ("for-you", "target"): 1.0,
    ("for-you", "alike"): 9.0,
    ("for-you", "text"): 9.0,
    ("for-you", "taste"): 9.0,
    ("for-you", "popular"): 9.0,
    ("for-you", "popular_cold"): 9.0,
    ("for-you", "fresh"): 9.0,
    ("for-you", "half_life"): 0.5,
    ("for-you", "seen"): 9.0,
    ("for-you", "diversity"): 3.0,
    ("for-you", "cold_to_hot"): 0,
    ("for-you", "exploration"): 2.0,
    ("for-you", "season"): "graphs",
    ("click", "cold_to_hot"): 500,
    ("click", "exploration"): 2.0,
    ("vulnerable", "lowest"): 0.9,
    ("vulnerable", "highest"): 0.1,
    ("vulnerable", "ahead"): 15,
    ("vulnerable", "cold_to_hot"): 0,
    ("vulnerable", "exploration"): 2.0,
    ("similar", "order"): 0.0,
    ("similar", "together"): 1.0,
    ("similar", "last"): 1,
    ("unfamiliar", "touched"): 1,
    ("unfamiliar", "exploration"): 2.0,
    ("next-level", "step"): 4,
    ("next-level", "width"): 5,
    ("next-level", "exploration"): 2.0,
    ("review", "pause"): 100.0,
    ("review", "growth"): 10.0,
    ("algorithm", "near"): 10.0,
    ("daily", "each"): 3,
    ("often-failed", "tries"): 9,
}


@pytest.fixture
def standing(world, alice, happened):
    """Alice has solved six and failed two of the twelve."""
    for tag in ("math", "dp"):
        for level in (2, 3):
            happened(alice, world[tag, level], "solve", days=4)
    happened(alice, world["string", 2], "solve", days=2)
    happened(alice, world["graphs", 2], "fail", days=3)
    for _ in range(2):
        happened(alice, world["string", 3], "fail", days=3)
    return alice


def look(name, user, at):
    result = selectors.feed("problems", name, user=user, n=12, at=at)
    return [(item.row.slug, item.score) for item in result.items]


def test_every_parameter_is_tried_here():
    assert {(feed.name, p.name) for feed in FEEDS for p in feed.parameters} == set(VALUES)


def test_each_parameter_changes_its_feed(standing):
    deaf, at = [], timezone.now()
    for (name, parameter), value in VALUES.items():
        user = None if parameter == "season" else standing
        before = look(name, user, at)
        parameters.set(f"problems.{name}", parameter, value)
        if look(name, user, at) == before:
            deaf.append((name, parameter))
        parameters.reset(f"problems.{name}", parameter)
        assert look(name, user, at) == before
    assert deaf == []
