"""How accurate and how varied a list is at each strength of variety, so that staff choose a point rather than guess."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_q.tasks import async_task

from meals.admin.base import ReadAndExportAdmin
from meals.admin.charts import Point, Series, chart
from meals.models import VarietyCurve
from meals.variety_curve import FEEDS, K
from ml import parameters
from recommendations.domains import domains

SHARES = (("coverage", _("dishes shown")), ("gini", _("unevenness (Gini)")), ("repeat", _("dishes eaten before")))


@admin.register(VarietyCurve)
class VarietyCurveAdmin(ReadAndExportAdmin):
    """One page: the curve of a list, the point in force, and a button that has it measured anew."""

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("", wrap(self.page), name="meals_varietycurve_changelist"),
            path("measure/", wrap(self.measure), name="meals_varietycurve_measure"),
            *super().get_urls(),
        ]

    def page(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied
        feed = _feed(request.GET.get("feed"))
        curve = VarietyCurve.objects.filter(feed=feed).first()
        strength = parameters.get(f"meals.{feed}")["diversity"]
        points = curve.points if curve else []
        for point in points:
            point["now"] = point["strength"] == strength
        context = {
            **self.admin_site.each_context(request),
            "title": _("Accuracy and variety"),
            "opts": self.opts,
            "feed": feed,
            "feeds": [(name, domains["meals"].feed(name).verbose_name or name) for name in FEEDS],
            "curve": curve,
            "points": points,
            "measured": _percent(curve.measured) if curve else {},
            "strength": strength,
            "is_measured": any(point["now"] for point in points),
            "charts": _charts(points),
            "shares": SHARES,
            "k": K,
            "may_measure": self.may_measure(request),
            "measure_url": reverse("admin:meals_varietycurve_measure"),
            "parameters_url": self._parameters_url(request, feed),
        }
        return TemplateResponse(request, "admin/meals/variety.html", context)

    def may_measure(self, request):
        return request.user.has_perm("meals.change_varietycurve")

    def measure(self, request):
        """Queue one measurement of the list; while one is under way, no second."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.may_measure(request):
            raise PermissionDenied
        feed = _feed(request.POST.get("feed"))
        curve, _created = VarietyCurve.objects.get_or_create(feed=feed)
        if curve.is_waiting:
            self.message_user(request, _("It is being measured already."), messages.INFO)
        else:
            VarietyCurve.objects.filter(pk=curve.pk).update(queued_at=timezone.now())
            async_task("meals.tasks.diversity_curve", feed)
            self.message_user(request, _("It is being measured; look again in some minutes."), messages.SUCCESS)
        return HttpResponseRedirect(f"{reverse('admin:meals_varietycurve_changelist')}?feed={feed}")

    def _parameters_url(self, request, feed):
        if not request.user.has_perm("ml.view_parametervalue"):
            return ""
        return f"{reverse('admin:ml_parametervalue_changelist')}#meals-{feed}"


def _feed(text):
    return text if text in FEEDS else FEEDS[0]


def _percent(measured):
    return {**measured, "own_repeat": 100 * measured.get("own_repeat", 0)}


def _charts(points):
    """Accuracy over the distance within a list, and what else changes with it; labels are strengths."""
    if not points:
        return {}

    def line(name, value, number, labels=False):
        return Series(
            name,
            [
                Point(p["distance"], value(p), f"{p['strength']:g}" if labels or p["now"] else "",
                      f"{name} {value(p):.3f} · {p['strength']:g}", p["now"])
                for p in points
            ],
            number,
            line=True,
        )  # fmt: skip

    accuracy = [
        line(_("hit rate"), lambda p: p["hit"][0], 0, labels=True),
        line("NDCG", lambda p: p["ndcg"][0], 2, labels=True),
    ]
    others = [line(name, lambda p, key=key: p[key], (3, 4, 5)[n]) for n, (key, name) in enumerate(SHARES)]
    distance = _("difference between the dishes of a list")
    return {
        "accuracy": chart(accuracy, distance, _("accuracy")),
        "others": chart(others, distance, _("share")),
    }
