"""Makers, foods, menus and orders as JSON, and as input. Rules live in the services."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.api.fields import PlainText
from common.times import UtcDateTimeField
from meals.models import DiningType, Food, FoodType, Group, Maker, Menu
from meals.validators import TAG_LENGTH, TAGS
from recommendations.api.base import RowField

WON = {"min_value": 0, "max_value": 10_000_000}


class IdNameSerializer(serializers.Serializer):
    """A food type, group or maker in short."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(read_only=True)


class FoodTypeSerializer(IdNameSerializer):
    slug = serializers.CharField(read_only=True)


class MealGroupSerializer(IdNameSerializer):
    """A company: where and when it eats. A meal without cutoff is not served."""

    address = serializers.CharField(read_only=True)
    is_public = serializers.BooleanField(read_only=True)
    service_days = serializers.ListField(child=serializers.IntegerField(), read_only=True)
    lunch_cutoff = serializers.TimeField(read_only=True, allow_null=True, help_text="In the site's time zone.")
    dinner_cutoff = serializers.TimeField(read_only=True, allow_null=True, help_text="In the site's time zone.")
    cutoff_days_before = serializers.IntegerField(read_only=True)
    budget = serializers.IntegerField(read_only=True, allow_null=True)


class MakerSerializer(IdNameSerializer):
    description = serializers.CharField(read_only=True)
    address = serializers.CharField(read_only=True)
    capacity = serializers.IntegerField(read_only=True)
    is_open = serializers.BooleanField(read_only=True)
    closed_from = serializers.DateField(read_only=True, allow_null=True)
    created_at = UtcDateTimeField(read_only=True)


class MakerWriteSerializer(serializers.Serializer):
    name = PlainText(max_length=100)
    description = PlainText(max_length=300, allow_blank=True, required=False)
    address = PlainText(max_length=200, allow_blank=True, required=False)
    capacity = serializers.IntegerField(min_value=0, max_value=100_000, required=False)


class MakerCloseSerializer(serializers.Serializer):
    date = serializers.DateField(required=False, help_text="First day without meals; default: today.")


class CancelledSerializer(serializers.Serializer):
    """What a withdrawal or closing meant for members: so many orders were cancelled or moved, and they were told."""

    orders = serializers.IntegerField(read_only=True)


class FoodCardSerializer(serializers.Serializer):
    """A food on a card: what lists and recommendations show. No field costs a query after `for_cards`."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(read_only=True)
    name_en = serializers.CharField(read_only=True)
    description = serializers.CharField(read_only=True)
    category = FoodTypeSerializer(source="food_type", read_only=True)
    tags = serializers.ListField(child=serializers.CharField(), read_only=True)
    allergens = serializers.ListField(child=serializers.CharField(), read_only=True)
    maker = IdNameSerializer(read_only=True)
    price = serializers.IntegerField(read_only=True)
    spiciness = serializers.IntegerField(read_only=True)
    calories = serializers.IntegerField(read_only=True, allow_null=True)
    photo = serializers.ImageField(read_only=True, allow_null=True)
    is_active = serializers.BooleanField(read_only=True)
    like_count = serializers.IntegerField(read_only=True)
    created_at = UtcDateTimeField(read_only=True)


class FoodSerializer(FoodCardSerializer):
    """A food in full. `liked`: by the caller."""

    liked = serializers.SerializerMethodField()

    def get_liked(self, food) -> bool:
        user = self.context["request"].user
        return user.is_authenticated and food.likes.filter(user=user).exists()


class FoodWriteSerializer(serializers.Serializer):
    maker = RowField(queryset=Maker.objects.all())
    name = PlainText(max_length=200)
    name_en = PlainText(max_length=200, allow_blank=True, required=False)
    description = PlainText(max_length=2000, allow_blank=True, required=False)
    food_type = RowField(queryset=FoodType.objects.all())
    tags = serializers.ListField(child=PlainText(max_length=TAG_LENGTH), max_length=TAGS, required=False)
    allergens = serializers.ListField(
        child=PlainText(max_length=TAG_LENGTH), max_length=50, required=False, help_text="Codes or names."
    )
    price = serializers.IntegerField(**WON)
    spiciness = serializers.IntegerField(min_value=0, max_value=5, required=False)
    calories = serializers.IntegerField(min_value=0, max_value=20_000, required=False, allow_null=True)
    photo = serializers.ImageField(required=False, allow_null=True)
    is_active = serializers.BooleanField(required=False)


class FoodLikeSerializer(serializers.Serializer):
    liked = serializers.BooleanField(read_only=True)
    like_count = serializers.IntegerField(read_only=True)


class MenuSerializer(serializers.Serializer):
    """A food's offer. `state` is open, sold_out, over, closed or withdrawn; `left` is what stock is left."""

    id = serializers.IntegerField(read_only=True)
    group = IdNameSerializer(read_only=True)
    date = serializers.DateField(read_only=True)
    dining_type = serializers.CharField(read_only=True)
    food = FoodCardSerializer(read_only=True)
    price = serializers.IntegerField(read_only=True)
    stock = serializers.IntegerField(read_only=True)
    left = serializers.IntegerField(read_only=True)
    status = serializers.CharField(read_only=True)
    state = serializers.SerializerMethodField()
    closes_at = UtcDateTimeField(read_only=True)

    def get_state(self, menu) -> str:
        return menu.state()


