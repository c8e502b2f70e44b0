"""Groups, their members and days off."""

from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from common.columns import number
from meals import services
from meals.admin.base import ORIGIN, CleanedForm, ListFieldsMixin
from meals.admin.tables import KeyedResource
from meals.cleaning import fill
from meals.models import Group, GroupMembership, Holiday
from recommendations.staff import TableAdmin


class HolidayInline(TabularInline):
    model = Holiday
    extra = 0
    fields = ("date", "name")


class GroupResource(KeyedResource):
    class Meta:
        model = Group

    def before_save_instance(self, instance, row, **kwargs):
        super().before_save_instance(instance, row, **kwargs)
        names = ("name", "address", "budget", "service_days", "cutoff_days_before")
        fill(instance, {name: getattr(instance, name) for name in names})

    def after_save_instance(self, instance, row, **kwargs):
        if not kwargs.get("dry_run"):
            services.refresh_cutoffs(instance)


@admin.register(Group)
class GroupAdmin(ListFieldsMixin, TableAdmin):
    form = CleanedForm
    resource_classes = (GroupResource,)
    inlines = (HolidayInline,)
    won = number("budget", _("budget per meal (won)"))
    list_display = ("name", "address", "is_public", "is_active", "lunch_cutoff", "dinner_cutoff", "won")
    list_filter = ("is_public", "is_active", "region")
    search_fields = ("name", "address", "external_id")
    autocomplete_fields = ("region",)
    fieldsets = (
        (None, {"fields": ("name", "address", "region", "is_public", "is_active")}),
        (
            _("Meals"),
            {"fields": ("service_days", "lunch_cutoff", "dinner_cutoff", "cutoff_days_before", "budget")},
        ),
        ORIGIN,
    )

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        moved = services.refresh_cutoffs(form.instance)
        if moved:
            self.message_user(request, _("Cutoffs of menus changed: %(count)d.") % {"count": moved}, messages.INFO)
        for holiday in form.instance.holidays.all():
            tell_day_off(self, request, holiday)


def tell_day_off(page, request, holiday):
    """Withdraw the menus of a day off; what was withdrawn already stays so."""
    orders = services.close_day(holiday)
    if orders:
        text = _("Orders cancelled on %(date)s, members told: %(count)d.")
        page.message_user(request, text % {"date": holiday.date, "count": orders}, messages.WARNING)


@admin.register(Holiday)
class HolidayAdmin(TableAdmin):
    list_display = ("date", "name", "group")
    list_filter = ("group",)
    list_select_related = ("group",)
    search_fields = ("name", "group__name")
    date_hierarchy = "date"
    autocomplete_fields = ("group",)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        tell_day_off(self, request, obj)


@admin.register(GroupMembership)
class GroupMembershipAdmin(ModelAdmin):
    list_display = ("group", "user", "role", "joined_at")
    list_filter = ("role", "group")
    list_select_related = ("group", "user")
    search_fields = ("group__name", "user__nickname", "user__email")
    autocomplete_fields = ("group", "user")
    show_full_result_count = False

    def delete_model(self, request, obj):
        services.group_leave(user=obj.user, group=obj.group)

    def delete_queryset(self, request, queryset):
        for row in queryset.select_related("user", "group"):
            services.group_leave(user=row.user, group=row.group)
