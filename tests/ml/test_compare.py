"""Two versions side by side: differences with intervals, rates by class, what made them, pictures and what they go by."""

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from ml import registry, training
from ml.admin import compare, curves
from ml.evaluation import binary, importance
from ml.families.base import Base
from ml.models import ModelVersion
from tests.ml.test_training import data

pytestmark = pytest.mark.django_db
PAGE = "/admin/ml/modelversion/compare/"


@pytest.fixture
def admin(staff):
    client = Client(headers={"accept-language": "en"})
    client.force_login(staff)
    return client


def version(n: int, metrics: dict, family: str = "content", **fields) -> ModelVersion:
    return registry.save_version("things", Base(family, {"n": n}, {"alpha": n}), metrics=metrics, **fields)


def page(client, a, b, status: int = 200) -> str:
    response = client.get(PAGE, {"a": a.pk, "b": b.pk})
    assert response.status_code == status
    return response.content.decode()


def test_classifiers_are_compared_by_class_with_what_they_go_by(admin, settings):
    one = training.train("things", "naive_bayes", data(), {"alpha": 2.0})
    two = training.train("things", "naive_bayes", data(80), seed=2)
    text = page(admin, one, two)
    for part in ("sensitivity (TPR)", "negative predictive value", "false omission rate", "운동", "요리", "log odds"):
        assert part in text
    assert text.count("/picture/") == 2
    assert "fingerprint" in text
    assert "9 Sep 2001, 10:46 – " in text  # the data's window in the site's time
    assert "additive smoothing of word counts" in text  # what a parameter of the training means
    assert 'class="moa-differs"' in text


def test_intervals_stored_and_drawn_again():
    a = {"ndcg": [0.5, 0.45, 0.55], "classes": ["x", "y"], "confusion": [[90, 10], [10, 90]], "accuracy": 0.9, "n": 3}
    b = {"ndcg": [0.3, 0.26, 0.35], "classes": ["x", "y"], "confusion": [[50, 50], [50, 50]], "accuracy": 0.5, "new": 1}
    rows = {row["name"]: row for row in compare.metric_rows(a, b)}
    lead = rows["ndcg"]["lead"]
    assert lead["mean"] == pytest.approx(0.2)
    assert lead["low"] == pytest.approx(0.2 - np.hypot(0.05, 0.05))
    assert lead["high"] == pytest.approx(0.2 + np.hypot(0.05, 0.04))
    assert rows["ndcg"]["clear"]
    assert rows["accuracy"]["lead"]["mean"] == pytest.approx(0.4)
    assert rows["accuracy"]["lead"]["low"] > 0.3
    assert rows["accuracy"]["a"]["low"] < 0.9 < rows["accuracy"]["a"]["high"]
    assert (rows["n"]["b"], rows["n"]["lead"], rows["new"]["a"]) == (None, None, None)
    assert not rows["n"]["clear"]


def test_versions_of_different_domains_are_refused(admin):
    other = registry.save_version("others", Base("content", {"n": 2}, {}))
    assert "are of different domains, which cannot be compared" in page(admin, version(1, {}), other, 400)


@pytest.mark.parametrize("query", ["", "a=x", "a=0", "a=99999999999999999999", "a=²"])
def test_unknown_versions_are_not_found(admin, query):
    assert admin.get(f"{PAGE}?{query}").status_code == 404


def test_a_version_without_another_and_without_metrics(admin):
    text = page(admin, (only := version(1, {})), only)
    assert "Both sides are the same version" in text
    assert "This model has no metrics of its own" in text


@pytest.mark.parametrize(
    "metrics",
    [{"confusion": "x"}, {"confusion": [[1]], "classes": 3}, {"reliability": [1, {}]}, {"a": [None, 1, 2]}, {"<b>": 1}],
)
def test_odd_metrics_break_nothing(admin, metrics):
    text = page(admin, version(1, metrics), version(2, {}))
    assert "<b>" not in text


def test_a_broken_version_says_so(admin):
    broken = version(1, {"auc": 0.5})
    from ml.store import stores

    stores["bases"].delete(broken.key)
    registry.clear_cache()
    assert "missing from the store" in page(admin, broken, version(2, {"auc": 0.6}))


def test_members_do_not_see_it(alice):
    client = Client()
    client.force_login(alice)
    assert client.get(PAGE, {"a": version(1, {}).pk}).status_code == 302


def test_the_list_sends_two_versions_on(admin):
    one, two = version(1, {}), version(2, {})
    where = reverse("admin:ml_modelversion_changelist")
    form = {"action": "compare_two", "_selected_action": [one.pk, two.pk]}
    assert admin.post(where, form).url == f"{PAGE}?a={two.pk}&b={one.pk}"
    response = admin.post(where, {**form, "_selected_action": [one.pk]}, follow=True)
    assert "Choose exactly two versions" in response.content.decode()


def test_curves_of_both_are_drawn(admin):
    true = np.array([0, 0, 1, 1, 0, 1, 0, 0, 1, 0] * 3)
    metrics = {"models": {"m": binary.report(true, np.linspace(0.05, 0.9, 30))}}
    found = curves.charts(metrics, {})
    assert [chart["name"] for chart in found] == ["models · m"] * 2
    assert all(chart["a"] and not chart["b"] for chart in found)
    assert curves.points([(0.0, 0.0), (1.0, 1.0)]) == "34.0,250.0 274.0,10.0"
    assert "<polyline" in page(admin, version(1, metrics), version(2, metrics))


def test_gains_end_with_all_found():
    true = np.array([1, 0, 0, 0, 1, 0, 0, 0, 0, 0])
    found = binary.gains(true, np.array([0.9, 0.1, 0.2, 0.3, 0.8, 0.1, 0.1, 0.1, 0.1, 0.1]))
    assert found[0] == {"part": 0.0, "found": 0.0}
    assert found[2]["found"] == 1.0
    assert found[-1] == {"part": 1.0, "found": 1.0}


def test_words_that_tell_a_label_from_others():
    from ml.families.naive_bayes import NaiveBayes

    base = NaiveBayes().fit(data(80))
    tables = {table.label: dict(table.values) for table in importance.importance(base)}
    assert set(tables) == {"운동", "요리"}
    assert all(value > 0 for table in tables.values() for value in table.values())
    assert {"축구", "농구"} & set(tables["운동"])


def test_gains_of_boosted_trees():
    import lightgbm as lgb

    x = np.random.default_rng(0).normal(size=(400, 2))
    settings = {"objective": "regression", "verbosity": -1, "num_threads": 1}
    booster = lgb.train(settings, lgb.Dataset(x, x[:, 1] * 3, feature_name=["nothing", "all"]), 5)
    (table,) = importance.importance(Base("boosting", {"model": booster.model_to_string()}))
    assert table.kind == "gain"
    assert table.values[0][0] == "all"
    assert table.values[0][1] > 0.95
    assert importance.importance(Base("boosting", {"model": ""})) == []