class MenuWriteSerializer(serializers.Serializer):
    group = RowField(queryset=Group.objects.all())
    food = RowField(queryset=Food.objects.select_related("maker"))
    date = serializers.DateField()
    dining_type = serializers.ChoiceField(choices=DiningType.choices)
    stock = serializers.IntegerField(min_value=0, max_value=100_000)
    price = serializers.IntegerField(**WON, required=False, help_text="Default: the food's.")


class MenuEditSerializer(serializers.Serializer):
    stock = serializers.IntegerField(min_value=0, max_value=100_000, required=False)
    price = serializers.IntegerField(**WON, required=False, help_text="Orders keep the price they were made at.")


class WithdrawSerializer(serializers.Serializer):
    replacement = RowField(
        queryset=Menu.objects.all(), required=False, allow_null=True, help_text="Menu that its orders move to."
    )


class OrderSerializer(serializers.Serializer):
    """An order. `own_share` is what the member pays of the price; `can_change` until the cutoff."""

    id = serializers.IntegerField(read_only=True)
    menu = serializers.IntegerField(source="menu_id", read_only=True)
    group = IdNameSerializer(read_only=True)
    food = FoodCardSerializer(read_only=True)
    date = serializers.DateField(read_only=True)
    dining_type = serializers.CharField(read_only=True)
    price = serializers.IntegerField(read_only=True)
    subsidy = serializers.IntegerField(read_only=True)
    own_share = serializers.IntegerField(read_only=True)
    status = serializers.CharField(read_only=True)
    placed_by = serializers.CharField(read_only=True)
    reason = serializers.CharField(read_only=True)
    can_change = serializers.SerializerMethodField()
    closes_at = UtcDateTimeField(source="menu.closes_at", read_only=True)
    rating = serializers.IntegerField(read_only=True, allow_null=True)
    comment = serializers.CharField(read_only=True)
    created_at = UtcDateTimeField(read_only=True)
    cancelled_at = UtcDateTimeField(read_only=True, allow_null=True)

    def get_can_change(self, order) -> bool:
        return order.can_change()


class OrderWriteSerializer(serializers.Serializer):
    """`menu` must be one that the caller may see."""

    menu = RowField(
        queryset=Menu.objects.none(),
        error_messages={
            "does_not_exist": _("There is no menu {pk_value} for you."),
            "incorrect_type": _("Give the number of a menu."),
        },
    )
    recommendation_id = serializers.CharField(
        required=False, allow_null=True, max_length=500, help_text="Of the feed in which the caller saw the food."
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        request = self.context.get("request")
        if request is not None:
            self.fields["menu"].queryset = Menu.objects.visible_to(request.user).for_cards()


class RatingSerializer(serializers.Serializer):
    rating = serializers.IntegerField(min_value=1, max_value=5)
    comment = PlainText(max_length=500, allow_blank=True, required=False)


class AutoOrderSerializer(serializers.Serializer):
    """What the caller lets the site order for one dining type. Left out fields stay as they are."""

    dining_type = serializers.ChoiceField(choices=DiningType.choices)
    enabled = serializers.BooleanField(required=False)
    max_price = serializers.IntegerField(
        **WON, required=False, allow_null=True, help_text="In won; null: the company's budget."
    )
    exclude_allergens = serializers.ListField(
        child=PlainText(max_length=TAG_LENGTH), max_length=50, required=False, help_text="Codes or names."
    )
    exclude_types = serializers.ListField(
        child=PlainText(max_length=TAG_LENGTH), max_length=50, required=False, help_text="Food types and tags."
    )
    weekdays_off = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=6), max_length=7, required=False, help_text="0: Monday."
    )
    days_off = serializers.ListField(child=serializers.DateField(), max_length=400, required=False)


class AutoOrderResultSerializer(serializers.Serializer):
    """What came of a slot; `reason` says why nothing was ordered."""

    id = serializers.IntegerField(read_only=True)
    date = serializers.DateField(read_only=True)
    dining_type = serializers.CharField(read_only=True)
    outcome = serializers.CharField(read_only=True)
    reason = serializers.CharField(read_only=True)
    reason_text = serializers.CharField(source="get_reason_display", read_only=True)
    order = serializers.IntegerField(source="order_id", read_only=True, allow_null=True)
    created_at = UtcDateTimeField(read_only=True)
