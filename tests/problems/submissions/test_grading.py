"""The default grader of the package format, on trees of groups without a database."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from problems.services.grading import grade

DEFAULTS = {
    "points": 0,
    "on_reject": "continue",
    "score_mode": "sum",
    "verdict_mode": "worst_error",
    "accept_if_any_accepted": False,
    "ignore_sample": False,
    "accept_score": 1,
    "reject_score": 0,
    "requires": [],
}


class Data:
    """Groups and tests made by name; `run` gives the verdicts that were set."""

    def __init__(self):
        self.groups, self.tests, self.ran = [], [], []

    def group(self, name, parent=None, **values):
        row = SimpleNamespace(
            pk=len(self.groups) + 1, name=name, parent_id=parent and parent.pk, order=0, **{**DEFAULTS, **values}
        )
        self.groups.append(row)
        return row

    def test(self, name, verdict="AC", group=None, score=None, sample=False):
        row = SimpleNamespace(pk=len(self.tests) + 1, name=name, order=0, group_id=group and group.pk, is_sample=sample)
        row.result = (verdict, score)
        self.tests.append(row)

    def grade(self, scoring="points"):
        def run(test):
            self.ran.append(test.name)
            return test.result

        found, most = grade(scoring, self.tests, self.groups, run)
        return found.verdict, found.score if most is not None else None, most


@pytest.fixture
def data():
    return Data()


def test_pass_or_fail_runs_all_samples_then_up_to_the_first_failure(data):
    data.test("1", "AC")
    data.test("2", "TLE")
    data.test("3", "WA")
    data.test("s1", "AC", sample=True)
    data.test("s2", "AC", sample=True)
    assert data.grade("pass-fail") == ("TLE", None, None)
    assert data.ran == ["s1", "s2", "1", "2"]


def test_a_failed_sample_ends_it_after_the_samples(data):
    data.test("s1", "WA", sample=True)
    data.test("s2", "RTE", sample=True)
    data.test("1", "AC")
    assert data.grade("pass-fail") == ("WA", None, None)
    assert data.ran == ["s1", "s2"]


@pytest.mark.parametrize("verdict", ["CE", "IE"])
@pytest.mark.parametrize("scoring", ["pass-fail", "points"])
def test_nothing_is_run_after_a_compile_error_or_a_fault(data, scoring, verdict):
    root = data.group("")
    data.test("1", verdict, root, sample=True)
    data.test("2", "AC", root)
    assert data.grade(scoring)[0] == verdict
    assert data.ran == ["1"]


def test_the_least_of_a_group_and_the_sum_of_groups(data):
    root = data.group("", ignore_sample=True)
    secret = data.group("secret", root, accept_if_any_accepted=True, verdict_mode="first_error")
    for name, points, verdicts in (("g1", 40, ("AC", "AC")), ("g2", 60, ("AC", "WA", "AC"))):
        group = data.group(f"secret/{name}", secret, score_mode="min", accept_score=points, on_reject="break")
        for number, verdict in enumerate(verdicts):
            data.test(f"{name}-{number}", verdict, group)
    assert data.grade() == ("WA", 40, 100)
    assert data.ran == ["g1-0", "g1-1", "g2-0", "g2-1"]


def test_samples_that_do_not_count_do_not_fail(data):
    root = data.group("", ignore_sample=True, on_reject="break")
    sample, secret = data.group("sample", root), data.group("secret", root, accept_score=100, score_mode="min")
    data.test("s", "WA", sample, sample=True)
    data.test("1", "AC", secret)
    assert data.grade() == ("AC", 100, 100)
    assert data.ran == ["s", "1"]


def test_samples_come_first_and_count_where_the_package_does_not_ignore_them(data):
    root = data.group("", on_reject="break")
    secret, sample = data.group("secret", root), data.group("sample", root)
    data.test("1", "AC", secret)
    data.test("s", "WA", sample, sample=True)
    assert data.grade() == ("WA", 0, 2)
    assert data.ran == ["s"]


@pytest.mark.parametrize(
    ("mode", "score", "most"), [("sum", 3, 6), ("min", 0, 2), ("max", 2, 2), ("avg", 1, 2)], ids=str
)
def test_ways_of_combining_scores(data, mode, score, most):
    root = data.group("", score_mode=mode, accept_score=2)
    for verdict in ("AC", "WA", "WA"):
        data.test(verdict, verdict, root)
    data.tests[1].result = ("AC", 1.0) if mode in ("sum", "avg") else ("WA", None)
    found = data.grade()
    assert found[1:] == (score, most)


def test_a_group_that_needs_another_is_not_run_without_it(data):
    root = data.group("")
    first = data.group("a", root)
    second = data.group("b", root, requires=["a"])
    data.test("1", "RTE", first)
    data.test("2", "AC", second)
    assert data.grade() == ("RTE", 0, 2)
    assert data.ran == ["1"]


def test_the_first_failing_verdict_stands_for_lost_points(data):
    root = data.group("")
    for verdict in ("AC", "TLE", "RTE", "WA"):
        data.test(verdict, verdict, root)
    assert data.grade() == ("TLE", 1, 4)


def test_a_validators_score_goes_before_the_groups(data):
    root = data.group("", points=100, accept_score=100, score_mode="min")
    data.test("1", "AC", root, score=35.5)
    assert data.grade() == ("WA", 35.5, 100)


def test_a_group_may_always_accept(data):
    root = data.group("", verdict_mode="always_accept", reject_score=1)
    data.test("1", "WA", root)
    assert data.grade() == ("AC", 1, 1)
