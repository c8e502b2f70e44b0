"""Keeping the recommendations' catalogue in line with the problems."""

from django.db import transaction

from problems.models import Problem
from recommendations.services import publish, withdraw


def publish_problems(problems):
    """Tell the catalogue that problems are new or changed, in the transaction that wrote them; drafts leave it.

    Two queries to read the problems with their tags, and what the catalogue needs.
    """
    keys = [problem.pk for problem in problems]
    if not keys:
        return
    with transaction.atomic():
        rows = list(Problem.objects.filter(pk__in=keys).with_tags())
        shown = [row for row in rows if row.is_published]
        publish("problems", shown)
        hidden = set(keys) - {row.pk for row in shown}
        if hidden:
            withdraw("problems", sorted(hidden))


@transaction.atomic
def set_status(problems, status):
    """Publish problems or make them drafts again; returns how many changed."""
    rows = list(problems.exclude(status=status))
    for row in rows:
        row.status = status
        row.save(update_fields=["status", "updated_at"])
    publish_problems(rows)
    return len(rows)


@transaction.atomic
def delete_problems(problems):
    """Delete problems with their tests and submissions; what members learned from them stays theirs."""
    withdraw("problems", list(problems.values_list("pk", flat=True)))
    problems.delete()
