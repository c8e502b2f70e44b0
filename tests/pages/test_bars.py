"""Bars whose widths keep the proportions and whose values keep the sum."""

import pytest

from pages.bars import bars, feed_parts, past, signed
from pages.templatetags.moa import in_bytes, percent, plus, tone, unlocal, verb_name


def test_without_negatives_the_zero_is_at_the_left():
    assert [(bar.x, bar.width, bar.zero) for bar in signed([("", "a", 2.0), ("", "b", 1.0)])] == [
        (0.0, 200.0, 0.0),
        (0.0, 100.0, 0.0),
    ]


def test_with_negatives_it_is_in_the_middle():
    assert [(bar.x, bar.width, bar.negative) for bar in signed([("", "a", 2.0), ("", "b", -1.0)])] == [
        (100.0, 100.0, False),
        (50.0, 50.0, True),
    ]


def test_nothing_and_zeros():
    assert signed([]) == []
    assert signed([("", "a", 0.0)])[0].width == 0.0


@pytest.mark.parametrize("count", [1, 8, 9, 40])
def test_what_is_summed_up_still_adds_up(count):
    parts = [{"kind": "word", "name": f"w{n}", "value": (-1) ** n * n / 7} for n in range(count)]
    found = bars({"contributions": parts}, lambda labels: {})
    assert len(found) == min(count, 9)
    assert sum(bar.value for bar in found) == pytest.approx(sum(part["value"] for part in parts))


@pytest.mark.parametrize("kind", ["label", "prior", "tag"])
def test_labels_are_in_words(kind):
    found = bars({"contributions": [{"kind": kind, "name": "food", "value": 1.0}]}, lambda labels: {"food": "음식"})
    assert [bar.name for bar in found] == ["음식"]


def test_parts_that_are_nothing_are_left_out():
    assert [bar.value for bar in feed_parts({"parts": {"text": 1.0, "seen": 0.0}})] == [1.0]
    assert feed_parts({}) == past({}) == []


def test_small_formats():
    assert (in_bytes(None), in_bytes(491), in_bytes(2048)) == ("0 B", "491 B", "2.0 KB")
    assert (plus(1.5), plus(-0.25), plus("x")) == ("+1.500", "\u22120.250", "")
    assert (percent(0.256), percent(7), percent(None)) == (26, 100, 0)
    assert unlocal(12) == "12.0"
    assert tone("음식") == tone("음식")
    assert str(verb_name("juggle")) == "juggle"
