"""What lists can be filtered by. A value that means nothing is an error, not an empty list."""

import django_filters as filters
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field

from meals.allergens import code_of
from meals.models import DiningType, Food, FoodType, Group, Maker, Menu, Order
from meals.querysets import SEARCH_LENGTH
from recommendations.api.base import FlagFilter


class SearchFilter(filters.FilterSet):
    q = filters.CharFilter(method="search", label=_("Search"), max_length=SEARCH_LENGTH)

    def search(self, rows, name, value):
        return rows.search(value)


class MakerFilter(SearchFilter):
    is_open = FlagFilter(method="by_open")

    class Meta:
        model = Maker
        fields: list[str] = []

    def by_open(self, rows, name, value):
        return rows.filter(is_open=value in ("true", "1"))


@extend_schema_field({"type": "string", "description": "id or slug"})
class FoodTypeFilter(filters.CharFilter):
    """A food type by id or slug."""

    def filter(self, rows, value):
        if not value:
            return rows
        plain = value.isascii() and value.isdigit() and len(value) < 18
        kind = FoodType.objects.filter(Q(pk=int(value)) if plain else Q(slug=value)).first()
        return rows.filter(food_type=kind) if kind else rows.none()


def codes_of(text):
    """Codes of allergens from a list with commas, of codes or names."""
    codes = []
    for part in text.split(","):
        codes.append(code_of(part))
        if codes[-1] is None:
            error = _("“%(value)s” is not a known allergen.") % {"value": part[:40]}
            raise ValidationError({"exclude_allergens": error})
    return codes


class FoodFilter(SearchFilter):
    tag = filters.CharFilter(method="by_tag", max_length=50)
    exclude_allergens = filters.CharFilter(method="without", max_length=200, help_text="Codes, separated by commas.")
    maker = filters.ModelChoiceFilter(queryset=Maker.objects.all())
    category = FoodTypeFilter(max_length=100)
    max_price = filters.NumberFilter(field_name="price", lookup_expr="lte", min_value=0, max_value=10_000_000)
    max_spiciness = filters.NumberFilter(field_name="spiciness", lookup_expr="lte", min_value=0, max_value=5)
    max_calories = filters.NumberFilter(field_name="calories", lookup_expr="lte", min_value=0, max_value=20_000)
    on_offer = FlagFilter(method="by_offer")
    ordering = filters.ChoiceFilter(
        method="as_is", choices=[("latest", _("Latest")), ("popular", _("Popular")), ("cheap", _("Cheapest"))]
    )

    class Meta:
        model = Food
        fields: list[str] = []

    def by_offer(self, rows, name, value):
        user = getattr(self.request, "user", None)
        now = Food.objects.on_offer(Group.objects.served(user)).values("pk")
        return rows.filter(pk__in=now) if value in ("true", "1") else rows.exclude(pk__in=now)

    def by_tag(self, rows, name, value):
        return rows.tagged(value.lstrip("#").strip())

    def without(self, rows, name, value):
        return rows.free_of(codes_of(value))

    def as_is(self, rows, name, value):
        return rows


class SlotFilter(filters.FilterSet):
    date = filters.DateFilter()
    date_from = filters.DateFilter(field_name="date", lookup_expr="gte")
    date_to = filters.DateFilter(field_name="date", lookup_expr="lte")
    dining_type = filters.ChoiceFilter(choices=DiningType.choices)


class MenuFilter(SlotFilter):
    group = filters.ModelChoiceFilter(queryset=lambda request: Group.objects.visible_to(getattr(request, "user", None)))
    food = filters.ModelChoiceFilter(queryset=Food.objects.all())
    maker = filters.ModelChoiceFilter(field_name="food__maker", queryset=Maker.objects.all())
    category = FoodTypeFilter(method="of_type", max_length=100)
    max_price = filters.NumberFilter(field_name="price", lookup_expr="lte", min_value=0, max_value=10_000_000)
    exclude_allergens = filters.CharFilter(method="without", max_length=200, help_text="Codes, separated by commas.")
    orderable = FlagFilter(method="by_orderable")

    class Meta:
        model = Menu
        fields: list[str] = []

    def of_type(self, rows, name, value):
        return rows.filter(food__in=FoodTypeFilter().filter(Food.objects.all(), value).values("pk"))

    def without(self, rows, name, value):
        return rows.filter(food__in=Food.objects.free_of(codes_of(value)).values("pk"))

    def by_orderable(self, rows, name, value):
        now = Menu.objects.orderable().values("pk")
        return rows.filter(pk__in=now) if value in ("true", "1") else rows.exclude(pk__in=now)


class OrderFilter(SlotFilter):
    status = filters.ChoiceFilter(choices=Order.Status.choices)
    placed_by = filters.ChoiceFilter(choices=Order.PlacedBy.choices)

    class Meta:
        model = Order
        fields: list[str] = []
