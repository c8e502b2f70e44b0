"""Trying a package: its own submissions are judged and compared with what the package expects of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from problems import judge
from problems.models import Problem, TestCase
from problems.packages import Program
from problems.services import grading
from problems.services.judging import checker_of, limits_of

#: folder of submissions → whether they are to be accepted; of others nothing is expected
EXPECTED = {
    "accepted": True,
    "partially_accepted": False,
    "wrong_answer": False,
    "rejected": False,
    "run_time_error": False,
    "time_limit_exceeded": False,
}


@dataclass(frozen=True)
class Outcome:
    """How one submission of a package was judged."""

    path: str
    verdict: str
    points: float | None
    time_ms: int
    as_expected: bool


def try_programs(problem: Problem, programs: Iterable[Program]) -> list[Outcome]:
    """Judge programs as members' are, without leaving a trace."""
    tests = list(TestCase.objects.with_data().filter(problem=problem).order_by("order", "pk"))
    groups = list(problem.groups.order_by("order", "pk"))
    return [_try(problem, program, tests, groups) for program in programs]


def _try(problem: Problem, program: Program, tests: list, groups: list) -> Outcome:
    checkers = {group.pk: checker_of(problem, group) for group in groups}
    plain, limits = checker_of(problem), limits_of(problem)
    known: dict = {}
    slowest = 0

    def run(test):
        nonlocal slowest
        checker = checkers.get(test.group_id, plain)
        key = (hashlib.sha256(test.input_packed).digest(), hashlib.sha256(test.answer_packed).digest(), str(checker))
        if key not in known:
            result = judge.judge_case(program.code, test.input, test.answer, limits, checker)
            slowest = max(slowest, result.time_ms)
            known[key] = result.verdict, result.score
        return known[key]

    found, most = grading.grade(problem.scoring, tests, groups, run)
    expected = EXPECTED.get(program.expected)
    fits = expected is None or (found.verdict == "AC") == expected
    return Outcome(
        program.path, found.verdict, None if most is None else found.score, slowest, fits and found.verdict != "IE"
    )
