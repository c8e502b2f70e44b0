"""Menus as a list with stock; by calendar and by day in `planning`."""

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.widgets import ForeignKeyWidget

from common.columns import badge, number
from meals import services
from meals.admin.base import ORIGIN, CleanedForm
from meals.admin.planning import PlanningPages
from meals.admin.tables import KeyedResource
from meals.cleaning import fill
from meals.days import today
from meals.models import Food, Group, Menu
from meals.services.menus import check_menu
from recommendations.staff import TableAdmin


class MenuForm(CleanedForm):
    """A new menu must be possible; of an old one only stock and price change."""

    def clean(self):
        values = super().clean()
        if self.errors:
            return values
        if self.instance.pk is None:
            candidate = Menu(**{name: values[name] for name in ("group", "food", "date", "dining_type")})
            try:
                check_menu(candidate)
            except ValidationError as error:
                for field, problems in error.error_dict.items():
                    self.add_error(field, problems)
        elif values.get("stock") is not None and values["stock"] < self.instance.ordered:
            message = _("There are %(count)d orders already: the stock cannot be smaller.")
            self.add_error("stock", message % {"count": self.instance.ordered})
        return values


class FoodWidget(ForeignKeyWidget):
    """A food by its external id or its number."""

    def clean(self, value, row=None, **kwargs):
        text = str(value or "").strip()
        found = Food.objects.filter(external_id=text).first() if text else None
        if found is None and text.isdecimal() and len(text) < 19:
            found = Food.objects.filter(pk=text).first()
        if found is None and text:
            raise ValueError(_("There is no food %(id)s.") % {"id": text[:40]})
        return found


class MenuResource(KeyedResource):
    titles = {"food": _("number of the food"), "food_name": _("food")}
    group = Field("group", "group", ForeignKeyWidget(Group, "name"))
    food = Field("food", "food", FoodWidget(Food))
    food_name = Field("food__name", "food_name", readonly=True)
    ordered = Field("ordered", "ordered", readonly=True)
    status = Field("status", "status", readonly=True)

    class Meta:
        model = Menu
        fields = (
            "id",
            "external_id",
            "group",
            "date",
            "dining_type",
            "food",
            "food_name",
            "price",
            "stock",
            "ordered",
            "status",
        )

    def before_save_instance(self, instance, row, **kwargs):
        super().before_save_instance(instance, row, **kwargs)
        if instance.price is None and instance.food_id:
            instance.price = instance.food.price
        fill(instance, {name: getattr(instance, name) for name in ("price", "stock", "date", "dining_type")})
        if instance.pk is None:
            check_menu(instance)
            return
        before = Menu.objects.get(pk=instance.pk)
        same = ("group_id", "food_id", "date", "dining_type")
        if any(getattr(before, name) != getattr(instance, name) for name in same):
            raise ValidationError(_("A menu keeps its food, group, day and meal: withdraw it and add another."))
        if instance.stock < before.ordered:
            message = _("There are %(count)d orders already: the stock cannot be smaller.")
            raise ValidationError({"stock": message % {"count": before.ordered}})


@admin.register(Menu)
class MenuAdmin(PlanningPages, TableAdmin):
    form = MenuForm
    resource_classes = (MenuResource,)
    change_list_template = "admin/meals/menu/change_list.html"
    state = badge("status", _("status"), offered="success", withdrawn="danger")
    won = number("price", _("price (won)"))
    list_display = ("date", "dining_type", "food", "maker", "group", "won", "taken", "state")
    list_filter = ("status", "dining_type", "group", "date", "food__maker")
    list_select_related = ("food__maker", "group")
    search_fields = ("food__name", "food__maker__name", "group__name", "external_id")
    search_help_text = _("Food, maker, group or external id")
    date_hierarchy = "date"
    ordering = ("-date", "dining_type", "id")
    autocomplete_fields = ("group", "food")
    readonly_fields = ("status", "ordered", "closes_at")
    actions = ("withdraw",)
    fieldsets = (
        (None, {"fields": ("group", "date", "dining_type", "food", "price", "stock")}),
        (_("Figures"), {"fields": ("status", "ordered", "closes_at")}),
        ORIGIN,
    )

    @admin.display(description=_("ordered"), ordering="ordered")
    def taken(self, menu):
        """How many are ordered, of how many."""
        return f"{menu.ordered} / {menu.stock}"

    @admin.display(description=_("maker"), ordering="food__maker__name")
    def maker(self, menu):
        return menu.food.maker

    def get_readonly_fields(self, request, obj=None):
        fixed = ("group", "food", "date", "dining_type") if obj else ()
        return (*self.readonly_fields, *fixed)

    @admin.action(description=_("Withdraw the chosen menus"), permissions=["change"])
    def withdraw(self, request, queryset):
        count = services.withdraw_menus(queryset.filter(date__gte=today()))
        text = _("Menus are withdrawn; orders cancelled, members told: %(count)d.")
        self.message_user(request, text % {"count": count}, messages.WARNING if count else messages.SUCCESS)
