"""Metrics by hand-counted examples; intervals by what they must contain."""

import numpy as np
import pytest

from ml.evaluation import ranking


def test_ranks_count_ties_half():
    scores = np.array([3.0, 1.0, 1.0, 1.0, 0.0])
    assert [ranking.rank_of(scores, at) for at in range(5)] == [0.0, 2.0, 2.0, 2.0, 4.0]
    assert ranking.rank_of(scores, 2, np.array([False, False, True, True, True])) == 0.5
    assert ranking.rank_of(scores, 4, np.array([4, 0])) == 1.0


def test_nan_is_refused_not_ranked_first():
    with pytest.raises(ValueError, match="NaN"):
        ranking.rank_of(np.array([np.nan, 1.0]), 0)


def test_metrics():
    ranks = np.array([0, 1, 7.5, 10, np.inf])
    assert ranking.hit_rate(ranks, 10) == 0.6
    assert ranking.ndcg(np.array([0, 2, np.inf]), 3) == pytest.approx((1 + 0.5) / 3)
    assert ranking.mrr(np.array([0, 3, np.inf])) == pytest.approx((1 + 0.25) / 3)
    assert ranking.recall(np.array([0, 20, 1]), np.array([7, 7, 8]), 10) == 0.75
    assert [ranking.hit_rate([]), ranking.ndcg([]), ranking.mrr([])] == [0.0, 0.0, 0.0]


def test_interval_draws_whole_members():
    values = np.repeat([0.0, 1.0], 500)
    loose = ranking.bootstrap_interval(values, np.repeat(np.arange(4), 250))
    tight = ranking.bootstrap_interval(values)
    assert (loose.mean, tight.mean) == (0.5, 0.5)
    assert loose.high - loose.low > 3 * (tight.high - tight.low)
    assert ranking.bootstrap_interval(values) == tight


def test_paired_bootstrap_sees_a_small_steady_difference():
    noise = np.random.default_rng(0).normal(size=300)
    better = ranking.paired_bootstrap(noise + 0.01, noise, np.arange(300) % 30)
    assert better.low == pytest.approx(0.01)
    same = ranking.paired_bootstrap(noise, noise[::-1])
    assert same.low < 0 < same.high
    with pytest.raises(ValueError, match="equal lengths"):
        ranking.paired_bootstrap([1], [1, 2])
