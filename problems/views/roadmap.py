"""Roadmaps: an ordered way to a problem, or to a tag and level."""

from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from problems import roadmap
from problems.forms import GoalForm
from problems.views.common import find

#: Kind of a step → what stands below it.
KINDS = {"prerequisite": _("first learn"), "practice": _("practise"), "goal": _("the goal")}


@require_safe
def goal(request):
    """The way to a tag and level, once both are chosen."""
    form = GoalForm(request.GET or None)
    way = None
    if form.is_bound and form.is_valid():
        way = roadmap.to_goal(form.cleaned_data["tag"], form.cleaned_data["level"], request.user)
    context = {"form": form, "way": way, "kinds": KINDS}
    return render(request, "problems/roadmap.html", context, status=400 if form.is_bound and form.errors else 200)


@require_safe
def to_problem(request, slug):
    """The way to a problem."""
    problem = find(request, slug)
    main = problem.problem_tags.all()[:1]
    form = GoalForm(initial={"tag": main[0].tag.slug if main else None, "level": problem.level})
    way = roadmap.to_problem(problem, request.user)
    context = {"form": form, "way": way, "kinds": KINDS, "problem": problem}
    return render(request, "problems/roadmap.html", context)
