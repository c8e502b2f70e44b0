"""Menus: as a list with stock, and by calendar."""

import calendar
import datetime as dt
from collections import defaultdict

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, F, Q, Sum
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import ForeignKeyWidget

from meals import services
from meals.admin.base import CleanedForm
from meals.days import today
from meals.models import Food, Group, Holiday, Menu
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


class MenuResource(ModelResource):
    group = Field("group", "group", ForeignKeyWidget(Group, "name"))
    food = Field("food", "food", ForeignKeyWidget(Food, "external_id"))
    food_name = Field("food__name", "food_name", readonly=True)
    ordered = Field("ordered", "ordered", readonly=True)
    status = Field("status", "status", readonly=True)

    class Meta:
        model = Menu
        import_id_fields = ("external_id",)
        fields = (
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
        if instance.pk is None:
            check_menu(instance)


@admin.register(Menu)
class MenuAdmin(TableAdmin):
    form = MenuForm
    resource_classes = (MenuResource,)
    change_list_template = "admin/meals/menu/change_list.html"
    list_display = ("date", "dining_type", "food", "maker", "group", "price", "ordered", "stock", "status")
    list_filter = ("status", "dining_type", "group", "date", "food__maker")
    list_select_related = ("food__maker", "group")
    search_fields = ("food__name", "food__maker__name", "group__name", "external_id")
    date_hierarchy = "date"
    ordering = ("-date", "dining_type", "id")
    autocomplete_fields = ("group", "food")
    readonly_fields = ("status", "ordered", "closes_at")
    actions = ("withdraw",)

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

    def get_urls(self):
        page = self.admin_site.admin_view(self.calendar)
        return [path("calendar/", page, name="meals_menu_calendar"), *super().get_urls()]

    def calendar(self, request):
        """A month or (`?view=week`) a week of menus, of all groups or of one: how many, and how much of the stock is ordered."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        view = "week" if request.GET.get("view") == "week" else "month"
        day = _day(request.GET.get("date"))
        weeks = _weeks(day, view)
        groups = list(Group.objects.all())
        group = next((group for group in groups if str(group.pk) == request.GET.get("group")), None)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Menus by calendar"),
            "view": view,
            "day": day,
            "weeks": _cells(weeks, group, day if view == "month" else None),
            "weekdays": [weeks[0][n] for n in range(7)],
            "before": _step(day, view, -1),
            "after": _step(day, view, 1),
            "today": today(),
            "groups": groups,
            "group": group,
            "list_url": reverse("admin:meals_menu_changelist"),
        }
        return TemplateResponse(request, "admin/meals/menu/calendar.html", context)


def _day(text):
    try:
        found = dt.date.fromisoformat(text or "")
    except ValueError:
        return today()
    return found if 2000 <= found.year <= 2200 else today()


def _weeks(day, view):
    if view == "week":
        monday = day - dt.timedelta(days=day.weekday())
        return [[monday + dt.timedelta(days=n) for n in range(7)]]
    return calendar.Calendar().monthdatescalendar(day.year, day.month)


def _step(day, view, sign):
    if view == "week":
        return day + dt.timedelta(days=7 * sign)
    first = day.replace(day=1)
    return (first - dt.timedelta(days=1)).replace(day=1) if sign < 0 else (first + dt.timedelta(days=32)).replace(day=1)


def _cells(weeks, group, month):
    """Weeks of days with their slots; three queries whatever the view."""
    first, last = weeks[0][0], weeks[-1][-1]
    menus = Menu.objects.filter(date__range=(first, last))
    holidays = Holiday.objects.filter(date__range=(first, last))
    if group is not None:
        menus, holidays = menus.filter(group=group), holidays.filter(Q(group=group) | Q(group=None))
    else:
        holidays = holidays.filter(group=None)
    slots = defaultdict(list)
    sums = (
        menus.order_by()
        .values("date", "dining_type")
        .annotate(
            menus=Count("pk", filter=Q(status="offered")),
            withdrawn=Count("pk", filter=Q(status="withdrawn")),
            sold_out=Count("pk", filter=Q(status="offered", ordered__gte=F("stock"))),
            taken=Sum("ordered"),
            total=Sum("stock", filter=Q(status="offered")),
        )
    )
    for row in sums.order_by("date", "-dining_type"):
        slots[row["date"]].append(row)
    off = {holiday.date: holiday.name or str(_("day off")) for holiday in holidays}
    return [
        [
            {"date": day, "slots": slots[day], "off": off.get(day), "outside": bool(month and day.month != month.month)}
            for day in week
        ]
        for week in weeks
    ]
