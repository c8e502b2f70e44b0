"""Declared parameters: what they accept, who sees a change when, and what is kept of it."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import translation

from ml import parameters, revisions
from ml.checks import check_stored_parameters
from ml.models import ParameterChange, ParameterValue
from ml.parameters import Parameter, ParameterError

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
SCOPE = "tests.feed"


@pytest.fixture(autouse=True)
def scope():
    declared = [
        Parameter("n", 6, min=1, max=50, unit="items", help="How many."),
        Parameter("share", 0.5, min=0.0, max=1.0),
        Parameter("on", True),
        Parameter("mode", "auto", choices=("auto", ("never", "Never"))),
        Parameter("words", ""),
        Parameter("free", 1.5),
    ]
    parameters.define(SCOPE, declared, title="Test feed")
    with translation.override("en"):
        yield
    parameters.undefine(SCOPE)


def test_defaults_hold_without_rows(django_assert_num_queries):
    numbers = revisions.current()
    parameters.get(SCOPE, numbers)
    with django_assert_num_queries(0):
        values = parameters.get(SCOPE, numbers)
    assert values == {"n": 6, "share": 0.5, "on": True, "mode": "auto", "words": "", "free": 1.5}


def test_a_change_is_seen_with_the_next_revisions(django_assert_num_queries):
    before = revisions.current()
    assert parameters.get(SCOPE, before)["n"] == 6
    assert parameters.set(SCOPE, "n", 8) == 8
    after = revisions.current()
    assert after["parameters"] > before.get("parameters", 0)
    with django_assert_num_queries(1):
        assert parameters.get(SCOPE, after)["n"] == 8
    with django_assert_num_queries(0):
        assert parameters.get(SCOPE, after)["n"] == 8
    assert parameters.get(SCOPE)["n"] == 8


def test_a_rolled_back_change_is_seen_by_nobody():
    with transaction.atomic():
        parameters.set(SCOPE, "n", 8)
        assert parameters.get(SCOPE)["n"] == 8
        transaction.set_rollback(True)
    assert parameters.get(SCOPE)["n"] == 6
    parameters.set(SCOPE, "n", 9)
    assert parameters.get(SCOPE)["n"] == 9


def test_callers_get_a_copy():
    parameters.get(SCOPE)["n"] = 99
    assert parameters.get(SCOPE)["n"] == 6


@pytest.mark.parametrize(
    ("name", "value", "stored"),
    [
        ("n", 50, 50),
        ("n", 7.0, 7),
        ("share", 1, 1.0),
        ("on", False, False),
        ("mode", "never", "never"),
        ("words", " 봄 ", "봄"),
    ],
)
def test_allowed_values(name, value, stored):
    assert parameters.set(SCOPE, name, value) == stored
    assert parameters.get(SCOPE)[name] == stored
    assert type(parameters.get(SCOPE)[name]) is type(stored)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("n", 0, "n: 0 is outside 1 … 50"),
        ("n", 10**30, "n: 1000000000000000000000000000000 is not a whole number"),
        ("n", 1.5, "n: 1.5 is not a whole number"),
        ("n", True, "n: True is not a whole number"),
        ("n", None, "n: None is not a whole number"),
        ("share", 1.01, "share: 1.01 is outside 0 … 1"),
        ("free", float("nan"), "free: nan is not a finite number"),
        ("free", "1", "free: 1 is not a finite number"),
        ("on", 1, "on: 1 is not true or false"),
        ("mode", "x", "mode: x is not one of auto, never"),
        ("words", "a\nb", "words: one line of 500 characters at most is allowed"),
        ("words", "a" * 501, "words: one line of 500 characters at most is allowed"),
        ("other", 1, "tests.feed has no parameter 'other'; it has: n, share, on, mode, words, free"),
    ],
)
def test_refused_values_name_the_culprit_and_change_nothing(name, value, message):
    with pytest.raises(ParameterError) as error:
        parameters.set(SCOPE, name, value)
    assert str(error.value) == message
    assert ParameterValue.objects.count() == 0
    assert ParameterChange.objects.count() == 0


def test_unknown_scope():
    with pytest.raises(ParameterError, match=r"there is no parameter scope 'nothing'; there are: .*tests\.feed"):
        parameters.get("nothing")


def test_history_and_reset(alice):
    parameters.set(SCOPE, "n", 8, by=alice)
    parameters.set(SCOPE, "n", 8, by=alice)
    parameters.set(SCOPE, "n", 9)
    assert parameters.reset(SCOPE, "n", by=alice) == 6
    assert parameters.get(SCOPE)["n"] == 6
    changes = list(ParameterChange.objects.order_by("id").values_list("name", "old", "new", "by"))
    assert changes == [("n", None, 8, alice.pk), ("n", 8, 9, None), ("n", 9, None, alice.pk)]


def test_stored_values_that_are_no_longer_allowed_fall_back_and_are_reported():
    ParameterValue.objects.create(scope=SCOPE, name="n", value=1000)
    ParameterValue.objects.create(scope=SCOPE, name="gone", value=1)
    revisions.bump("parameters")
    assert parameters.get(SCOPE)["n"] == 6
    assert [problem.id for problem in check_stored_parameters(None, ["default"])] == ["ml.W004", "ml.W004"]


@pytest.mark.parametrize(
    "declare",
    [
        lambda: parameters.define(SCOPE, []),
        lambda: parameters.define("tests.two", [Parameter("a", 1), Parameter("a", 2)]),
        lambda: Parameter("a", [1]),
        lambda: Parameter("a", 5, max=4),
        lambda: Parameter("a", "x", choices=("y",)),
        lambda: Parameter("a", "x", min=1),
    ],
)
def test_wrong_declarations_are_refused(declare):
    with pytest.raises(ImproperlyConfigured):
        declare()


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [("n", " 7 ", 7), ("share", "0.25", 0.25), ("on", "on", True), ("on", "", False), ("words", "가", "가")],
)
def test_form_texts_are_parsed(name, text, value):
    assert parameters.declared(SCOPE, name).parse(text) == value


@pytest.mark.parametrize(
    ("name", "text"), [("n", "7.5"), ("n", "x"), ("share", "inf"), ("on", "maybe"), ("n", "9" * 5000)]
)
def test_wrong_form_texts_are_refused(name, text):
    with pytest.raises(ParameterError):
        parameters.declared(SCOPE, name).parse(text)


def test_revisions_grow():
    first = revisions.bump("a")
    second = revisions.bump("a")
    assert second > first
    assert revisions.current()["a"] == second


def test_current_is_one_query(django_assert_num_queries):
    for name in "abc":
        revisions.bump(name)
    with django_assert_num_queries(1):
        revisions.current()
