"""What accounts ask of this app when a member takes their data along or is erased."""

from django.db import transaction
from django.db.models import Count

from accounts import hooks
from problems.models import Attempt, Like, Problem, Submission, Trial

EXPORTED = {
    "submissions": (
        Submission,
        (
            "id", "problem__slug", "language", "code", "status", "verdict", "points", "max_points", "tests", "message",
            "queued_at", "judged_at",
        ),
    ),
    "trials": (Trial, ("id", "problem__slug", "language", "code", "input", "verdict", "tests", "queued_at")),
    "progress": (
        Attempt,
        ("problem__slug", "tries", "points", "first_tried_at", "last_failed_at", "solved_at"),
    ),
    "likes": (Like, ("problem_id", "problem__slug", "created_at")),
}  # fmt: skip


def export(user):
    """Everything this app holds on a member, their programs among it."""
    return {
        name: list(model.objects.filter(user=user).order_by("pk").values(*fields))
        for name, (model, fields) in EXPORTED.items()
    }


@transaction.atomic
def erase(user):
    """Delete a member's programs and progress; the problems' numbers stay right."""
    attempts, submissions = Attempt.objects.filter(user=user), Submission.objects.filter(user=user)
    solved = attempts.filter(solved_at__isnull=False)
    Problem.objects.filter(pk__in=attempts.filter(tries__gt=0).values("problem")).adjust("tried_count", -1)
    Problem.objects.filter(pk__in=solved.values("problem")).adjust("solved_count", -1)
    sent = submissions.order_by().values_list("problem").annotate(n=Count("pk"))
    by_number: dict[int, list[int]] = {}
    for problem, number in sent:
        by_number.setdefault(number, []).append(problem)
    for number, problems in by_number.items():
        Problem.objects.filter(pk__in=problems).adjust("submission_count", -number)
    for model, _fields in EXPORTED.values():
        model.objects.filter(user=user).delete()


hooks.on_export("problems", export)
hooks.on_erase("problems", erase)
