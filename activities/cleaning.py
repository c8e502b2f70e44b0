"""Brings what a page, the API or an import hands in to what the models hold, or says field by field what is wrong."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from activities.validators import TAG_LENGTH, validate_tags
from common import html
from common.images import clean_image

LINES = {"name": 100, "title": 200, "intro": 300, "place": 200}
RICH = ("info", "content")
IMAGES = ("profile_image", "banner_image", "thumbnail")
MOMENTS = ("recruit_start", "recruit_end", "starts_at", "ends_at")
CAPACITY = 100_000
EARLIEST, LATEST = dt.datetime(1970, 1, 2, tzinfo=dt.UTC), dt.datetime(2200, 1, 1, tzinfo=dt.UTC)


def clean_value(field, value):
    """One field's value as it is stored. Raises ValidationError."""
    if field in LINES:
        return html.text(value or "", LINES[field])
    if field in RICH:
        return html.rich(value or "")
    if field in IMAGES:
        return clean_image(value) if isinstance(value, UploadedFile) else (value or "")
    if field in MOMENTS:
        return clean_moment(value)
    if field == "capacity":
        return clean_capacity(value)
    if field == "tags":
        return clean_tags(value)
    return value


def clean_moment(value):
    if value in (None, ""):
        return None
    if timezone.is_naive(value):
        value = timezone.make_aware(value)
    if not EARLIEST <= value <= LATEST:
        raise ValidationError(_("Give a time between 1970 and 2200."), code="year")
    return value


def clean_capacity(value):
    if value in (None, ""):
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= CAPACITY:
        raise ValidationError(
            _("The capacity is a whole number from 1 to %(max)s, or empty."), code="capacity", params={"max": CAPACITY}
        )
    return value


def clean_tags(values):
    """Trimmed tags without repetitions, whatever their case."""
    validate_tags([value for value in values if value] if isinstance(values, list) else values)
    kept = {}
    for value in values:
        tag = html.text(value, TAG_LENGTH).lstrip("#").strip()
        if tag:
            kept.setdefault(tag.casefold(), tag)
    return list(kept.values())


def fill(row, changes):
    """Set the cleaned `changes` on a row and check the row as a whole; all errors at once, by field."""
    errors = {}
    for field, value in changes.items():
        try:
            setattr(row, field, clean_value(field, value))
        except ValidationError as error:
            errors[field] = error.error_list
    for field, message in _contradictions(row):
        errors.setdefault(field, [ValidationError(message, code="order")])
    try:
        # Foreign keys come as rows, and the database checks them; asking once more costs a query each.
        keys = [field.name for field in row._meta.fields if field.is_relation]
        row.clean_fields(exclude={*errors, *keys})
    except ValidationError as error:
        errors |= error.error_dict
    if row.category_id is None:
        errors["category"] = [ValidationError(_("Choose a category."), code="required")]
    if errors:
        raise ValidationError(errors)
    return row


def _contradictions(row):
    recruit_start, recruit_end = getattr(row, "recruit_start", None), getattr(row, "recruit_end", None)
    starts_at, ends_at = getattr(row, "starts_at", None), getattr(row, "ends_at", None)
    if recruit_start and recruit_end and recruit_end <= recruit_start:
        yield "recruit_end", _("Recruiting must end after it starts.")
    if starts_at and ends_at and ends_at < starts_at:
        yield "ends_at", _("The activity must end after it starts.")
    capacity = getattr(row, "capacity", None)
    if isinstance(capacity, int) and capacity < row.participant_count:
        yield "capacity", too_few()


def too_few():
    return _("There are already more participants than that.")
