"""Pipelines of every usual kind become bases that predict, and go on learning, as they did."""

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from sklearn.model_selection import RandomizedSearchCV, StratifiedKFold

from ml import adopt
from ml.families.items import Catalogue, Example, Item
from ml.families.naive_bayes import NaiveBayes
from tests.ml.adopt import makers

FILES = Path(__file__).parent / "files"
COMPRESSIONS = [0, ("zlib", 3), ("gzip", 3), ("bz2", 3), ("lzma", 3), ("xz", 3)]


def adopted(data, labels=makers.OURS):
    found = adopt.describe(adopt.read(adopt.source.decompressed(data)))
    base, apart = adopt.to_base(found, [labels[name] for name in found.classes], makers.sha(data), makers.ASKED)
    assert apart <= 1e-9
    return found, base


def assert_same(base, model):
    ours = NaiveBayes().open(base).predict_proba(makers.ASKED)
    assert np.abs(ours - model.predict_proba(makers.ASKED)).max() <= 1e-9


@pytest.mark.parametrize("name", sorted(makers.PIPELINES))
@pytest.mark.parametrize(
    "labels", [makers.LABELS, makers.NUMBERS, np.array(makers.LABELS, object)], ids=["text", "number", "object"]
)
def test_predicts_as_scikit_learn(name, labels):
    model = makers.fitted(name, labels)
    found, base = adopted(makers.dumped(model))
    assert found.classes == ["1", "2", "3"]
    assert base.state["classes"] == ["sports", "food", "languages"]
    assert_same(base, model)


@pytest.mark.parametrize("name", ["count", "tfidf", "grid"])
@pytest.mark.parametrize("protocol", range(6))
def test_every_protocol(name, protocol):
    model = makers.fitted(name)
    assert_same(adopted(makers.dumped(model, protocol=protocol))[1], model)


@pytest.mark.parametrize("compress", COMPRESSIONS, ids=str)
def test_every_compression(compress):
    model = makers.fitted("tfidf char_wb")
    assert_same(adopted(makers.dumped(model, compress=compress))[1], model)


@pytest.mark.parametrize("protocol", range(6))
def test_a_plain_pickle(protocol):
    model = makers.fitted("tfidf", np.array(makers.LABELS, object))
    assert_same(adopted(pickle.dumps(model, protocol))[1], model)


@pytest.mark.parametrize("name", sorted(makers.PIPELINES))
def test_members_go_on_as_partial_fit(name):
    """Fine-tuning through the family equals `partial_fit` on the pipeline itself."""
    model = makers.fitted(name)
    _, base = adopted(makers.dumped(model))
    personal = NaiveBayes().open(base, None, Catalogue())
    best = getattr(model, "best_estimator_", model)
    vectorizer, bayes = best[:-1], best[-1]
    for number, (text, label, weight) in enumerate(
        [("등산 모임 새벽", "1", 1.0), ("커피 커피 Café", "2", 3.0), ("등산 하는 영어", "3", 0.5), ("", "1", 5.0)], 1
    ):
        personal.learn_one(Example(Item(str(number), text, makers.OURS[label], ref=number), weight))
        bayes.partial_fit(vectorizer.transform([text]), [label], sample_weight=[weight])
    assert np.abs(personal.predict_proba(makers.ASKED) - best.predict_proba(makers.ASKED)).max() <= 1e-9
    item = Item("1", "등산 모임 새벽", "sports", ref=1)
    personal.unlearn_one(Example(item, 1.0))
    explained = personal.explain(item)
    assert sum(part.value for part in explained.contributions) == pytest.approx(explained.score, abs=1e-5)


def test_a_new_label_of_a_member_joins_the_fixed_prior():
    _, base = adopted(makers.dumped(makers.fitted("tfidf char_wb")))
    personal = NaiveBayes().open(base, None, Catalogue())
    personal.learn_one(Example(Item("1", "여행 동행", "travel", ref=1), 4.0))
    shares = personal.predict_proba([""])[0]
    assert personal.classes == ["sports", "food", "languages", "travel"]
    assert shares == pytest.approx(np.array([0.5 * 36, 0.3 * 36, 0.2 * 36, 4]) / 40)


def test_searches_with_scorers_splitters_and_distributions():
    model = RandomizedSearchCV(
        makers.PIPELINES["tfidf"],
        {"multinomialnb__alpha": stats.loguniform(0.1, 1.0), "tfidfvectorizer__max_features": stats.randint(10, 20)},
        n_iter=2,
        cv=StratifiedKFold(2),
        scoring="accuracy",
        random_state=np.random.RandomState(0),
    ).fit(makers.TEXTS, makers.LABELS)
    found, base = adopted(makers.dumped(model))
    assert found.notes[0] == "taken out of a RandomizedSearchCV; its other candidates and scores stay behind"
    assert_same(base, model)


def test_equal_files_give_equal_versions():
    data = makers.dumped(makers.fitted("count"))
    assert adopted(data)[1].version == adopted(data)[1].version


def test_weight_is_one_and_training_settings_stay_out():
    _, base = adopted(makers.dumped(makers.fitted("count")))
    assert set(base.state["weight"]) == {1.0}
    assert sorted(base.params) == ["dislike_weight", "label_weight", "prior_examples", "score_features", "word_weight"]
    assert base.state["feature_count"].dtype == np.uint8


@pytest.mark.parametrize("name", ["sklearn-1.2.2-grid", "sklearn-1.2.2-tfidf"])
def test_files_that_scikit_learn_1_2_2_made(name):
    """What `makers` dumped with that version (joblib 1.2, NumPy 1.26), and the probabilities it gave."""
    found, base = adopted((FILES / f"{name}.joblib").read_bytes())
    expected = json.loads((FILES / "expected.json").read_text())[name]
    assert found.versions["made_with"] == "1.2.2"
    assert "idf_ was taken out of the diagonal matrix _idf_diag, where older versions keep it" in found.notes
    assert np.abs(NaiveBayes().open(base).predict_proba(makers.ASKED) - np.array(expected)).max() <= 1e-9
