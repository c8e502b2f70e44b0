"""What accounts' API takes and returns; the rules live in services and models."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts import selectors, validators
from accounts.api.fields import NamedRelatedField, PlainText
from accounts.models import Category, Notification, Region, User
from accounts.services import PASSWORD_LENGTH
from common.times import UtcDateTimeField


class PasswordField(PlainText):
    def __init__(self, **kwargs):
        super().__init__(max_length=PASSWORD_LENGTH, trim_whitespace=False, write_only=True, **kwargs)
        self.style = {"input_type": "password"}


class EmailField(serializers.EmailField):
    def __init__(self, **kwargs):
        super().__init__(max_length=254, **kwargs)


class SignupSerializer(serializers.Serializer):
    email = EmailField()
    password = PasswordField()
    nickname = PlainText(max_length=validators.NICKNAME_LENGTH, validators=[validators.validate_nickname])


class CredentialsSerializer(serializers.Serializer):
    email = EmailField()
    password = PasswordField()


class RefreshSerializer(serializers.Serializer):
    refresh = PlainText(max_length=2000)


class TokensSerializer(serializers.Serializer):
    access = serializers.CharField()
    refresh = serializers.CharField()


class EraseSerializer(serializers.Serializer):
    password = PasswordField(required=False)


class CategorySerializer(serializers.ModelSerializer):
    class Meta:
        model = Category
        fields = ["id", "slug", "name", "name_ko", "name_en"]


class RegionSerializer(serializers.ModelSerializer):
    class Meta:
        model = Region
        fields = ["id", "slug", "name", "name_ko", "name_en"]


class MeSerializer(serializers.ModelSerializer):
    """The member's own profile."""

    email_verified = serializers.SerializerMethodField()
    nickname = PlainText(max_length=validators.NICKNAME_LENGTH, validators=[validators.validate_nickname])
    region = NamedRelatedField(queryset=Region.objects.all(), allow_null=True)
    categories = NamedRelatedField(queryset=Category.objects.all(), many=True)
    keywords = serializers.ListField(
        child=PlainText(max_length=validators.KEYWORD_LENGTH), max_length=validators.KEYWORDS
    )

    date_joined = UtcDateTimeField(read_only=True)

    class Meta:
        model = User
        fields = ["id", "email", "email_verified", "nickname", "region", "categories", "keywords", "date_joined"]
        read_only_fields = ["id", "email", "date_joined"]

    @extend_schema_field(bool)
    def get_email_verified(self, user):
        return selectors.email_verified(user)


class NotificationSerializer(serializers.ModelSerializer):
    message = serializers.CharField(read_only=True)
    created_at = UtcDateTimeField(read_only=True)
    read_at = UtcDateTimeField(read_only=True, allow_null=True)

    class Meta:
        model = Notification
        fields = ["id", "kind", "message", "url", "created_at", "read_at"]


class ReadSerializer(serializers.Serializer):
    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), required=False, max_length=1000
    )


class CountSerializer(serializers.Serializer):
    read = serializers.IntegerField()
    unread = serializers.IntegerField()


class ProblemSerializer(serializers.Serializer):
    """An error, as problem details (RFC 9457)."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(required=False)
    errors = serializers.DictField(child=serializers.ListField(child=serializers.CharField()), required=False)
