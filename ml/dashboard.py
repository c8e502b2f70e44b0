"""Cards of the admin's first page: models in production, training runs, drafts, and the task queue."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from django.db.models import Count, Max
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_q.models import Failure, OrmQ

from common.dashboard import Card, Link, card, links
from ml.models import ModelVersion, ParameterDraft, Promotion, TrainingRun


def _list(name: str, query: str = "") -> str:
    return reverse(f"admin:ml_{name}_changelist") + query


@card("ml.view_modelversion", 30)
def models_in_production() -> Card:
    """How many serve each domain, and how old the oldest is."""
    found = defaultdict(list)
    rows = ModelVersion.objects.filter(status="production").values_list("domain", "created_at")
    for domain, made in rows:
        found[domain].append(made)
    lines = [
        (
            ngettext("%(domain)s: %(n)d model", "%(domain)s: %(n)d models", len(made))
            % {"domain": domain, "n": len(made)}
            + " · "
            + _("oldest: %(age)s") % {"age": timesince(min(made), depth=1)},
            _list("modelversion", f"?domain={domain}&status__exact=production"),
        )
        for domain, made in sorted(found.items())
    ]
    broken = ModelVersion.objects.exclude(broken="").count()
    detail = _("Broken: %(n)d") % {"n": broken} if broken else ""
    total = sum(map(len, found.values()))
    return Card(_("Models in production"), total, _list("modelversion"), detail, lines, warn=bool(broken))


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
    rows = ParameterDraft.objects.filter(status="draft")
    last = Promotion.objects.aggregate(last=Max("at"))["last"]
    detail = _("Last promotion of a model: %(age)s ago") % {"age": timesince(last, depth=1)} if last else ""
    return Card(_("Open drafts of parameters"), rows.count(), _list("parameterdraft", "?status__exact=draft"), detail)


@card("ml.view_trainingrun", 60)
def queue() -> Card:
    """Tasks that wait, and those that failed within a day (kept by the queue until staff delete them)."""
    waiting = OrmQ.objects.count()
    failed = Failure.objects.filter(stopped__gte=timezone.now() - timedelta(days=1)).count()
    lines = [(_("Failed in 24 hours: %(n)d") % {"n": failed}, reverse("admin:django_q_failure_changelist"))]
    return Card(_("Tasks in the queue"), waiting, reverse("admin:django_q_ormq_changelist"), "", lines, bool(failed))


links += [
    Link(gettext_lazy("Parameters"), lambda: _list("parametervalue"), "ml.view_parametervalue"),
    Link(gettext_lazy("New draft"), lambda: reverse("admin:ml_parameterdraft_add"), "ml.add_parameterdraft"),
    Link(
        gettext_lazy("Publications of parameters"),
        lambda: _list("parameterpublication"),
        "ml.view_parameterpublication",
    ),
    Link(gettext_lazy("Model versions"), lambda: _list("modelversion"), "ml.view_modelversion"),
]
