"""The arithmetic of feeds."""

import numpy as np
import pytest

from recommendations import ranking


def test_standardise_ignores_what_is_no_candidate():
    scores = np.array([1.0, 3.0, 1000.0])
    assert ranking.standardise(scores, np.array([True, True, False]))[:2].tolist() == [-1.0, 1.0]


def test_equal_scores_say_nothing():
    assert ranking.standardise(np.ones(3), np.ones(3, bool)).tolist() == [0.0, 0.0, 0.0]


def test_top_prefers_the_newer_of_equals():
    assert ranking.top(np.array([1.0, 2.0, 2.0, 0.0]), np.ones(4, bool), 3).tolist() == [2, 1, 0]


@pytest.mark.parametrize("n", [0, -1])
def test_top_of_none(n):
    assert ranking.top(np.ones(4), np.ones(4, bool), n).tolist() == []


def test_top_equals_a_full_sort():
    chance = np.random.default_rng(0)
    for _ in range(50):
        scores = chance.integers(0, 5, 30).astype(float)
        mask = chance.random(30) > 0.3
        whole = sorted(np.flatnonzero(mask), key=lambda p: (-scores[p], -p))
        assert ranking.top(scores, mask, 7).tolist() == [int(p) for p in whole[:7]]


def test_freshness_halves():
    created = np.array([0.0, ranking.DAY * 10])
    assert ranking.freshness(created, ranking.DAY * 10, 10.0).tolist() == [0.5, 1.0]


def test_diversity_takes_turns():
    scores, labels = np.array([3.0, 2.9, 2.8, 1.0]), np.array([0, 0, 0, 1])
    order = np.arange(4)
    assert ranking.diversify(order, scores, labels, 3, 0.0).tolist() == [0, 1, 2]
    assert ranking.diversify(order, scores, labels, 3, 2.0).tolist() == [0, 3, 1]


def test_unit_scores_keep_the_order():
    unit = ranking.to_unit(np.array([-1e9, 0.0, 1e9]))
    assert (unit[1], bool(unit[0] < unit[1] < unit[2])) == (0.5, True)
