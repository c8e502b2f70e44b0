"""What the lists of problems and of submissions can be filtered by. A value that means nothing is an error, not an empty list."""

import django_filters as filters
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import exceptions

from problems import selectors
from problems.models import Problem, Submission, Tag
from problems.models.catalogue import HIGHEST, LOWEST, TIERS
from problems.querysets import SEARCH_LENGTH


@extend_schema_field({"type": "array", "items": {"type": "string"}, "description": "slugs; a problem has all of them"})
class TagFilter(filters.ModelMultipleChoiceFilter):
    """Tags by their slugs."""


class ProblemFilter(filters.FilterSet):
    """`ordering` is checked here and applied by the pages."""

    q = filters.CharFilter(method="search", label=_("Search"), max_length=SEARCH_LENGTH)
    tag = TagFilter(queryset=Tag.objects.all(), to_field_name="slug", method="of_tags")
    level = filters.NumberFilter(min_value=LOWEST, max_value=HIGHEST)
    level_from = filters.NumberFilter("level", "gte", min_value=LOWEST, max_value=HIGHEST)
    level_to = filters.NumberFilter("level", "lte", min_value=LOWEST, max_value=HIGHEST)
    tier = filters.ChoiceFilter(method="of_tier", choices=[(tier, tier) for tier in TIERS])
    state = filters.ChoiceFilter(method="of_caller", choices=[(state, state) for state in selectors.STATES])
    ordering = filters.ChoiceFilter(method="as_is", choices=[(sort, sort) for sort in selectors.SORTS])

    class Meta:
        model = Problem
        fields: list[str] = []

    def search(self, rows, name, value):
        return rows.search(value)

    def of_tags(self, rows, name, value):
        return rows.tagged(*value)

    def of_tier(self, rows, name, value):
        return rows.filter(level__range=selectors.tier_levels(value))

    def of_caller(self, rows, name, value):
        """Visitors have solved nothing."""
        user = getattr(self.request, "user", None)
        if user is None or not user.is_authenticated:
            return rows if value == "unsolved" else rows.none()
        return rows.of_member(user, value)

    def as_is(self, rows, name, value):
        return rows


class SubmissionFilter(filters.FilterSet):
    """A member's own submissions: of a problem, in a state, with a verdict, in a language."""

    problem = filters.CharFilter(method="of_problem", help_text="id or slug")
    status = filters.ChoiceFilter(choices=Submission.Status.choices)
    verdict = filters.ChoiceFilter(choices=Submission.Verdict.choices)
    language = filters.ChoiceFilter(choices=Submission.Language.choices)

    class Meta:
        model = Submission
        fields: list[str] = []

    def of_problem(self, rows, name, value):
        try:
            return rows.filter(problem=selectors.find_problem(value, self.request.user))
        except Problem.DoesNotExist:
            message = _("There is no problem “%(key)s”.") % {"key": value[:80]}
            raise exceptions.ValidationError({"problem": [message]}) from None
