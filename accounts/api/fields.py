"""Serializer fields of accounts' API."""

import re

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

MAX_ID = 2**63 - 1
SLUG = re.compile(r"[-\w]{1,60}")


class PlainText(serializers.CharField):
    """Text only: numbers and booleans are refused instead of being turned into text."""

    default_error_messages = {"not_text": _("This is not text.")}

    def to_internal_value(self, data):
        if not isinstance(data, str):
            self.fail("not_text")
        return super().to_internal_value(data)


NAMED = {
    "type": "object",
    "properties": {"id": {"type": "integer"}, "slug": {"type": "string"}, "name": {"type": "string"}},
    "required": ["id", "slug", "name"],
}


@extend_schema_field(
    {
        "description": "Given as id or slug, returned as an object.",
        "anyOf": [{"type": "integer"}, {"type": "string"}, NAMED],
    }
)
class NamedRelatedField(serializers.RelatedField):
    """A category or region: taken by id, by slug or as the object that the API returned."""

    default_error_messages = {
        "unknown": _("{value} is not known. The list of categories or regions has the ones there are."),
        "type": _("Give an id or a slug."),
    }

    def to_internal_value(self, data):
        if isinstance(data, dict):
            data = data.get("id")
        if isinstance(data, bool) or not isinstance(data, (int, str)):
            self.fail("type")
        lookup = {"pk": data} if isinstance(data, int) else {"slug": data}
        usable = 0 < data <= MAX_ID if isinstance(data, int) else SLUG.fullmatch(data)
        found = self.get_queryset().filter(**lookup).first() if usable else None
        if found is None:
            self.fail("unknown", value=ascii(data)[:60])
        return found

    def to_representation(self, value):
        return {"id": value.pk, "slug": value.slug, "name": value.name}
