"""Sending code in, running the samples, and reading one's own submissions: never anybody else's."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from common.web import member_required, paginate
from problems import selectors
from problems.models import Submission, Trial
from problems.services import submissions
from problems.services.health import judge_health
from problems.views.catalogue import own_submissions
from problems.views.common import find

PER_PAGE = 30
LARGEST = 2**63 - 1  # of a database's keys


@member_required
@require_POST
def submit(request, slug):
    """Send a program in; what follows is told by `state`."""
    problem = find(request, slug)
    try:
        submission = submissions.submit(user=request.user, problem=problem, **_sent(request))
    except ValidationError as error:
        return _refused(request, problem, error)
    if not request.htmx:
        return redirect(submission)
    return render(request, "problems/_verdict.html", _verdict(submission))


@member_required
@require_POST
def run(request, slug):
    """Run a program on the samples, or on an input of one's own, without sending it in."""
    problem = find(request, slug)
    given = request.POST.get("input", "") if "own_input" in request.POST else None
    try:
        trial = submissions.run_samples(user=request.user, problem=problem, input=given, **_sent(request))
    except ValidationError as error:
        return _refused(request, problem, error)
    if not request.htmx:
        return redirect("problems:trial", pk=trial.pk)
    return render(request, "problems/_trial.html", _trial(trial))


@member_required
@require_safe
@never_cache
def trial(request, pk):
    """How far a trial run is: a fragment that asks again, a page for who has no scripts."""
    found = get_object_or_404(Trial.objects.select_related("problem"), pk=min(pk, LARGEST), user=request.user)
    return render(request, "problems/_trial.html" if request.htmx else "problems/trial.html", _trial(found))


@member_required
@require_safe
@never_cache
def state(request, pk):
    """How far judging is, as a fragment that asks again until it is done."""
    submission = _own(request, pk)
    response = render(request, "problems/_verdict.html", _verdict(submission))
    return trigger_client_event(response, "judged") if submission.is_done else response


@member_required
@require_safe
@never_cache
def detail(request, pk):
    """One submission of one's own, with its code."""
    submission = _own(request, pk)
    return render(request, "problems/submission.html", {**_verdict(submission), "linked": False})


@member_required
@require_safe
@never_cache
def own(request, slug):
    """The latest own submissions for a problem, as a fragment."""
    problem = find(request, slug)
    context = {"problem": problem, "submissions": own_submissions(request.user, problem)}
    return render(request, "problems/_own.html", context)


@member_required
@require_safe
@never_cache
def index(request):
    """All own submissions, or those for one problem."""
    rows = Submission.objects.filter(user=request.user).select_related("problem").defer("code", "tests", "message")
    slug, problem = request.GET.get("problem", ""), None
    if slug:
        problem = find(request, slug)
        rows = rows.filter(problem=problem)
    context = {"page": paginate(request, rows, PER_PAGE), "problem": problem}
    return render(request, "problems/submissions.html", context)


def _own(request, pk):
    """The member's own submission; anybody else's is as absent as one that never was."""
    return get_object_or_404(Submission.objects.select_related("problem"), pk=min(pk, LARGEST), user=request.user)


def _sent(request):
    # Browsers send CRLF line ends, which Python takes; members who read their code again should find their own.
    code = request.POST.get("code", "").replace("\r\n", "\n")
    return {"code": code, "language": request.POST.get("language", "python3")}


def _refused(request, problem, error):
    """Say why, where the verdict would have stood."""
    text = error.messages[0]
    if request.htmx:
        return render(request, "problems/_refused.html", {"text": text})
    messages.error(request, text)
    return redirect(problem)


def _verdict(submission):
    return {"submission": submission, "linked": True, "unavailable": _unavailable(submission)}


def _unavailable(row):
    """Why nothing happens to a row that waits, where no judge works."""
    return "" if row.is_done else judge_health().reason


def _trial(row):
    """A trial run with the answers of the samples beside what the program printed."""
    answers = {} if row.input is not None or not row.is_done else _answers(row.problem)
    runs = [{**fact, "answer": answers.get(fact["name"])} for fact in row.tests]
    return {
        "trial": row,
        "runs": runs,
        "right": sum(fact["verdict"] == "AC" for fact in row.tests),
        "own_input": row.input is not None,
        "unavailable": _unavailable(row),
    }


def _answers(problem):
    return {sample.name: sample.answer.decode("utf-8", "replace") for sample in selectors.samples(problem)}
