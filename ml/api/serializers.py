"""The shapes of parameters and drafts."""

from rest_framework import serializers

from ml.models import ParameterDraft


class ParameterInfo(serializers.Serializer):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of that name, not the serializer's own label
    help = serializers.CharField()
    unit = serializers.CharField()
    kind = serializers.ChoiceField(["bool", "int", "float", "str"])
    min = serializers.FloatField(allow_null=True)
    max = serializers.FloatField(allow_null=True)
    choices = serializers.ListField(child=serializers.CharField())
    default = serializers.JSONField()
    value = serializers.JSONField(help_text="in force now")


class ScopeInfo(serializers.Serializer):
    name = serializers.CharField()
    title = serializers.CharField()
    trained = serializers.BooleanField(help_text="takes effect with the next training")
    parameters = ParameterInfo(many=True)


class Draft(serializers.ModelSerializer):
    class Meta:
        model = ParameterDraft
        fields = ("id", "name", "note", "status", "version", "values", "base", "created_at", "updated_at")
        read_only_fields = fields


class NewDraft(serializers.Serializer):
    name = serializers.CharField(max_length=100, allow_blank=True, default="")
    note = serializers.CharField(max_length=2000, allow_blank=True, default="", help_text="why")
    values = serializers.DictField(child=serializers.DictField(), help_text="{scope: {name: value}}")


class DraftChange(serializers.Serializer):
    version = serializers.IntegerField(min_value=1, help_text="the version that the caller has seen")
    values = serializers.DictField(child=serializers.DictField(), default=dict)


class Publishing(serializers.Serializer):
    version = serializers.IntegerField(min_value=1)
    note = serializers.CharField(max_length=2000, help_text="why")


class Published(serializers.Serializer):
    publication = serializers.IntegerField()
    changes = serializers.IntegerField()
