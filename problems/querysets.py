"""The questions that pages, API and recommendations ask of problems."""

from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.db.models.functions import Greatest

SEARCH_LENGTH = 100
SEARCH_TERMS = 6
SEARCHED = ("title_ko", "title_en", "slug", "statement_ko", "statement_en")
#: What a card does not show.
LONG = ("statement_ko", "statement_en", "notes_ko", "notes_en", "validator", "validator_args")


def terms(query):
    """The words of a search, bounded in number and length; NUL would break PostgreSQL."""
    return (query or "").replace("\x00", " ")[:SEARCH_LENGTH].split()[:SEARCH_TERMS]


def tags_prefetch():
    from problems.models import ProblemTag

    return Prefetch("problem_tags", queryset=ProblemTag.objects.select_related("tag"))


class ProblemQuerySet(models.QuerySet):
    def published(self):
        return self.filter(status="published")

    def adjust(self, field, change):
        """Add to a kept number without reading it, so that two at once both count; never below zero."""
        return self.update(**{field: Greatest(models.F(field) + change, 0)})

    def search(self, query):
        """Problems that hold every word of `query` in a title, the slug or a statement."""
        found = self
        for term in terms(query):
            condition = Q()
            for field in SEARCHED:
                condition |= Q(**{f"{field}__icontains": term})
            found = found.filter(condition)
        return found

    def tagged(self, *tags):
        """Problems that have every one of the tags (rows)."""
        from problems.models import ProblemTag

        found = self
        for tag in tags:
            found = found.filter(Exists(ProblemTag.objects.filter(problem=OuterRef("pk"), tag=tag)))
        return found

    def with_tags(self):
        """With their tags, main tag first: one query more for all rows."""
        return self.prefetch_related(tags_prefetch())

    def for_cards(self):
        """With what a card shows, in two queries."""
        return self.defer(*LONG).with_tags()

    def of_member(self, user, state):
        """Those that `user` has solved (`solved`), not solved (`unsolved`) or tried without solving (`tried`)."""
        from problems.models import Attempt

        own = Attempt.objects.filter(problem=OuterRef("pk"), user=user)
        solved = Exists(own.filter(solved_at__isnull=False))
        if state == "solved":
            return self.filter(solved)
        if state == "unsolved":
            return self.filter(~solved)
        return self.filter(Exists(own.filter(solved_at=None)))
