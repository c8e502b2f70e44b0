"""What a final verdict changes besides its submission: the member's progress, the problem's numbers, the member's model."""

from django.db import transaction
from django.db.models import Q

from problems.models import Attempt, Problem, Submission
from recommendations.models import Event
from recommendations.services import forget_event, record_event

DOMAIN = "problems"
#: While one is judged again its old verdict stays in force.
COUNTED = ~Q(verdict__in=["", Submission.Verdict.INTERNAL])


def refresh_standing(user_id, problem_id):
    """Bring a member's progress on a problem, and the problem's numbers, in line with the submissions; exact after a rejudge.

    Call it in the transaction that changed a submission.
    """
    attempt, _created = Attempt.objects.get_or_create(user_id=user_id, problem_id=problem_id)
    # Locked before the submissions are read: of two verdicts at once the second sees the first one's.
    attempt = Attempt.objects.select_for_update().get(pk=attempt.pk)
    tried, solved = attempt.tries > 0, attempt.is_solved
    _recount(attempt)
    if attempt.tries:
        attempt.save()
    else:
        attempt.delete()
    numbers = Problem.objects.filter(pk=problem_id)
    for field, change in (
        ("tried_count", (attempt.tries > 0) - tried),
        ("solved_count", attempt.is_solved - solved),
    ):
        if change:
            numbers.adjust(field, change)


def _recount(attempt):
    rows = Submission.objects.filter(COUNTED, user_id=attempt.user_id, problem_id=attempt.problem_id)
    facts = list(rows.order_by("queued_at", "pk").values_list("verdict", "points", "queued_at"))
    solved = next((number for number, fact in enumerate(facts) if fact[0] == "AC"), None)
    failed = [at for verdict, _points, at in facts if verdict != "AC"]
    points = [value for _verdict, value, _at in facts if value is not None]
    attempt.tries = len(facts) if solved is None else solved + 1
    attempt.points = max(points, default=None)
    attempt.first_tried_at = facts[0][2] if facts else None
    attempt.last_failed_at = failed[-1] if failed else None
    attempt.solved_at = None if solved is None else facts[solved][2]


@transaction.atomic
def learn_verdict(submission):
    """Record what the verdict says as the submission's one event, in the caller's transaction.

    The same verdict again changes nothing; another one after a rejudge replaces the event. What the member has forgotten
    stays forgotten. An error of the judge says nothing of the member.
    """
    wanted = {"AC": "solve", "IE": ""}.get(submission.verdict, "fail")
    if not submission.problem.is_published:  # staff trying out a draft, which nobody may be recommended
        wanted = ""
    if submission.event_id:
        known = Event.objects.filter(pk=submission.event_id, user_id=submission.user_id).first()
        if known is None or known.forgotten_at or known.verb == wanted:
            return
        forget_event(submission.user, known.pk)
        submission.event_id = None
    if wanted:
        submission.event_id = _record(submission, wanted)
    Submission.objects.filter(pk=submission.pk).update(event_id=submission.event_id)


def _record(submission, verb):
    event, _new = record_event(
        domain=DOMAIN,
        item=submission.problem,
        verb=verb,
        user=submission.user,
        occurred_at=submission.queued_at,
        client_id=f"submission-{submission.pk}-{submission.rejudge}",
        by_site=True,
    )
    return event.pk
