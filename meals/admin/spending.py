"""What members are expected to spend: in total and by segment, with pictures; the members one by one; how good it is."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Avg, Count, Max, Sum
from django.http import HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django_q.tasks import async_task
from import_export.fields import Field

from common.columns import badge, number
from meals.admin.base import ReadAndExportAdmin
from meals.admin.charts import Point, Series, chart
from meals.admin.tables import TitledResource
from meals.models import SpendingForecast
from ml.models import ModelVersion

DRAWN = 900  # members in a picture


class SpendingResource(TitledResource):
    titles = {"user": _("number of the member"), "member": _("member")}
    member = Field("user__nickname", "member", readonly=True)

    class Meta:
        model = SpendingForecast
        fields = (
            "user", "member", "segment", "expected", "low", "high", "will_order", "recency", "frequency", "orders",
            "amount", "made_at", "version",
        )  # fmt: skip
        export_order = fields

    def get_queryset(self):
        return super().get_queryset().select_related("user")


@admin.register(SpendingForecast)
class SpendingForecastAdmin(ReadAndExportAdmin):
    """The start page is the overview; the list of members stands behind it."""

    resource_classes = (SpendingResource,)
    kind = badge("segment", _("segment"), regulars="success", large_orders="info", occasional="warning")
    won, least, most = (
        number("expected", _("expected (won)")), number("low", _("at least (won)")), number("high", _("at most (won)")),
    )  # fmt: skip
    list_display = ("user", "kind", "won", "least", "most", "probability", "orders", "recency_days")
    list_filter = ("segment",)
    list_select_related = ("user",)
    search_fields = ("user__nickname", "user__email")

    @admin.display(description=_("probability of an order"), ordering="will_order")
    def probability(self, row):
        return f"{row.will_order:.1%}"

    @admin.display(description=_("days since the last order"), ordering="recency")
    def recency_days(self, row):
        return f"{row.recency:.1f}"

    def get_urls(self):
        """The overview takes the name and place of the list, so that menus and breadcrumbs lead to it."""
        wrap = self.admin_site.admin_view
        return [
            path("", wrap(self.overview), name="meals_spendingforecast_changelist"),
            path("members/", wrap(self.changelist_view), name="meals_spendingforecast_members"),
            path("forecast/", wrap(self.forecast), name="meals_spendingforecast_forecast"),
            *super().get_urls(),
        ]

    def overview(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied
        segments, total = by_segment()
        made = SpendingForecast.objects.aggregate(at=Max("made_at"), version=Max("version"))
        version = _version(made["version"])
        params = version.params if version else {}
        quality = _quality(version)
        points = _points(total["members"])
        charts = _scatter(points, segments) if points else {}
        charts["calibration"] = _calibration(version.metrics.get("deciles") if version else None)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Spending"),
            "opts": self.opts,
            "segments": segments,
            "total": total,
            "made_at": made["at"],
            "days": params.get("horizon", 30),
            "coverage": round(100 * params.get("coverage", 0.8)),
            "version": version,
            "version_url": self._version_url(request, version),
            "quality": quality,
            "charts": charts,
            "shown": len(points),
            "may_forecast": self.may_forecast(request),
            "members_url": reverse("admin:meals_spendingforecast_members"),
            "export_url": reverse("admin:meals_spendingforecast_export"),
            "forecast_url": reverse("admin:meals_spendingforecast_forecast"),
        }
        return TemplateResponse(request, "admin/meals/spending.html", context)

    def may_forecast(self, request):
        return request.user.has_perm("meals.change_spendingforecast")

    def forecast(self, request):
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.may_forecast(request):
            raise PermissionDenied
        async_task("meals.tasks.forecast_spending")
        self.message_user(request, _("The forecast is being made; look again in a minute."), messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:meals_spendingforecast_changelist"))

    def _version_url(self, request, version):
        if version is None or not request.user.has_perm("ml.view_modelversion"):
            return ""
        return reverse("admin:ml_modelversion_change", args=[version.pk])


def by_segment():
    """(rows by segment, the largest total first; all together): one query."""
    rows = list(
        SpendingForecast.objects.order_by("segment")
        .values("segment")
        .annotate(
            members=Count("pk"), mean=Avg("expected"), low=Avg("low"), high=Avg("high"), will_order=Avg("will_order") * 100,
            recency=Avg("recency"), frequency=Avg("frequency"), amount=Avg("amount"), expected=Sum("expected"),
        )
    )  # fmt: skip
    names, numbers = dict(SpendingForecast.Segment.choices), list(SpendingForecast.Segment.values)
    for row in rows:
        row["name"] = names.get(row["segment"], row["segment"])
        row["number"] = numbers.index(row["segment"]) if row["segment"] in numbers else 0
    members = sum(row["members"] for row in rows)
    will = sum(row["members"] * row["will_order"] for row in rows) / members if members else 0
    total = {"members": members, "expected": sum(row["expected"] for row in rows), "will_order": will}
    return sorted(rows, key=lambda row: -row["expected"]), total


def _version(used):
    """The version that made the forecasts; before the first forecast, the one in production."""
    versions = ModelVersion.objects.filter(domain="meals", family="spending").defer("picture")
    return versions.filter(version=used).first() if used else versions.filter(status="production").first()


def _points(members):
    """(segment, days since the last order, orders in 30 days, mean value) of all members, or of each nth."""
    rows = SpendingForecast.objects.order_by("pk").values_list("segment", "recency", "frequency", "amount")
    return list(rows)[:: -(-members // DRAWN) or 1]


def _scatter(points, segments):
    def series(x, y):
        return [
            Series(row["name"], [Point(p[x], p[y]) for p in points if p[0] == row["segment"]], row["number"])
            for row in segments
        ]

    days, often, value = _("days since the last order"), _("orders in 30 days"), _("mean order value (won)")
    return {
        "rhythm": chart(series(1, 2), days, often, log=(True, False)),
        "value": chart(series(2, 3), often, value),
    }


def _calibration(deciles):
    if not deciles:
        return None
    points = [Point(row["forecast"], row["actual"], str(n)) for n, row in enumerate(deciles, 1)]
    return chart([Series("", points, line=True)], _("forecast (won)"), _("actual (won)"), diagonal=True)


def _quality(version):
    """The version's own comparison of variants, as the template shows it; what won each column is marked."""
    found = dict(version.metrics) if version else {}
    if not found.get("table"):
        return {"note": found.get("note", "")}
    rows = found["table"]
    keys = ("mae", "mape", "rmse")
    best = {key: min(row[key] for row in rows.values()) for key in keys}
    nearest = min(abs(row["total"] - 1) for row in rows.values())
    table = [
        {
            **row,
            "name": name,
            "served": name == version.params.get("variant"),
            "best": {**{key: row[key] == best[key] for key in keys}, "total": abs(row["total"] - 1) == nearest},
        }
        for name, row in rows.items()
    ]
    return {
        "table": table,
        "members": found["members"],
        "mean": found["mean"],
        "zero_percent": 100 * found["zero_share"],
        "covered": 100 * found["interval"]["covered"],
        "clipped_at": found["clipped_at"],
        "outliers": version.params.get("outliers"),
        "offset": version.params.get("offset"),
    }
