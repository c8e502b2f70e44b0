"""Shapes of what comes in and goes out; no rules of the business here."""

from rest_framework import serializers

from common.times import UtcDateTimeField
from recommendations.models import Event


class EventIn(serializers.Serializer):
    domain = serializers.CharField(max_length=32)
    item = serializers.CharField(max_length=64)
    verb = serializers.CharField(max_length=32)
    id = serializers.CharField(
        max_length=64, required=False, help_text="The client's own key: the same key again records nothing."
    )
    value = serializers.FloatField(required=False, allow_null=True)
    occurred_at = UtcDateTimeField(required=False, allow_null=True)
    recommendation_id = serializers.CharField(max_length=500, required=False, allow_blank=True)


class EventStatus(serializers.Serializer):
    id = serializers.IntegerField(allow_null=True)
    client_id = serializers.CharField(allow_null=True)
    status = serializers.ChoiceField(choices=["recorded", "duplicate", "error"])
    errors = serializers.DictField(child=serializers.ListField(child=serializers.CharField()), required=False)  # type: ignore[assignment]


class EventsOut(serializers.Serializer):
    recorded = serializers.IntegerField()
    duplicates = serializers.IntegerField()
    errors = serializers.IntegerField()  # type: ignore[assignment]
    events = EventStatus(many=True)


class FeedInfo(serializers.Serializer):
    name = serializers.CharField()
    verbose_name = serializers.CharField()
    needs_item = serializers.BooleanField()
    options = serializers.ListField(child=serializers.CharField())


class DomainInfo(serializers.Serializer):
    name = serializers.CharField()
    verbose_name = serializers.CharField()
    verbs = serializers.ListField(child=serializers.CharField(), help_text="What clients may post.")
    feeds = FeedInfo(many=True)


class ModelInfo(serializers.Serializer):
    family = serializers.CharField()
    version = serializers.CharField()
    personal = serializers.BooleanField()
    events = serializers.IntegerField()


class RankedOut(serializers.Serializer):
    id = serializers.CharField()
    score = serializers.FloatField(min_value=0, max_value=1)
    reasons = serializers.ListField(child=serializers.CharField())
    item = serializers.DictField(help_text="The domain's own card of the item.")


class FeedOut(serializers.Serializer):
    recommendation_id = serializers.CharField()
    domain = serializers.CharField()
    feed = serializers.CharField()
    model = ModelInfo()
    items = RankedOut(many=True)


class TopLabel(serializers.Serializer):
    label = serializers.CharField()  # type: ignore[assignment]
    name = serializers.CharField()
    change = serializers.FloatField()


class ModelRow(serializers.Serializer):
    domain = serializers.CharField()
    families = serializers.ListField(child=serializers.CharField())
    base_version = serializers.CharField()
    events = serializers.IntegerField()
    sequence = serializers.IntegerField()
    bytes = serializers.IntegerField()
    digest = serializers.CharField()
    paused = serializers.BooleanField()
    updated_at = UtcDateTimeField(allow_null=True)
    top = TopLabel(many=True)


class EventRow(serializers.ModelSerializer):
    item = serializers.CharField(source="item_id")
    weight = serializers.SerializerMethodField()
    title = serializers.SerializerMethodField()
    occurred_at = UtcDateTimeField()
    recorded_at = UtcDateTimeField()
    forgotten_at = UtcDateTimeField(allow_null=True)

    class Meta:
        model = Event
        fields = [
            "id",
            "sequence",
            "item",
            "title",
            "verb",
            "weight",
            "value",
            "occurred_at",
            "recorded_at",
            "feed",
            "forgotten_at",
        ]

    def get_weight(self, event) -> float:
        return event.weight / 1000

    def get_title(self, event) -> str:
        return event.revision.text.split("\n", 1)[0][:100] if event.revision else ""


class UndoIn(serializers.Serializer):
    n = serializers.IntegerField(min_value=1, max_value=100, default=1)


class ContributionOut(serializers.Serializer):
    kind = serializers.CharField()
    name = serializers.CharField()
    value = serializers.FloatField()


class ModelExplanation(serializers.Serializer):
    score = serializers.FloatField()
    base_score = serializers.FloatField()
    contributions = ContributionOut(many=True)


class PastEvent(serializers.Serializer):
    item = serializers.CharField()
    title = serializers.CharField()
    value = serializers.FloatField()


class ExplanationOut(ModelExplanation):
    item = serializers.CharField()
    parts = serializers.DictField(child=serializers.FloatField())
    total = serializers.FloatField()
    models = serializers.DictField(child=ModelExplanation())
    past = PastEvent(many=True)
    sentence = serializers.CharField()
