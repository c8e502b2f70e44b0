"""Drift against figures made by hand."""

import datetime as dt
import math

import pytest
from django.utils import timezone

from ml import parameters
from recommendations.domains import domains
from recommendations.watch import drift
from recommendations.watch.models import Drift, MixDay

DOMAIN = "activities"


@pytest.mark.parametrize(
    ("recent", "before", "expected"),
    [
        ({"a": 50, "b": 50}, {"a": 500, "b": 500}, 0.0),
        # (.7 − .5) ln(.7/.5) + (.3 − .5) ln(.3/.5) = .2 × .3364722 + .2 × .5108256
        ({"a": 70, "b": 30}, {"a": 50, "b": 50}, 0.16945957),
        # (.9 − .5) ln 1.8 + (.1 − .5) ln .2 = .4 × .5877867 + .4 × 1.6094379
        ({"a": 9, "b": 1}, {"a": 5, "b": 5}, 0.87888983),
        # a class that was not there counts as one in ten thousand
        ({"a": 1}, {"b": 1}, 2 * (1 - 1e-4) * math.log(1e4)),
        ({}, {"a": 3}, 0.0),
        ({"a": 3}, {}, 0.0),
    ],
    ids=["same", "moved", "far", "new class", "nothing now", "nothing before"],
)
def test_psi(recent, before, expected):
    assert drift.psi(recent, before) == pytest.approx(expected, abs=1e-7)
    assert drift.psi(before, recent) == pytest.approx(expected, abs=1e-7)


def test_few_events_are_not_judged():
    assert drift.enough({"a": 100}, {"a": 100}, 100)
    assert not drift.enough({"a": 99}, {"a": 100}, 100)
    assert not drift.enough(dict.fromkeys("abcdef", 17), dict.fromkeys("abcdef", 100), 100)  # 102 in six classes


@pytest.fixture
def drifted(db):
    """Labels moved by 0.169 and verbs by 0.879; ages stayed; of the rest there is nothing."""
    today = timezone.localdate()
    for cause, recent, before in (("label", (70, 30), (50, 50)), ("verb", (90, 10), (50, 50)), ("age", (1, 1), (1, 1))):
        for n, (new, old) in enumerate(zip(recent, before, strict=True)):
            for days, count in ((0, 2 * new), (6, new), (7, 4 * old), (34, old), (35, 5000 * n)):
                MixDay.objects.create(
                    domain=DOMAIN, day=today - dt.timedelta(days=days), cause=cause, value=f"{n}", n=count
                )


def test_the_last_seven_days_against_the_28_before(drifted):
    rows = {row.cause: row for row in drift.measure(domains[DOMAIN])}
    assert rows["label"].psi == pytest.approx(0.16945957)
    assert (rows["label"].recent, rows["label"].before) == (300, 500)
    assert {cause for cause, row in rows.items() if row.over} == {"verb"}
    assert {cause for cause, row in rows.items() if row.judged} == {"label", "verb"}
    drift.measure(domains[DOMAIN])
    assert Drift.objects.count() == len(rows) == 5


def test_staff_set_the_threshold(drifted):
    parameters.set("watch", "psi", 0.1)
    assert {row.cause for row in drift.measure(domains[DOMAIN]) if row.over} == {"label", "verb"}
    parameters.set("watch", "least", 400)
    assert {row.cause for row in drift.measure(domains[DOMAIN]) if row.over} == set()
