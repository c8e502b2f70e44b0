"""Judging one row that was claimed: its tests in the sandbox, progress as it goes, the verdict once."""

import logging
import os
import time
from dataclasses import replace

from django.db import transaction
from django.utils import timezone

from problems import judge
from problems.models import Submission, TestCase, TestGroup, Trial
from problems.services import grading, queue
from problems.services.standing import learn_verdict, refresh_standing

logger = logging.getLogger(__name__)
Status = Submission.Status
#: Seconds between two writes of progress.
PROGRESS = 0.5
OUTPUT_SHOWN = 8000  # characters of a trial's output
MESSAGE_SHOWN = 2000


class JudgeFault(Exception):
    """The judge, not the program, failed. The message is for the log: it may quote hidden data."""


class Lost(Exception):
    """The row was given to another worker, as this one was taken for dead."""


def limits_of(problem):
    return judge.Limits(cpu_s=problem.time_limit, memory_mb=problem.memory_limit_mb, output_kb=problem.output_limit_kb)


def checker_of(problem, group=None):
    """How outputs are judged: a group's own arguments go before the problem's."""
    comparison = judge.Comparison(
        case_sensitive=problem.case_sensitive,
        space_change_sensitive=problem.space_change_sensitive,
        float_absolute_tolerance=problem.float_absolute_tolerance,
        float_relative_tolerance=problem.float_relative_tolerance,
    )
    own = group.validator_args if group is not None else None
    if problem.validator:
        return judge.Checker(comparison, problem.validator, problem.validator_args if own is None else own)
    return judge.Checker(judge.Comparison.from_flags(own) if own else comparison)


class Progress:
    """The tests judged so far, stored now and then; each step lengthens the lease."""

    def __init__(self, row, worker):
        self.row, self.worker = row, worker
        self.tests = []
        self.limits = limits_of(row.problem)
        self.code = row.code.encode("utf-8", "surrogatepass")
        self._patient = True
        self._stored = time.monotonic()

    def run(self, data, answer, checker):
        """Judge one test; JudgeFault where the sandbox or a validator fails."""
        result = judge.judge_case(self.code, data, answer, self.limits, checker)
        if self._patient and self._starved(result):
            result = judge.judge_case(
                self.code, data, answer, replace(self.limits, wall_s=6 * self.limits.wall), checker
            )
            # One that sleeps uses no time either: it is waited for once, not at every test.
            self._patient = result.verdict != "TLE"
        if result.verdict == "IE":
            raise JudgeFault(result.message)
        return result

    def _starved(self, result):
        """Whether the clock ran out because the machine had no time for the program, which then deserves another chance."""
        waited = result.verdict == "TLE" and result.time_ms < 500 * self.limits.cpu_s
        return waited and os.getloadavg()[0] > 1.5 * (os.cpu_count() or 1)

    def add(self, fact):
        self.tests.append(fact)
        if time.monotonic() - self._stored >= PROGRESS:
            self._stored = time.monotonic()
            if not queue.extend(self.row, self.worker, 2 * self.limits.wall, tests=self.tests):
                raise Lost


def judge_row(row, worker):
    """Judge a claimed row to its end. A fault of the judge gives it back to the queue, the third time it is the verdict."""
    try:
        if not queue.extend(row, worker, 2 * limits_of(row.problem).wall):
            return
        if isinstance(row, Trial):
            _judge_trial(row, worker)
        else:
            _judge_submission(row, worker)
    except Lost:
        logger.warning("%s %s was given to another worker", type(row).__name__, row.pk)
    except JudgeFault as error:
        logger.error("%s %s: the judge failed: %s", type(row).__name__, row.pk, error)
        if judge.available(fresh=True).ok:
            retry_or_fail(row, worker)
        else:  # it waits until there is a judge that works
            queue.give_back(row, worker, counted=False)


def retry_or_fail(row, worker):
    """After a fault: wait again, or, after the last attempt, end as IE."""
    if row.attempts < queue.ATTEMPTS:
        queue.give_back(row, worker)
        queue.wake()
        return
    if isinstance(row, Trial):
        _finish(row, worker, verdict="IE", tests=[], message="")
    else:
        finish_submission(row, worker, grading.Grade("IE"), None, [])


