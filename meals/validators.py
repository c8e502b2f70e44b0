"""What lists of weekdays, days, allergens and tags may hold; the same rule for pages, API, admin and import."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from meals.allergens import ALLERGENS
from meals.days import WEEKDAYS

TAGS = 20
TAG_LENGTH = 50
DATES = 400


def validate_weekdays(values):
    good = isinstance(values, list) and all(type(value) is int and value in WEEKDAYS for value in values)
    if not good or len(set(values)) != len(values):
        raise ValidationError(_("Weekdays are a list of different numbers from 0 (Monday) to 6."), code="weekdays")


def validate_dates(values):
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValidationError(_("Give a list of dates such as 2026-05-01."), code="type")
    if len(values) > DATES:
        raise ValidationError(_("Up to %(max)s dates."), code="count", params={"max": DATES})
    for value in values:
        try:
            good = dt.date.fromisoformat(value).isoformat() == value
        except ValueError:
            good = False
        if not good:
            raise ValidationError(
                _("“%(value)s” is not a date such as 2026-05-01."), code="date", params={"value": value[:40]}
            )


def validate_allergens(values):
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValidationError(_("Allergens are a list of codes."), code="type")
    for value in values:
        if value not in ALLERGENS:
            raise ValidationError(
                _("“%(value)s” is not a known allergen; there are: %(known)s."),
                code="allergen",
                params={"value": value[:40], "known": ", ".join(ALLERGENS)},
            )


def validate_tags(values):
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValidationError(_("Tags are a list of short texts."), code="type")
    if len(values) > TAGS:
        raise ValidationError(_("Up to %(max)s tags."), code="count", params={"max": TAGS})
    if any(not 1 <= len(value) <= TAG_LENGTH for value in values):
        raise ValidationError(_("A tag has 1 to %(max)s characters."), code="length", params={"max": TAG_LENGTH})
