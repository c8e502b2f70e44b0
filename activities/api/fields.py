"""Serializer fields that this API needs: categories and regions by id or slug, members in short."""

from django.db.models import Q
from rest_framework import serializers

from accounts.api.fields import NamedRelatedField


class NamedSerializer(serializers.Serializer):
    """A category or region in short."""

    id = serializers.IntegerField(read_only=True)
    slug = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)


class MemberSerializer(serializers.Serializer):
    """What others see of a member."""

    id = serializers.IntegerField(read_only=True)
    nickname = serializers.CharField(read_only=True)


def find_named(queryset, value):
    """The category or region with this id, slug or name, or None."""
    value = str(value).strip()
    if value.isascii() and value.isdigit() and len(value) < 18:
        return queryset.filter(pk=int(value)).first()
    return queryset.filter(Q(slug=value) | Q(name_ko=value) | Q(name_en=value)).first()


class NamedField(NamedRelatedField):
    """A category or region; forms send ids as text."""

    def to_internal_value(self, data):
        if isinstance(data, str) and data.isascii() and data.isdigit() and len(data) < 18:
            data = int(data)
        return super().to_internal_value(data)
