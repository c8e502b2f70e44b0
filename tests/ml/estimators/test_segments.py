"""Segments: found where they are, named by where they lie, the same each time, and there for the smallest shop."""

import numpy as np
import pytest

from ml.estimators.spending.purchases import Purchases
from ml.estimators.spending.segments import MOST, NAMES, segment, segments_of, traits

RNG = np.random.default_rng(0)


def crowd(days, often, value, members=80):
    return np.column_stack([RNG.gamma(50, mean / 50, members) for mean in (days, often, value)])


GROUPS = {
    "regulars": crowd(1, 20, 10_000),
    "leaving": crowd(90, 8, 10_000),
    "occasional": crowd(15, 1, 10_000),
    "large_orders": crowd(3, 8, 40_000),
}
ROWS = np.concatenate(list(GROUPS.values()))
TRUE = np.repeat(list(GROUPS), 80)


def test_groups_are_found_and_named():
    found = segment(ROWS)
    assert max(found.silhouettes, key=found.silhouettes.get) == len(GROUPS)
    assert sorted(found.silhouettes) == [3, 4, 5, 6]
    assert (found.names == TRUE).mean() > 0.97
    assert found.centres["leaving"] == pytest.approx((90, 8, 10_000), rel=0.05)


def test_the_same_each_time_and_in_any_order():
    order = np.random.default_rng(1).permutation(len(ROWS))
    again, mixed = segment(ROWS), segment(ROWS[order])
    assert (again.names == segment(ROWS).names).all()
    assert (mixed.names == again.names[order]).mean() > 0.97


def test_nobody_leaves_who_stayed_away_for_no_longer_than_usual():
    daily = np.concatenate([crowd(0.5, 25, 9000), crowd(4, 12, 9000), crowd(1, 6, 9000)])
    assert "leaving" not in segment(daily).names


@pytest.mark.parametrize("members", [0, 1, 2, 3])
def test_too_few_for_segments(members):
    found = segment(ROWS[:members])
    assert (found.names == "steady").all()
    assert (len(found.names), found.silhouettes) == (members, {})


def test_no_two_segments_share_a_name():
    found = segment(RNG.gamma(1, 10, (500, 3)))
    assert len(found.centres) == max(found.silhouettes, key=found.silhouettes.get) <= MOST == len(NAMES)


def test_all_alike():
    assert set(segment(np.ones((50, 3))).names) == {"steady"}


def test_traits_look_only_back_and_rates_are_per_month():
    bought = Purchases.of([0, 0, 0, 1, 1], [0.0, 30.0, 59.0, 50.0, 70.0], [10.0, 20.0, 30.0, 7.0, 900.0])
    assert traits(bought, 60.0, np.array([0, 1])).tolist() == [[1.0, 1.5, 20.0], [10.0, 1.0, 7.0]]
    assert len(segments_of(bought, 60.0).names) == 2


def test_what_is_no_number_is_refused():
    with pytest.raises(ValueError, match="numbers of zero or more"):
        segment(np.array([[1.0, np.nan, 1.0]]))
