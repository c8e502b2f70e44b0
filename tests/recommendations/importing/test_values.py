"""Cells: texts, ids, tags, numbers and times."""

import datetime as dt

import pytest
from django.utils import timezone

from recommendations.importing import values
from recommendations.importing.values import BadValue

SEOUL = dt.timezone(dt.timedelta(hours=9))


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        ("964982703", None, dt.datetime(2000, 7, 30, 18, 45, 3, tzinfo=dt.UTC)),
        (964982703, "s", dt.datetime(2000, 7, 30, 18, 45, 3, tzinfo=dt.UTC)),
        ("964982703500", "ms", dt.datetime(2000, 7, 30, 18, 45, 3, 500_000, tzinfo=dt.UTC)),
        ("2020-05-06T07:08:09Z", None, dt.datetime(2020, 5, 6, 7, 8, 9, tzinfo=dt.UTC)),
        ("2020-05-06 07:08", None, dt.datetime(2020, 5, 6, 7, 8, tzinfo=SEOUL)),
        ("2020-05-06", "s", dt.datetime(2020, 5, 6, tzinfo=SEOUL)),
        ("2020.5.6", None, dt.datetime(2020, 5, 6, tzinfo=SEOUL)),
        ("2020/05/06 07:08", None, dt.datetime(2020, 5, 6, 7, 8, tzinfo=SEOUL)),
        ("20200506", None, dt.datetime(2020, 5, 6, tzinfo=SEOUL)),
        ("20200506", "s", dt.datetime(1970, 8, 22, 19, 15, 6, tzinfo=dt.UTC)),
        ("", None, None),
        (None, None, None),
    ],
)
def test_times(value, unit, expected):
    assert values.moment(value, "t", unit=unit) == expected


@pytest.mark.parametrize(
    ("value", "unit", "reason"),
    [
        ("yesterday", None, "t: 'yesterday' is not a time (ISO-8601, or a number with --time-unit)"),
        ("2020-13-01", None, "t: '2020-13-01' is not a time (ISO-8601, or a number with --time-unit)"),
        ("1e99", None, "t: '1e99' is not a time (ISO-8601, or a number with --time-unit)"),
        ("-5", None, "t: '-5' is before 1970"),
        ("0001-01-01", None, "t: '0001-01-01' is not a time (ISO-8601, or a number with --time-unit)"),
        ("9999-12-31", None, "t: '9999-12-31' is in the future"),
        ("964982703500", None, "t: '964982703500' is in the future; for milliseconds give --time-unit ms"),
        (True, None, "t: a text or a number was expected"),
        (["2020-01-01"], None, "t: a text or a number was expected"),
    ],
)
def test_bad_times(value, unit, reason):
    with pytest.raises(BadValue) as error:
        values.moment(value, "t", unit=unit)
    assert str(error.value) == reason


def test_times_of_a_clock_that_is_a_little_fast_are_taken():
    soon = timezone.now() + dt.timedelta(minutes=2)
    assert values.moment(soon.isoformat(), "t") == soon


@pytest.mark.parametrize("value", ["x", "nan", "inf", "1,5", "1e999", True, [1]])
def test_bad_numbers(value):
    with pytest.raises(BadValue):
        values.number(value, "n")


def test_numbers():
    assert [values.number(value, "n") for value in ("4.0", 4, " 4 ", "", None)] == [4.0, 4.0, 4.0, None, None]


@pytest.mark.parametrize("value", ["", " ", None, "x" * 101, "a\x00b", "\ud800", {}, False])
def test_bad_ids(value):
    with pytest.raises(BadValue):
        values.identifier(value, "id")


def test_ids_have_a_namespace():
    assert [values.identifier(1, "id"), values.identifier("1", "id", "ml")] == ["1", "ml:1"]


def test_tags():
    assert values.tags("a| b||c ", "tags") == ["a", "b", "c"]
    assert values.tags(["a", " b|c ", ""], "tags") == ["a", "b|c"]


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan")])
def test_a_number_without_an_end_is_no_id(value):
    with pytest.raises(values.BadValue, match="id: "):
        values.identifier(value, "id")
