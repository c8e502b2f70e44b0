"""Problems for the tests of pages: made directly, without a judge."""

from __future__ import annotations

from django.utils import timezone

from problems.models import Attempt, Problem, ProblemTag, Submission, Tag, TestCase
from problems.services.catalogue import publish_problems

STATEMENT = r"""두 수 $a$와 $b$를 더한다.

$$\vec{v} = \sum_{i=1}^{n} x_i$$

## 입력

| 부분 | 제한 |
|---:|---|
| 1 | $a \le 10^5$ |
"""


def problem(slug="sum", *, tags=("math",), samples=((b"1 2\n", b"3\n"),), **values) -> Problem:
    """A published problem with its samples."""
    values = {
        "title_ko": "두 수의 합",
        "title_en": "Sum of two",
        "statement_ko": STATEMENT,
        "statement_en": "Add $a$ and $b$.",
        "level": 3,
        "status": "published",
        **values,
    }
    row = Problem.objects.create(slug=slug, **values)
    for place, tag in enumerate(tags):
        ProblemTag.objects.create(problem=row, tag=Tag.objects.get(slug=tag), position=place)
    for place, (given, answer) in enumerate(samples):
        case = TestCase(problem=row, name=f"sample/{place + 1}", order=place, is_sample=True)
        case.input, case.answer = given, answer
        case.save()
    publish_problems([row])
    return row


def submission(user, problem, verdict="WA", **values) -> Submission:
    """A judged submission."""
    tests = [{"name": "secret/1", "verdict": verdict, "time_ms": 12, "memory_kb": 9000, "sample": False}]
    values = {
        "code": f"print({user.pk}) # <secret of {user.nickname}>",
        "status": "done",
        "verdict": verdict,
        "tests": tests,
        "tests_total": 1,
        "time_ms": 12,
        "memory_kb": 9000,
        **values,
    }
    return Submission.objects.create(user=user, problem=problem, **values)


def solved(user, problem, at=None) -> Attempt:
    return Attempt.objects.create(user=user, problem=problem, tries=1, solved_at=at or timezone.now())
