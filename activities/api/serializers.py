"""Clubs, activities and what goes with them, in full and as input. Rules live in the services."""

from rest_framework import serializers

from accounts.api.fields import PlainText
from accounts.models import Category, Region
from activities.api.cards import ActivityCardSerializer, ClubCardSerializer
from activities.api.fields import MemberSerializer, NamedField, NamedSerializer
from activities.models import Club, Comment, Report
from activities.models.moderation import REASON_LENGTH
from activities.validators import TAG_LENGTH, TAGS
from common.html import RICH_LENGTH
from common.times import UtcDateTimeField
from recommendations.api.base import RowField

OPENINGS = ["draft", "open"]
DECISIONS = ["approved", "rejected"]


def rich_field(**kwargs):
    return PlainText(
        allow_blank=True, required=False, max_length=RICH_LENGTH, help_text="HTML; cleaned to an allow-list.", **kwargs
    )


class ClubSerializer(ClubCardSerializer):
    """A club in full. `membership` is how the caller stands to it."""

    info = serializers.CharField(read_only=True)
    categories = NamedSerializer(read_only=True, many=True)
    owner = MemberSerializer(read_only=True, allow_null=True)
    banner_image = serializers.ImageField(read_only=True, allow_null=True)
    updated_at = UtcDateTimeField(read_only=True)
    membership = serializers.SerializerMethodField()

    def get_membership(self, club) -> str | None:
        user = self.context["request"].user
        if not user.is_authenticated:
            return None
        return club.memberships.filter(user=user).values_list("status", flat=True).first()


class ClubWriteSerializer(serializers.Serializer):
    name = PlainText(max_length=100)
    intro = PlainText(max_length=300, allow_blank=True, required=False)
    info = rich_field()
    category = NamedField(queryset=Category.objects.all())
    categories = NamedField(queryset=Category.objects.all(), many=True, required=False)
    region = NamedField(queryset=Region.objects.all(), required=False, allow_null=True)
    profile_image = serializers.ImageField(required=False, allow_null=True)
    banner_image = serializers.ImageField(required=False, allow_null=True)


class ActivitySerializer(ActivityCardSerializer):
    """An activity in full. `participation` and `liked` are how the caller stands to it."""

    content = serializers.CharField(read_only=True)
    host = MemberSerializer(read_only=True, allow_null=True)
    needs_approval = serializers.BooleanField(read_only=True)
    updated_at = UtcDateTimeField(read_only=True)
    participation = serializers.SerializerMethodField()
    liked = serializers.SerializerMethodField()

    def get_participation(self, activity) -> str | None:
        user = self.context["request"].user
        if not user.is_authenticated:
            return None
        return activity.participations.filter(user=user).values_list("status", flat=True).first()

    def get_liked(self, activity) -> bool:
        user = self.context["request"].user
        return user.is_authenticated and activity.likes.filter(user=user).exists()


class ActivityWriteSerializer(serializers.Serializer):
    title = PlainText(max_length=200)
    intro = PlainText(max_length=300, allow_blank=True, required=False)
    content = rich_field()
    club = RowField(queryset=Club.objects.all(), required=False, allow_null=True)
    category = NamedField(queryset=Category.objects.all(), required=False, help_text="Default: the club's.")
    tags = serializers.ListField(child=PlainText(max_length=TAG_LENGTH), max_length=TAGS, required=False)
    region = NamedField(queryset=Region.objects.all(), required=False, allow_null=True)
    place = PlainText(max_length=200, allow_blank=True, required=False)
    recruit_start = UtcDateTimeField(required=False, allow_null=True)
    recruit_end = UtcDateTimeField(required=False, allow_null=True)
    starts_at = UtcDateTimeField(required=False, allow_null=True)
    ends_at = UtcDateTimeField(required=False, allow_null=True)
    capacity = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=100_000)
    needs_approval = serializers.BooleanField(required=False)
    thumbnail = serializers.ImageField(required=False, allow_null=True)
    status = serializers.ChoiceField(choices=OPENINGS, required=False)


class CommentSerializer(serializers.Serializer):
    id = serializers.IntegerField(read_only=True)
    user = MemberSerializer(read_only=True)
    parent = serializers.IntegerField(source="parent_id", read_only=True, allow_null=True)
    text = serializers.CharField(read_only=True)
    created_at = UtcDateTimeField(read_only=True)
    state = serializers.ChoiceField(Comment.State.choices, read_only=True, help_text="Others see what is shown.")
    reason = serializers.CharField(source="why", read_only=True, help_text="Why it is held or hidden.")


class ReportSerializer(serializers.Serializer):
    """A report; staff read it, and nothing happens before they decide."""

    reason = serializers.ChoiceField(Report.Reason.choices)
    note = PlainText(max_length=REASON_LENGTH, allow_blank=True, required=False)
    created_at = UtcDateTimeField(read_only=True)


class AppealSerializer(serializers.Serializer):
    text = PlainText(max_length=1000)
    created_at = UtcDateTimeField(read_only=True)


class CommentWriteSerializer(serializers.Serializer):
    text = PlainText(max_length=1000)
    parent = RowField(queryset=Comment.objects.select_related("parent", "user"), required=False, allow_null=True)


class PlaceSerializer(serializers.Serializer):
    """A membership or participation, for the owner."""

    id = serializers.IntegerField(read_only=True)
    user = MemberSerializer(read_only=True)
    status = serializers.CharField(read_only=True)
    requested_at = UtcDateTimeField(read_only=True)
    decided_at = UtcDateTimeField(read_only=True, allow_null=True)


class StandingSerializer(serializers.Serializer):
    """The caller's own membership or participation after the request."""

    id = serializers.IntegerField(read_only=True)
    status = serializers.CharField(read_only=True)
    requested_at = UtcDateTimeField(read_only=True)
    decided_at = UtcDateTimeField(read_only=True, allow_null=True)


class StatusSerializer(serializers.Serializer):
    status = serializers.ChoiceField(choices=DECISIONS)


class DecisionSerializer(StatusSerializer):
    user = serializers.IntegerField(min_value=1, help_text="Id of the member who asked.")


class LikeSerializer(serializers.Serializer):
    liked = serializers.BooleanField(read_only=True)
    like_count = serializers.IntegerField(read_only=True)
