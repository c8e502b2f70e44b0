"""The questions that pages, API and recommendations ask of clubs and activities."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Greatest
from django.utils import timezone

SEARCH_LENGTH = 100
SEARCH_TERMS = 6


def terms(query):
    """The words of a search, bounded in number and length; NUL would break PostgreSQL."""
    return (query or "").replace("\x00", " ")[:SEARCH_LENGTH].split()[:SEARCH_TERMS]


class CardQuerySet(models.QuerySet):
    """Searching and counting, for both kinds of rows."""

    search_fields: tuple[str, ...] = ()

    def adjust(self, field, change):
        """Add to a kept number without reading it, so that two at once both count; never below zero."""
        return self.update(**{field: Greatest(models.F(field) + change, 0)})

    def search(self, query):
        """Rows that hold every word of `query` in some field."""
        found = self
        for term in terms(query):
            condition = Q()
            for field in self.search_fields:
                condition |= Q(**{f"{field}__icontains": term})
            found = found.filter(condition)
        return found


class ClubQuerySet(CardQuerySet):
    search_fields = ("name", "intro", "info_text")

    def open(self):
        return self.filter(status="active")

    def for_cards(self):
        """With what a card shows already joined."""
        return self.select_related("category", "region").defer("info", "info_text")


class ActivityQuerySet(CardQuerySet):
    search_fields = ("title", "intro", "content_text", "place", "club__name")

    def visible_to(self, user=None):
        """Everything but the drafts of others."""
        if user is None or not user.is_authenticated:
            return self.exclude(status="draft")
        return self.filter(~Q(status="draft") | Q(host=user) | Q(club__owner=user))

    def recruiting(self, at=None):
        """Open and inside the recruiting window; a closed club recruits nobody."""
        at = at or timezone.now()
        return self.filter(
            Q(club=None) | Q(club__status="active"),
            Q(recruit_start=None) | Q(recruit_start__lte=at),
            Q(recruit_end=None) | Q(recruit_end__gt=at),
            status="open",
        )

    def for_cards(self):
        """With what a card shows already joined."""
        return self.select_related("category", "region", "club").defer(
            "content", "content_text", "club__info", "club__info_text"
        )