def recover():
    """Give rows of dead workers back; returns how many there were."""
    rows = queue.abandoned()
    for row in rows:
        logger.warning("%s %s: its worker is gone", type(row).__name__, row.pk)
        full = type(row).objects.select_related("problem", "user").filter(pk=row.pk, worker=row.worker).first()
        if full is not None:
            retry_or_fail(full, row.worker)
    return len(rows)


def _judge_submission(row, worker):
    tests = list(TestCase.objects.filter(problem=row.problem).order_by("order", "pk"))
    groups = list(TestGroup.objects.filter(problem=row.problem).order_by("order", "pk"))
    if not tests:
        raise JudgeFault("the problem has no tests")
    checkers = {group.pk: checker_of(row.problem, group) for group in groups}
    plain = checker_of(row.problem)
    progress = Progress(row, worker)
    notes = {}
    queue.extend(row, worker, 2 * progress.limits.wall, tests_total=len(tests), tests=[])

    def run(test):
        full = TestCase.objects.with_data().get(pk=test.pk)
        result = progress.run(full.input, full.answer, checkers.get(test.group_id, plain))
        if result.verdict == "CE":
            notes["message"] = result.message[:MESSAGE_SHOWN]
            return "CE", None
        fact = {
            "name": test.name,
            "verdict": result.verdict,
            "time_ms": result.time_ms,
            "memory_kb": result.memory_kb,
            "sample": test.is_sample,
        }
        if test.is_sample:  # of hidden tests nothing is shown that a program could have copied from its input
            fact |= {"stderr": _text(result.stderr), "message": _text(result.message)}
        progress.add(fact)
        return result.verdict, result.score

    found, most = grading.grade(row.problem.scoring, tests, groups, run)
    finish_submission(row, worker, found, most, progress.tests, notes.get("message", ""))


def finish_submission(row, worker, found, most, tests, message=""):
    """Store the final verdict and what follows from it in one transaction, once: False where another worker was first."""
    values = {
        "verdict": found.verdict,
        "points": None if most is None or found.verdict == "IE" else found.score,
        "max_points": most,
        "tests": tests,
        "message": _text(message),
        "time_ms": max((test["time_ms"] for test in tests), default=None),
        "memory_kb": max((test["memory_kb"] for test in tests), default=None),
    }
    with transaction.atomic():
        if not _finish(row, worker, **values):
            return False
        fresh = Submission.objects.select_related("user", "problem").get(pk=row.pk)
        refresh_standing(fresh.user_id, fresh.problem_id)
        learn_verdict(fresh)
    return True


def _finish(row, worker, **values):
    mine = type(row).objects.filter(pk=row.pk, status=Status.JUDGING, worker=worker)
    return mine.update(status=Status.DONE, judged_at=timezone.now(), lease_until=None, worker="", **values)


def _judge_trial(row, worker):
    progress = Progress(row, worker)
    if row.input is None:
        samples = TestCase.objects.with_data().filter(problem=row.problem, is_sample=True)
        cases = [(test.name, test.input, test.answer) for test in samples.order_by("order", "pk")]
    else:
        cases = [("", row.input.encode("utf-8", "surrogatepass"), None)]
    queue.extend(row, worker, 2 * progress.limits.wall, tests_total=len(cases), tests=[])
    plain = checker_of(row.problem)
    verdict = "AC"
    for name, data, answer in cases:
        result = judge.run(progress.code, data, progress.limits)
        checked = judge.check(result, data, answer, plain)
        if checked.verdict == "IE":
            raise JudgeFault(checked.message)
        if checked.verdict == "CE":
            _finish(row, worker, verdict="CE", tests=[], message=_text(checked.message)[:MESSAGE_SHOWN])
            return
        verdict = checked.verdict if verdict == "AC" else verdict
        progress.add(
            {
                "name": name,
                "verdict": checked.verdict,
                "time_ms": checked.time_ms,
                "memory_kb": checked.memory_kb,
                "output": _text(result.stdout.decode("utf-8", "replace")[:OUTPUT_SHOWN]),
                "stderr": _text(checked.stderr),
                "message": _text(checked.message),
            }
        )
    _finish(row, worker, verdict=verdict, tests=progress.tests, message="")


def _text(text):
    """What a database's text column can hold: PostgreSQL has no NUL and no lone surrogates."""
    return text.replace("\x00", "�").encode("utf-8", "replace").decode()
