"""Clubs and activities in short: what lists and recommendations show. No field costs a query after `for_cards`."""

from rest_framework import serializers

from activities.api.fields import NamedSerializer
from common.times import UtcDateTimeField


class ClubNameSerializer(serializers.Serializer):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(read_only=True)


class ClubCardSerializer(serializers.Serializer):
    """A club on a card."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(read_only=True)
    intro = serializers.CharField(read_only=True)
    category = NamedSerializer(read_only=True)
    region = NamedSerializer(read_only=True, allow_null=True)
    status = serializers.CharField(read_only=True)
    member_count = serializers.IntegerField(read_only=True)
    profile_image = serializers.ImageField(read_only=True, allow_null=True)
    created_at = UtcDateTimeField(read_only=True)


class ActivityCardSerializer(serializers.Serializer):
    """An activity on a card. `recruiting` is open, soon, over, full, closed or draft."""

    id = serializers.IntegerField(read_only=True)
    title = serializers.CharField(read_only=True)
    intro = serializers.CharField(read_only=True)
    category = NamedSerializer(read_only=True)
    tags = serializers.ListField(child=serializers.CharField(), read_only=True)
    region = NamedSerializer(read_only=True, allow_null=True)
    place = serializers.CharField(read_only=True)
    club = ClubNameSerializer(read_only=True, allow_null=True)
    recruit_start = UtcDateTimeField(read_only=True, allow_null=True)
    recruit_end = UtcDateTimeField(read_only=True, allow_null=True)
    starts_at = UtcDateTimeField(read_only=True, allow_null=True)
    ends_at = UtcDateTimeField(read_only=True, allow_null=True)
    capacity = serializers.IntegerField(read_only=True, allow_null=True)
    participant_count = serializers.IntegerField(read_only=True)
    like_count = serializers.IntegerField(read_only=True)
    status = serializers.CharField(read_only=True)
    recruiting = serializers.CharField(read_only=True)
    thumbnail = serializers.ImageField(read_only=True, allow_null=True)
    created_at = UtcDateTimeField(read_only=True)
