"""What lists can be filtered by. A value that means nothing is an error, not an empty list."""

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field

from accounts.models import Category, Region
from activities.api.fields import find_named
from activities.models import Activity, Club
from activities.querysets import SEARCH_LENGTH
from activities.selectors import takes_place
from recommendations.api.base import FlagFilter


class NamedFormField(forms.CharField):
    """The id or slug of a category or region; becomes the row."""

    def __init__(self, *args, model, **kwargs):
        self.model = model
        super().__init__(*args, max_length=100, **kwargs)

    def clean(self, value):
        value = super().clean(value)
        if not value:
            return None
        row = find_named(self.model.objects.all(), value)
        if row is None:
            raise ValidationError(_("There is none with the id or slug “%(value)s”."), "unknown", {"value": value})
        return row


@extend_schema_field({"type": "string", "description": "id or slug"})
class NamedFilter(filters.Filter):
    field_class = NamedFormField


class CardFilter(filters.FilterSet):
    """What clubs and activities have in common; `ordering` is checked here and applied by the pages (base.py)."""

    q = filters.CharFilter(method="search", label=_("Search"), max_length=SEARCH_LENGTH)
    category = NamedFilter(model=Category, method="of_category")
    region = NamedFilter(model=Region)

    def search(self, rows, name, value):
        return rows.search(value)

    def of_category(self, rows, name, value):
        return rows.filter(category=value)

    def as_is(self, rows, name, value):
        return rows


class ClubFilter(CardFilter):
    ordering = filters.ChoiceFilter(method="as_is", choices=[("latest", _("Latest")), ("popular", _("Popular"))])
    mine = FlagFilter(method="of_caller")

    class Meta:
        model = Club
        fields: list[str] = []

    def of_category(self, rows, name, value):
        further = Club.categories.through.objects.filter(category=value).values("club_id")
        return rows.filter(category=value) | rows.filter(pk__in=further)

    def of_caller(self, rows, name, value):
        return _of_caller(rows, self.request, value, "owner")


class ActivityFilter(CardFilter):
    club = filters.ModelChoiceFilter(queryset=Club.objects.all())
    recruiting = FlagFilter(method="by_recruiting")
    on = filters.DateFilter(method="on_day", label=_("Day on which it takes place"))
    mine = FlagFilter(method="of_caller")
    ordering = filters.ChoiceFilter(
        method="by_end",
        choices=[("latest", _("Latest")), ("popular", _("Popular")), ("closing", _("Closing soon"))],
    )

    class Meta:
        model = Activity
        fields: list[str] = []

    def by_recruiting(self, rows, name, value):
        now = Activity.objects.recruiting()
        return rows.filter(pk__in=now.values("pk")) if value in ("true", "1") else rows.exclude(pk__in=now.values("pk"))

    def on_day(self, rows, name, value):
        return rows.filter(takes_place(value))

    def of_caller(self, rows, name, value):
        return _of_caller(rows, self.request, value, "host")

    def by_end(self, rows, name, value):
        """Closing soon needs an end, and one that has not passed."""
        return rows.recruiting().exclude(recruit_end=None) if value == "closing" else rows


def _of_caller(rows, request, value, key):
    if request is None or not request.user.is_authenticated:
        return rows.none() if value in ("true", "1") else rows
    return rows.filter(**{key: request.user}) if value in ("true", "1") else rows.exclude(**{key: request.user})
