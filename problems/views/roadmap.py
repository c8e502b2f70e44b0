"""Roadmaps: an ordered way to a problem, or to a tag and level."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from problems.forms import GoalForm
from problems.views.common import find


@require_safe
def goal(request):
    """The way to a tag and level, once both are chosen."""
    form = GoalForm(request.GET or None)
    return render(request, "problems/goal.html", {"form": form})


@require_safe
def to_problem(request, slug):
    """The way to a problem."""
    problem = find(request, slug)
    return render(request, "problems/roadmap.html", {"problem": problem})
