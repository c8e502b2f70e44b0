"""Food types, makers and foods."""

from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.widgets import ForeignKeyWidget
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from common.columns import number
from meals import services
from meals.admin.base import ORIGIN, CleanedForm, ListFieldsMixin
from meals.admin.tables import KeyedResource, ListWidget
from meals.cleaning import fill
from meals.models import Food, FoodLike, FoodType, Maker, MakerDay
from meals.services.menus import publish_foods, refresh_capacity
from recommendations.services import publish
from recommendations.staff import PublishedAdmin, PublishedResource, TableAdmin


@admin.register(FoodType)
class FoodTypeAdmin(TableAdmin):
    list_display = ("name_ko", "name_en", "slug", "order")
    search_fields = ("name_ko", "name_en", "slug")

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if "slug" in form.changed_data:
            publish("meals", list(Food.objects.filter(food_type=obj).select_related("maker", "food_type")))


class MakerResource(KeyedResource):
    class Meta:
        model = Maker
        fields = ("id", "external_id", "name", "description", "address", "capacity", "created_at")

    def before_save_instance(self, instance, row, **kwargs):
        super().before_save_instance(instance, row, **kwargs)
        fill(instance, {name: getattr(instance, name) for name in ("name", "description", "address", "capacity")})

    def after_save_instance(self, instance, row, **kwargs):
        if not kwargs.get("dry_run"):
            refresh_capacity(instance)
            publish_foods(instance)


@admin.register(Maker)
class MakerAdmin(TableAdmin):
    form = CleanedForm
    resource_classes = (MakerResource,)
    list_display = ("name", "capacity", "is_open", "closed_from", "created_at")
    list_filter = ("is_open", "groups", "closed_from")
    search_fields = ("name", "description", "external_id")
    readonly_fields = ("is_open",)
    actions = ("close", "reopen")
    fieldsets = (
        (None, {"fields": ("name", "description", "address", "capacity", "groups")}),
        (_("Closing"), {"fields": ("is_open", "closed_from")}),
        ORIGIN,
    )

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name == "groups":
            kwargs["widget"] = UnfoldAdminCheckboxSelectMultipleWidget()
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        refresh_capacity(obj)
        publish_foods(obj)
        if "closed_from" in form.changed_data and obj.closed_from:
            self._tell(request, services.maker_close(maker=obj, day=obj.closed_from))

    @admin.action(description=_("Close the chosen makers from today on"), permissions=["change"])
    def close(self, request, queryset):
        self._tell(request, sum(services.maker_close(maker=maker) for maker in queryset))

    @admin.action(description=_("Open the chosen makers again"), permissions=["change"])
    def reopen(self, request, queryset):
        for maker in queryset:
            services.maker_reopen(maker=maker)
        self.message_user(request, _("Opened: %(count)d.") % {"count": len(queryset)}, messages.SUCCESS)

    def _tell(self, request, orders):
        text = _("Menus are withdrawn; orders cancelled, members told: %(count)d.")
        self.message_user(request, text % {"count": orders}, messages.WARNING if orders else messages.SUCCESS)


class FoodResource(KeyedResource, PublishedResource):
    domain = "meals"
    maker = Field("maker", "maker", ForeignKeyWidget(Maker, "name"))
    food_type = Field("food_type", "food_type", ForeignKeyWidget(FoodType, "slug"))
    tags = Field("tags", "tags", ListWidget())
    allergens = Field("allergens", "allergens", ListWidget())

    class Meta:
        model = Food
        fields = (
            "id",
            "external_id",
            "name",
            "name_en",
            "description",
            "maker",
            "food_type",
            "tags",
            "allergens",
            "price",
            "spiciness",
            "calories",
            "is_active",
            "created_at",
        )

    def before_save_instance(self, instance, row, **kwargs):
        super().before_save_instance(instance, row, **kwargs)
        names = ("name", "name_en", "description", "tags", "allergens", "price", "spiciness", "calories")
        fill(instance, {name: getattr(instance, name) for name in names})


@admin.register(Food)
class FoodAdmin(ListFieldsMixin, PublishedAdmin):
    domain = "meals"
    form = CleanedForm
    resource_classes = (FoodResource,)
    won = number("price", _("price (won)"))
    list_display = ("name", "maker", "food_type", "won", "spiciness", "calories", "is_active", "like_count")
    list_filter = ("is_active", "food_type", "maker", "spiciness")
    list_select_related = ("maker", "food_type")
    search_fields = ("name", "name_en", "maker__name", "external_id")
    autocomplete_fields = ("maker", "food_type")
    readonly_fields = ("like_count", "updated_at")
    fieldsets = (
        (None, {"fields": ("maker", "name", "name_en", "description", "photo", "is_active")}),
        (_("Price and kind"), {"fields": ("price", "food_type", "tags", "spiciness", "calories", "allergens")}),
        (_("Figures"), {"fields": ("like_count", "updated_at")}),
        ORIGIN,
    )


@admin.register(FoodLike)
class FoodLikeAdmin(ModelAdmin):
    list_display = ("food", "user", "created_at")
    list_select_related = ("food", "user")
    search_fields = ("food__name", "user__nickname", "user__email")
    show_full_result_count = False

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def delete_model(self, request, obj):
        services.unlike(user=obj.user, food=obj.food)

    def delete_queryset(self, request, queryset):
        for row in queryset.select_related("user", "food"):
            services.unlike(user=row.user, food=row.food)


@admin.register(MakerDay)
class MakerDayAdmin(ModelAdmin):
    """What makers can still make on a day; staff may lower or raise a single day."""

    list_display = ("date", "maker", "ordered", "capacity")
    list_filter = ("maker",)
    list_select_related = ("maker",)
    search_fields = ("maker__name",)
    date_hierarchy = "date"
    readonly_fields = ("ordered",)
    autocomplete_fields = ("maker",)
