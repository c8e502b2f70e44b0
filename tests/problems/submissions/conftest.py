"""Problems with hidden tests, and a judge that works."""

from __future__ import annotations

import pytest

from problems import judge
from problems.models import Tag, TestCase, TestGroup
from problems.services import submissions
from problems.services.health import configure_judge
from problems.tasks import judge_waiting
from tests.problems import make

RIGHT = "print(sum(map(int, input().split())))"
WRONG = "print(3)"  # right for the sample alone
HIDDEN = "7001 330"


def add_test(problem, name, given, answer, *, group=None, order=10):
    test = TestCase(problem=problem, name=name, order=order, group=group, is_sample=name.startswith("sample"))
    test.input, test.answer = given.encode(), answer.encode()
    test.save()
    return test


def add_group(problem, name, parent=None, **values):
    return TestGroup.objects.create(problem=problem, name=name, parent=parent, **values)


@pytest.fixture
def problem(db):
    """Sum of two numbers, with two hidden tests."""
    Tag.objects.get_or_create(slug="math", defaults={"name_ko": "수학", "name_en": "math"})
    row = make.problem(time_limit=2.0, memory_limit_mb=128)
    add_test(row, "secret/1", f"{HIDDEN}\n", "7331\n")
    add_test(row, "secret/2", "10 20\n", "30\n", order=11)
    return row


@pytest.fixture
def judged(problem):
    """Return a function that sends a program in, judges it and returns the submission as it is then."""

    def run(user, code=RIGHT, problem=problem):
        row = submissions.submit(user=user, problem=problem, code=code)
        judge_waiting()
        row.refresh_from_db()
        return row

    return run


@pytest.fixture
def no_sandbox():
    """No sandbox is available in this process."""
    judge.configure(())
    yield
    configure_judge()
