"""Stops of sliders: round numbers, both ends and the default among them, closer together where bounds span decades."""

import pytest
from django.utils import translation

from ml import parameters, training
from ml.admin import scales
from ml.admin.fields import Field
from ml.parameters import Parameter


@pytest.mark.parametrize(
    ("low", "high", "whole", "step"),
    [(0, 10, False, 0.1), (0, 3, False, 0.05), (-20, 20, False, 0.5), (0, 50, True, 1), (0, 365, True, 5), (0, 1, False, 0.01)],
)  # fmt: skip
def test_steps_are_round(low, high, whole, step):
    assert scales.step_of(low, high, whole) == pytest.approx(step)


def test_decades_get_as_many_stops_each():
    found = scales.stops(Parameter("n", 1e-3, min=1e-6, max=100.0))
    assert [sum(10.0**k <= stop < 10.0 ** (k + 1) for stop in found) for k in range(-5, 2)] == [10] * 7
    assert (found[0], found[-1]) == (1e-6, 100.0)


def test_a_small_default_above_zero_opens_the_lower_end():
    found = scales.stops(Parameter("n", 3, min=0, max=500))
    assert found[:8] == [0, 1, 2, 3, 4, 5, 6, 8]
    assert found[-1] == 500


def test_whatever_is_set_can_be_reached():
    parameter = Parameter("share", 0.35, min=0.0, max=10.0)
    found = scales.stops(parameter, 0.123, 99, "x", None, True)
    assert {0.0, 0.35, 0.123, 10.0} <= {*found}
    assert found == sorted(found)
    assert 99 not in found
    assert found[scales.place(found, 0.123)] == 0.123
    assert scales.place(found, "nonsense") == 0


def test_a_seed_is_a_number_without_a_slider():
    assert Field("x", Parameter("seed", 0, min=0, max=2**31 - 1), 0, 0).widget == "number"
    assert Field("x", Parameter("n", 0, min=0, max=10), 0, 0).widget == "slider"


@pytest.mark.django_db
def test_every_declared_slider_has_few_stops_and_its_values():
    training.declare_family_parameters()
    for scope in parameters.scopes().values():
        for parameter in scope.parameters.values():
            if scales.has_slider(parameter):
                found = scales.stops(parameter)
                assert {parameter.min, parameter.max, parameter.default} <= {*found}, parameter.name
                assert len(found) <= 130, (scope.name, parameter.name, len(found))


@pytest.mark.parametrize("value", [0.5, 20.0, 1e-6, 1e22, 3, True, "a.0", -0.0])
def test_what_is_shown_is_read_again(value):
    text = parameters.plain(value)
    assert (type(value)(text) if type(value) is not bool else text == "True") == value


def test_titles_and_help_are_there_in_korean():
    training.declare_family_parameters()
    english, missing = {}, []
    for language, found in (("en", english), ("ko", None)):
        with translation.override(language):
            for scope in parameters.scopes().values():
                if scope.name.startswith("tests."):
                    continue
                for key, text in {
                    (scope.name, ""): scope.title,
                    **{(scope.name, p.name): p.help for p in scope.parameters.values()},
                }.items():
                    if found is not None:
                        found[key] = str(text)
                    elif str(text) == english[key]:
                        missing.append((key, str(text)))
    assert missing == []
    assert [key for key, text in english.items() if not text] == []
