"""Cards of the admin's first page: models in production, training runs and drafts."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, Max, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.dashboard import Card, Link, card, links
from ml.models import ModelVersion, ParameterDraft, Promotion, TrainingRun


def _list(name: str, query: str = "") -> str:
    return reverse(f"admin:ml_{name}_changelist") + query


@card("ml.view_modelversion", 30)
def models_in_production() -> Card:
    """How many serve, when staff last chose one, and versions whose blob is damaged."""
    counts = ModelVersion.objects.aggregate(
        serving=Count("pk", filter=Q(status="production")), broken=Count("pk", filter=~Q(broken=""))
    )
    last = Promotion.objects.aggregate(last=Max("at"))["last"]
    detail = _("Last promotion of a model: %(age)s ago") % {"age": timesince(last, depth=1)} if last else ""
    broken = counts["broken"]
    lines = [(_("Broken: %(n)d") % {"n": broken}, _list("modelversion"))] if broken else []
    return Card(_("Models in production"), counts["serving"], _list("modelversion"), detail, lines, warn=bool(broken))


@card("ml.view_trainingrun", 40)
def training_runs() -> Card:
    """Of the last day, by status."""
    since = timezone.now() - timedelta(days=1)
    counts = dict(
        TrainingRun.objects.filter(created_at__gte=since).order_by().values_list("status").annotate(Count("pk"))
    )
    names = dict(TrainingRun.Status.choices)
    lines = [
        (f"{names[status]}: {n}", _list("trainingrun", f"?status__exact={status}")) for status, n in counts.items()
    ]
    warn = bool(counts.get("failed"))
    return Card(_("Training runs in 24 hours"), sum(counts.values()), _list("trainingrun"), "", lines, warn)


@card("ml.view_parameterdraft", 50)
def open_drafts() -> Card:
    """The drafts that somebody works on, the latest first."""
    rows = list(ParameterDraft.objects.filter(status="draft").values_list("pk", "name"))
    lines = [(name, reverse("admin:ml_parameterdraft_change", args=[pk])) for pk, name in rows[:3]]
    return Card(_("Open drafts of parameters"), len(rows), _list("parameterdraft", "?status__exact=draft"), "", lines)


links += [
    Link(gettext_lazy("Parameters"), lambda: _list("parametervalue"), "ml.view_parametervalue", "tune"),
    Link(
        gettext_lazy("New draft"), lambda: reverse("admin:ml_parameterdraft_add"), "ml.add_parameterdraft", "edit_note"
    ),
    Link(
        gettext_lazy("Publications of parameters"),
        lambda: _list("parameterpublication"),
        "ml.view_parameterpublication",
        "history",
    ),
    Link(gettext_lazy("Model versions"), lambda: _list("modelversion"), "ml.view_modelversion", "deployed_code"),
]
