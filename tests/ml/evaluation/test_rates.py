"""Rates of confusion matrices against figures by hand and scikit-learn's."""

import numpy as np
import pytest
from sklearn import metrics

from ml.evaluation import rates

HAND = [[50, 10], [5, 35]]  # truth no: 50 no, 10 yes; truth yes: 5 no, 35 yes


def test_figures_by_hand():
    no, yes = rates.per_class(HAND, ["no", "yes"])
    assert yes == {
        "label": "yes", "support": 40, "prevalence": 0.4, "accuracy": 0.85, "tpr": 0.875, "precision": 35 / 45,
        "specificity": 50 / 60, "npv": 50 / 55, "fpr": 10 / 60, "fdr": 10 / 45, "fnr": 5 / 40, "for": 5 / 55,
    }  # fmt: skip
    assert (no["tpr"], no["precision"], no["for"]) == (yes["specificity"], yes["npv"], yes["fdr"])


@pytest.mark.parametrize("seed", range(3))
def test_as_scikit_learn_says(seed):
    rng = np.random.default_rng(seed)
    true, said = rng.integers(0, 4, 200), rng.integers(0, 4, 200)
    matrix = metrics.confusion_matrix(true, said, labels=range(4))
    for number, row in enumerate(rates.per_class(matrix, list("abcd"))):
        t, s = true == number, said == number
        assert row["accuracy"] == pytest.approx(metrics.accuracy_score(t, s))
        assert row["tpr"] == pytest.approx(metrics.recall_score(t, s))
        assert row["precision"] == pytest.approx(metrics.precision_score(t, s))
        assert row["specificity"] == pytest.approx(metrics.recall_score(~t, ~s))
        assert row["npv"] == pytest.approx(metrics.precision_score(~t, ~s))
        pairs = (("tpr", "fnr"), ("specificity", "fpr"), ("precision", "fdr"), ("npv", "for"))
        assert all(row[one] + row[other] == pytest.approx(1) for one, other in pairs)
    assert rates.accuracy(matrix) == pytest.approx(metrics.accuracy_score(true, said))
    assert rates.f1_macro(matrix) == pytest.approx(metrics.f1_score(true, said, average="macro"))


def test_what_cannot_be_divided_is_none():
    never = rates.per_class([[3, 0], [0, 0]], ["no", "yes"])[1]
    assert (never["prevalence"], never["tpr"], never["precision"], never["fpr"]) == (0.0, None, None, 0.0)


@pytest.mark.parametrize("matrix", [[], [[1, 2]], [[1, -1], [0, 1]], "text", [[1], [2, 3]], [[float("nan")]]])
def test_what_is_no_confusion_matrix_is_refused(matrix):
    with pytest.raises(ValueError, match="a confusion matrix"):
        rates.per_class(matrix, ["a"])


def test_classes_must_fit():
    with pytest.raises(ValueError, match="3 classes do not fit a matrix of 2 rows"):
        rates.per_class(HAND, ["a", "b", "c"])


def test_matrices_are_found_wherever_they_are():
    found = list(
        rates.found_in({"classes": ["x", "y"], "confusion": HAND, "models": {"m": {"confusion": HAND}}, "n": 1})
    )
    assert [(c.name, c.classes) for c in found] == [("", ["x", "y"]), ("models · m", ["no", "yes"])]
    assert list(rates.found_in({"confusion": "broken"})) == []
    assert list(rates.found_in(None)) == []


def test_intervals_hold_the_value_and_narrow_with_rows():
    few, many = (rates.interval(np.array(HAND) * n, "accuracy") for n in (1, 100))
    assert few.low < 0.85 < few.high
    assert few.mean == many.mean == 0.85
    assert many.high - many.low == pytest.approx((few.high - few.low) / 10, rel=0.15)
    assert few.high - few.low == pytest.approx(2 * 1.96 * np.sqrt(0.85 * 0.15 / 100), rel=0.15)


def test_differences():
    better = [[5000, 500], [200, 4300]]
    lead = rates.difference(better, [[4000, 1500], [1200, 3300]], "accuracy")
    assert lead.mean == pytest.approx(0.93 - 0.73)
    assert lead.low > 0.15
    same = rates.difference(HAND, HAND, "f1_macro")
    assert same.mean == 0
    assert same.low < 0 < same.high
