"""Reads for pages and API: the catalogue with its filters, one problem with what its page shows, tags."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from problems.models import Attempt, Like, Problem, Tag, TestCase
from problems.models.catalogue import TIER_LEVELS, TIERS

SORTS = {
    "latest": (_("Latest"), ("-created_at", "-id")),
    "easy": (_("Easiest first"), ("level", "id")),
    "hard": (_("Hardest first"), ("-level", "-id")),
    "popular": (_("Solved by most"), ("-solved_count", "-id")),
}
STATES = {"solved": _("Solved"), "unsolved": _("Not solved yet"), "tried": _("Tried, not solved")}


def tier_levels(tier):
    """The lowest and the highest level of a tier."""
    first = TIERS.index(tier) * TIER_LEVELS + 1
    return first, first + TIER_LEVELS - 1


def problem_list(*, q="", tags=(), level_from=None, level_to=None, tier=None, state=None, user=None, sort="latest"):
    """Published problems as cards: two queries, whatever the filters.

    Parameters
    ----------
    q : words, each of which is in a title, the slug or a statement
    tags : slugs; a problem has all of them
    state : `solved`, `unsolved` or `tried`, of `user`
    """
    rows = Problem.objects.published().for_cards().search(q)
    for tag in tags:
        rows = rows.filter(pk__in=Problem.tags.through.objects.filter(tag__slug=tag).values("problem"))
    if tier:
        low, high = tier_levels(tier)
        rows = rows.filter(level__range=(low, high))
    if level_from is not None:
        rows = rows.filter(level__gte=level_from)
    if level_to is not None:
        rows = rows.filter(level__lte=level_to)
    if state and user is not None and user.is_authenticated:
        rows = rows.of_member(user, state)
    return rows.order_by(*SORTS[sort][1])


def search(query):
    """Published problems that hold every word of `query`, newest first; none for an empty search."""
    rows = problem_list(q=query)
    return rows if (query or "").strip() else rows.none()


def visible_problems(user=None):
    """Problems with what their page shows: the published ones, for staff who may change problems the drafts, too."""
    rows = Problem.objects.with_tags()
    if user is not None and user.is_staff and user.has_perm("problems.change_problem"):
        return rows
    return rows.published()


def find_problem(key, user=None):
    """The problem with this id (digits) or slug that `user` may see; raises Problem.DoesNotExist."""
    key = str(key)
    if key.isascii() and key.isdigit():
        if len(key) > 18:
            raise Problem.DoesNotExist
        return visible_problems(user).get(pk=int(key))
    return visible_problems(user).get(slug=key)


def samples(problem):
    """The sample tests with their data, in order: what everybody may read."""
    return list(TestCase.objects.with_data().filter(problem=problem, is_sample=True).order_by("order", "id"))


def tag_list():
    """All tags with the number of published problems that have them (`problem_count`)."""
    published = Count("problem_tags", filter=Q(problem_tags__problem__status=Problem.Status.PUBLISHED))
    return Tag.objects.annotate(problem_count=published).order_by("slug")


@dataclass(frozen=True)
class Standing:
    """How a member stands to a problem."""

    attempt: Any = None
    liked: bool = False

    @property
    def state(self) -> str:
        """`solved`, `tried` or "" (never sent anything in)."""
        if self.attempt is None:
            return ""
        return "solved" if self.attempt.is_solved else "tried"


def standing(user, problem):
    if not user.is_authenticated:
        return Standing()
    return Standing(
        attempt=Attempt.objects.filter(user=user, problem=problem).first(),
        liked=Like.objects.filter(user=user, problem=problem).exists(),
    )


def states(user, problems):
    """Problem's key → `solved` or `tried`, for marks on cards; one query."""
    if not user.is_authenticated:
        return {}
    rows = Attempt.objects.filter(user=user, problem__in=[problem.pk for problem in problems])
    return {
        problem: "solved" if solved_at else "tried"
        for problem, solved_at in rows.values_list("problem_id", "solved_at")
    }
