"""Planning menus: a month or week by calendar, copying a week, and one day with its stocks, prices and withdrawals."""

import calendar
import datetime as dt
from collections import defaultdict

from django import forms
from django.contrib import messages
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, F, Q, Sum
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from meals import services
from meals.days import today
from meals.models import DiningType, Food, Group, Holiday, Menu

SHOWN = 8  # of the menus that could not be copied


class DayMenusForm(forms.Form):
    """Foods to offer to a group at one meal of a day; what of it is impossible the service says."""

    group = forms.ModelChoiceField(
        queryset=Group.objects.filter(is_active=True), label=gettext_lazy("group"), widget=UnfoldAdminSelectWidget
    )
    dining_type = forms.ChoiceField(
        choices=DiningType.choices, label=gettext_lazy("meal"), widget=UnfoldAdminSelectWidget
    )
    foods = forms.ModelMultipleChoiceField(
        queryset=Food.objects.filter(is_active=True).select_related("maker"), label=gettext_lazy("foods")
    )
    stock = forms.IntegerField(
        min_value=0, max_value=100_000, initial=50, label=gettext_lazy("stock"), widget=UnfoldAdminIntegerFieldWidget
    )
    price = forms.IntegerField(
        min_value=0,
        max_value=10_000_000,
        required=False,
        label=gettext_lazy("price (won)"),
        help_text=gettext_lazy("Empty: each food's own."),
        widget=UnfoldAdminIntegerFieldWidget,
    )

    def __init__(self, *args, site, **kwargs):
        super().__init__(*args, **kwargs)
        foods = self.fields["foods"]
        foods.widget = AutocompleteSelectMultiple(Menu._meta.get_field("food"), site, choices=foods.choices)


