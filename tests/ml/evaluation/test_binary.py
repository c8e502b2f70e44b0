"""Figures of probabilities."""

import numpy as np
import pytest

from ml.evaluation import binary

TRUE = np.array([0, 0, 1, 1, 0, 1, 0, 1, 0, 0])


def test_perfect_probabilities():
    found = binary.report(TRUE, TRUE.astype(float))
    assert (found["auc"], found["brier"], found["rmse"], found["f"], found["ece"]) == (1, 0, 0, 1, 0)
    assert found["confusion"] == [[6, 0], [0, 4]]
    assert found["lift"] == 2.5


def test_one_probability_for_all_lifts_nothing():
    found = binary.report(TRUE, np.full(10, 0.4))
    assert (found["auc"], found["lift"]) == (0.5, pytest.approx(1.0))
    assert found["ece"] == pytest.approx(0.48)  # bins of one event each


def test_ece_is_zero_where_frequencies_fit():
    share = np.repeat([0.2, 0.8], 50)
    true = np.concatenate([np.tile([1, 0, 0, 0, 0], 10), np.tile([0, 1, 1, 1, 1], 10)])
    assert binary.expected_calibration_error(true, share) == pytest.approx(0, abs=1e-9)
    assert [row["n"] for row in binary.reliability(true, share)] == [10] * 10


def test_threshold_is_the_best_for_f():
    share = np.array([0.1, 0.2, 0.35, 0.9, 0.3, 0.8, 0.1, 0.6, 0.2, 0.1])
    best = binary.best_threshold(TRUE, share)
    assert binary.report(TRUE, share, best)["f"] == 1.0


def test_one_outcome_alone_breaks_nothing():
    found = binary.report(np.zeros(5, int), np.full(5, 0.1))
    assert (found["auc"], found["lift"], found["f"]) == (0.5, 1.0, 0.0)


def test_the_picture_is_the_same_twice():
    share = np.linspace(0, 1, 10)
    assert binary.picture(TRUE, {"a": share}) == binary.picture(TRUE, {"a": share})
