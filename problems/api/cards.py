"""Problems in short: what lists and recommendations show. No field costs a query after `for_cards`."""

from rest_framework import serializers

from common.times import UtcDateTimeField


class TagSerializer(serializers.Serializer):
    """A tag in short."""

    id = serializers.IntegerField(read_only=True)
    slug = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)


class ProblemTagSerializer(serializers.Serializer):
    """A problem's tag, and whether its author, a model or staff say so."""

    id = serializers.IntegerField(source="tag.id", read_only=True)
    slug = serializers.CharField(source="tag.slug", read_only=True)
    name = serializers.CharField(source="tag.name", read_only=True)
    source = serializers.CharField(read_only=True)
    probability = serializers.FloatField(read_only=True)


class ProblemCardSerializer(serializers.Serializer):
    """A problem on a card. `tags` come main tag first; `tier` is bronze (levels 1–5), silver (6–10) or gold (11–15)."""

    id = serializers.IntegerField(read_only=True)
    slug = serializers.CharField(read_only=True)
    title = serializers.CharField(read_only=True)
    level = serializers.IntegerField(read_only=True)
    tier = serializers.CharField(read_only=True)
    tags = ProblemTagSerializer(source="problem_tags", many=True, read_only=True)
    solved_count = serializers.IntegerField(read_only=True)
    tried_count = serializers.IntegerField(read_only=True)
    submission_count = serializers.IntegerField(read_only=True)
    created_at = UtcDateTimeField(read_only=True)