class PlanningPages:
    """Pages of `MenuAdmin` beside its list."""

    def get_urls(self):
        pages = (("calendar", self.calendar), ("day", self.day), ("copy", self.copy))
        own = [path(f"{name}/", self.admin_site.admin_view(page), name=f"meals_menu_{name}") for name, page in pages]
        return [*own, *super().get_urls()]

    def calendar(self, request):
        """A month or (`?view=week`) a week of menus, of all groups or of one: how many, and how much of the stock is ordered."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        view = "week" if request.GET.get("view") == "week" else "month"
        day = _day(request.GET.get("date"))
        weeks = _weeks(day, view)
        groups, group = _groups(request.GET.get("group"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Menus by calendar"),
            "view": view,
            "day": day,
            "weeks": _cells(weeks, group, day if view == "month" else None),
            "weekdays": [weeks[0][n] for n in range(7)],
            "before": _step(day, view, -1),
            "after": _step(day, view, 1),
            "next_week": weeks[0][0] + dt.timedelta(days=7),
            "today": today(),
            "groups": groups,
            "group": group,
            "may_add": self.has_add_permission(request),
            "list_url": reverse("admin:meals_menu_changelist"),
        }
        return TemplateResponse(request, "admin/meals/menu/calendar.html", context)

    def copy(self, request):
        """POST: offer a week's menus again in another week; says which could not be."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        source, target = _day(request.POST.get("source")), _day(request.POST.get("target"))
        _all, group = _groups(request.POST.get("group"))
        if request.method == "POST":
            try:
                made, left_out = services.copy_week(source=source, target=target, group=group)
            except ValidationError as error:
                self.message_user(request, error.messages[0], messages.ERROR)
                return _to("calendar", view="week", date=source, group=group)
            self.message_user(request, _("Menus copied: %(count)d.") % {"count": made}, messages.SUCCESS)
            for menu, text in left_out[:SHOWN]:
                self.message_user(request, f"{menu}: {text}", messages.WARNING)
            if len(left_out) > SHOWN:
                more = _("Not copied, besides these: %(count)d.") % {"count": len(left_out) - SHOWN}
                self.message_user(request, more, messages.WARNING)
        return _to("calendar", view="week", date=target, group=group)

    def day(self, request):
        """One day: its menus with stock, price and a tick to withdraw each; below, foods to add."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        day, (groups, group) = _day(request.GET.get("date")), _groups(request.GET.get("group"))
        form = DayMenusForm(site=self.admin_site, initial={"group": group})
        errors = {}
        if request.method == "POST" and "add" in request.POST:
            form = DayMenusForm(request.POST, site=self.admin_site)
            if self._add(request, form, day):
                return redirect(request.get_full_path())
        elif request.method == "POST":
            errors = self._change(request, _menus(day, group))
            if not errors:
                return redirect(request.get_full_path())
        context = {
            **self.admin_site.each_context(request),
            "title": _("Menus of a day"),
            "day": day,
            "is_over": day < today(),
            "slots": _slots(_menus(day, group), errors, request.POST),
            "form": form,
            "media": self.media + form.media,
            "groups": groups,
            "group": group,
            "off": Holiday.objects.filter(Q(group=group) | Q(group=None), date=day),
            "before": day - dt.timedelta(days=1),
            "after": day + dt.timedelta(days=1),
            "may_add": self.has_add_permission(request) and day >= today(),
            "may_change": self.has_change_permission(request) and day >= today(),
        }
        return TemplateResponse(
            request, "admin/meals/menu/day.html", context, status=400 if errors or form.errors else 200
        )

    def _add(self, request, form, day):
        """Make the menus that the form asks for. Whether all could be; the others are the form's errors."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if not form.is_valid():
            return False
        values, made = form.cleaned_data, 0
        foods = values.pop("foods")
        for food in foods:
            try:
                services.menu_create(food=food, date=day, **values)
                made += 1
            except ValidationError as error:
                form.add_error("foods", [f"{food}: {text}" for text in error.messages])
        if made:
            self.message_user(request, _("Menus added: %(count)d.") % {"count": made}, messages.SUCCESS)
        return made == len(foods)

    def _change(self, request, menus):
        """Withdraw what is ticked, change what is different. Returns the errors by menu."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        errors, changed, cancelled, withdrawn = {}, 0, 0, 0
        for menu in menus:
            try:
                if f"withdraw-{menu.pk}" in request.POST and menu.status == Menu.Status.OFFERED:
                    cancelled += services.menu_withdraw(menu=menu)
                    withdrawn += 1
                elif different := _different(menu, request.POST):
                    services.menu_edit(menu=menu, **different)
                    changed += 1
            except ValidationError as error:
                errors[menu.pk] = " ".join(error.messages)
        if changed:
            self.message_user(request, _("Menus changed: %(count)d.") % {"count": changed}, messages.SUCCESS)
        if withdrawn:
            text = _("Menus are withdrawn; orders cancelled, members told: %(count)d.")
            self.message_user(request, text % {"count": cancelled}, messages.WARNING)
        return errors


def _different(menu, data):
    """Stock and price as sent, where they are not what the menu has."""
    found = {}
    for name in ("stock", "price"):
        sent = data.get(f"{name}-{menu.pk}", "").strip()
        if sent and sent != str(getattr(menu, name)):
            found[name] = forms.IntegerField().clean(sent)
    return found


def _menus(day, group):
    rows = Menu.objects.for_cards().filter(date=day)
    return list((rows.filter(group=group) if group else rows).order_by("-dining_type", "group__name", "food__name"))


def _slots(menus, errors, sent):
    """The menus by meal and group, each with what was sent for it where it was refused."""
    found = defaultdict(list)
    for menu in menus:
        menu.error = errors.get(menu.pk)
        for name in ("stock", "price"):
            kept = sent.get(f"{name}-{menu.pk}") if menu.error else None
            setattr(menu, f"shown_{name}", getattr(menu, name) if kept is None else kept)
        found[menu.get_dining_type_display(), menu.group.name].append(menu)
    return [(meal, name, rows, sum(row.ordered for row in rows)) for (meal, name), rows in found.items()]


def _groups(key):
    """All groups, and the one with this key (None: all)."""
    groups = list(Group.objects.all())
    return groups, next((group for group in groups if str(group.pk) == key), None)


def _to(page, *, group, **query):
    query["group"] = group.pk if group else ""
    return redirect(f"{reverse(f'admin:meals_menu_{page}')}?" + "&".join(f"{k}={v}" for k, v in query.items()))


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
