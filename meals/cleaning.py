"""Brings what a page, the API, the admin or an import hands in to what the models hold, or says what is wrong, by field."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from common import html
from common.images import clean_image
from meals.allergens import ALLERGENS, code_of
from meals.days import HORIZON, today
from meals.validators import DATES, TAG_LENGTH, validate_dates, validate_tags

LINES = {"name": 200, "name_en": 200, "address": 200}
TEXTS = {"description": 2000}
#: Bounds of numbers: large enough for every canteen, small enough for every database.
NUMBERS = {
    "price": 10_000_000,
    "max_price": 10_000_000,
    "budget": 10_000_000,
    "stock": 100_000,
    "capacity": 100_000,
    "spiciness": 5,
    "calories": 20_000,
}


def clean_value(field, value):
    """One field's value as it is stored. Raises ValidationError."""
    if field in LINES:
        return html.text(value or "", LINES[field])
    if field in TEXTS:
        return html.text(value or "", TEXTS[field], lines=True)
    if field in NUMBERS:
        return clean_number(value, NUMBERS[field])
    if field == "allergens":
        return clean_allergens(value)
    if field == "tags":
        return clean_tags(value)
    if field == "photo":
        return clean_image(value) if isinstance(value, UploadedFile) else (value or "")
    if field == "date":
        return clean_day(value)
    return value


def clean_number(value, most):
    """A whole number from 0 to `most`, or None."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise ValidationError(_("Give a whole number from 0 to %(max)s."), code="number", params={"max": most})
    return value


def clean_day(value):
    """A date that a menu can be planned for, or was."""
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        raise ValidationError(_("Give a date such as 2026-05-01."), code="type")
    if value.year < 2000 or value > today() + dt.timedelta(days=HORIZON):
        raise ValidationError(
            _("Menus are planned %(days)s days ahead at most."), code="horizon", params={"days": HORIZON}
        )
    return value


def clean_allergens(values):
    """Codes of allergens from codes or names, without repetitions; an unknown one is refused, for it protects nobody."""
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValidationError(_("Allergens are a list of codes."), code="type")
    found = {}
    for value in values:
        code = code_of(value)
        if code is None:
            raise ValidationError(
                _("“%(value)s” is not a known allergen; there are: %(known)s."),
                code="allergen",
                params={"value": value[:40], "known": ", ".join(ALLERGENS)},
            )
        found[code] = True
    return list(found)


def clean_tags(values):
    """Trimmed tags without repetitions, whatever their case."""
    validate_tags([value for value in values if value] if isinstance(values, list) else values)
    kept = {}
    for value in values:
        tag = html.text(value, TAG_LENGTH).lstrip("#").strip()
        if tag:
            kept.setdefault(tag.casefold(), tag)
    return list(kept.values())


def clean_dates(values):
    """Days as sorted ISO texts without repetitions; those long over go."""
    if isinstance(values, list):
        values = [value.isoformat() if isinstance(value, dt.date) else value for value in values]
    validate_dates(values)
    return sorted({value for value in values if value >= today().isoformat()})[:DATES]


def fill(row, changes):
    """Set the cleaned `changes` on a row and check the row as a whole; all errors at once, by field."""
    errors = {}
    for field, value in changes.items():
        try:
            setattr(row, field, clean_value(field, value))
        except ValidationError as error:
            errors[field] = error.error_list
    try:
        # Foreign keys come as rows, and the database checks them; asking once more costs a query each.
        keys = [field.name for field in row._meta.fields if field.is_relation]
        row.clean_fields(exclude={*errors, *keys})
    except ValidationError as error:
        errors |= error.error_dict
    if errors:
        raise ValidationError(errors)
    return row
