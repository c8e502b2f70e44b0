"""Sending code in, running the samples, and reading one's own submissions: never anybody else's."""

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from common.web import member_required, paginate
from problems import selectors
from problems.models import Problem, Submission
from problems.views.catalogue import own_submissions
from problems.views.common import find

PER_PAGE = 30


@member_required
@require_POST
def submit(request, slug):
    """Send a program in; what follows is told by `state`."""
    from problems.services import submissions

    problem = find(request, slug)
    try:
        submission = submissions.submit(user=request.user, problem=problem, **_sent(request))
    except ValidationError as error:
        return _refused(request, problem, error)
    if not request.htmx:
        return redirect(submission)
    return render(request, "problems/_verdict.html", _verdict(submission))


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
    if pk >= 2**63:
        pk = 0
    return get_object_or_404(Submission.objects.select_related("problem"), pk=pk, user=request.user)


def _sent(request):
    return {"code": request.POST.get("code", ""), "language": request.POST.get("language", "python3")}


@member_required
@require_POST
def run(request, slug):
    return HttpResponse("")


def _verdict(submission):
    return {"submission": submission, "linked": True}


def _refused(request, problem, error):
    return HttpResponse(error.messages[0], status=400)
