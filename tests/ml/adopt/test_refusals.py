"""What cannot be taken over is refused by its name, with the way out."""

from io import BytesIO

import joblib
import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from ml import adopt
from tests.ml.adopt import makers
from tests.ml.adopt.makers import refusal


@pytest.mark.parametrize(
    ("start", "name_"), [(b"\x04\x22\x4d\x18", "lz4"), (b"PK\x03\x04", "zip"), (b"ZF", "joblib before 0.10")]
)
def test_other_compressions_are_named(start, name_):
    assert refusal(start + bytes(20)).startswith(f"compressed by {name_}, which is not read here.")


def own_tokenizer(value):
    raise AssertionError("must not run")


@pytest.mark.parametrize("setting", ["tokenizer", "preprocessor", "analyzer"])
@pytest.mark.parametrize("protocol", [2, 4])
def test_own_functions_are_named_with_the_way_out(setting, protocol):
    model = makers.fitted("count")
    before = getattr(model[0], setting)
    setattr(model[0], setting, own_tokenizer)
    try:
        message = refusal(makers.dumped(model, protocol=protocol))
    finally:
        setattr(model[0], setting, before)
    assert message.startswith(f"the vectorizer has a {setting} of its own, {__name__}.own_tokenizer: code")
    assert "token_pattern" in message


def test_other_estimators_are_named():
    other = make_pipeline(CountVectorizer(), LogisticRegression()).fit(makers.TEXTS, makers.LABELS)
    assert refusal(makers.dumped(other)).startswith(
        "the file holds sklearn.linear_model._logistic.LogisticRegression. Only"
    )
    hashed = make_pipeline(HashingVectorizer(alternate_sign=False), MultinomialNB()).fit(makers.TEXTS, makers.LABELS)
    assert refusal(makers.dumped(hashed)).startswith(
        "the file holds sklearn.feature_extraction.text.HashingVectorizer. Only"
    )
    steps = make_pipeline(FunctionTransformer(), CountVectorizer(), MultinomialNB()).fit(makers.TEXTS, makers.LABELS)
    assert "FunctionTransformer" in refusal(makers.dumped(steps))
    assert refusal(makers.dumped(makers.fitted("count")[-1])).startswith(
        "the file holds sklearn.naive_bayes.MultinomialNB, not"
    )
    assert "the steps are CountVectorizer;" in refusal(makers.dumped(make_pipeline(CountVectorizer())))


def test_unfitted_ones_say_so():
    assert "was not fitted" in refusal(makers.dumped(make_pipeline(CountVectorizer(), MultinomialNB())))


@pytest.mark.parametrize(
    ("step", "setting", "value", "said"),
    [
        (0, "input", "filename", "the setting input is 'filename'; allowed: content"),
        (0, "analyzer", "wörd", "the setting analyzer is 'wörd'; allowed: word, char, char_wb"),
        (0, "ngram_range", (1, 99), "the setting ngram_range is not a pair of numbers from 1 to 20"),
        (0, "token_pattern", "(", "the token_pattern '(' is not a regular expression"),
        (0, "token_pattern", "(a)(b)", "the token_pattern '(a)(b)' has several groups, or more than 500 characters"),
        (0, "token_pattern", None, "the vectorizer has neither a token_pattern nor a tokenizer; set token_pattern"),
        (0, "stop_words", "german", "the setting stop_words is 'german'; allowed: None, 'english' or words"),
        (0, "future_setting", 1, "CountVectorizer has future_setting, which is not known here"),
        (0, "vocabulary_", {"a": 0, "b": 0}, "vocabulary_ does not number its words"),
        (0, "vocabulary_", {"a": 0, "b": 2}, "vocabulary_ does not number its words"),
        (0, "vocabulary_", {"a\0": 0}, "the vocabulary holds the word"),
        (0, "vocabulary_", {"a": 0}, "feature_count_ has the shape"),
        (1, "alpha", 0.0, "alpha is not above 0"),
        (1, "alpha", "much", "alpha is 'much'; needed: a number, or one for each word"),
        (1, "class_prior", [0.5], "class_prior is not one share of 0 or more for each of 3 classes"),
        (1, "classes_", np.array([1.5, np.nan, 2]), "classes_ holds a number that is not finite"),
        (1, "classes_", np.array([["a"], ["b"]]), "classes_ is not a list of 1 to 10,000 labels"),
        (1, "class_count_", np.array([np.nan, 1, 2]), "class_count_ holds numbers that are not finite"),
        (1, "class_count_", np.array([-1.0, 1, 2]), "class_count_ or feature_count_ holds negative numbers"),
        (1, "feature_count_", None, "feature_count_ is missing or no array of numbers"),
    ],
)
def test_bad_settings_are_named(step, setting, value, said):
    model = joblib.load(BytesIO(makers.dumped(makers.fitted("count"))))
    setattr(model[step], setting, value)
    assert refusal(makers.dumped(model)).startswith(said)


def test_settings_changed_after_fitting_are_noticed():
    model = joblib.load(BytesIO(makers.dumped(makers.fitted("count"))))
    model[-1].alpha = 5.0
    found = adopt.describe(adopt.read(makers.dumped(model)))
    with pytest.raises(adopt.AdoptError) as caught:
        adopt.to_base(found, found.classes, "0" * 64)
    assert str(caught.value).startswith(
        "the pipeline's own log probabilities and its counts disagree: probabilities differ by up to 0."
    )
