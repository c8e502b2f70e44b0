"""What tags may look like; the same rule for pages, API, admin and import."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

TAGS = 20
TAG_LENGTH = 50


def validate_tags(values):
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValidationError(_("Tags are a list of short texts."), code="type")
    if len(values) > TAGS:
        raise ValidationError(_("Up to %(max)s tags."), code="count", params={"max": TAGS})
    if any(not 1 <= len(value) <= TAG_LENGTH for value in values):
        raise ValidationError(_("A tag has 1 to %(max)s characters."), code="length", params={"max": TAG_LENGTH})
