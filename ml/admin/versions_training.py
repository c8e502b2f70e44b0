"""The page where staff train: what is in production and waiting, runs with progress, start, cancel, and the schedule."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from django_q.models import Schedule
from django_q.tasks import async_task

from ml import outcomes, runs, training
from ml.admin import overview
from ml.admin.columns import model_name, version_name
from ml.models import ModelVersion, TrainingRun

TRAIN, RELEASE = "ml.train_modelversion", "ml.promote_modelversion"
RECENT = 8
ACTIVE = ("queued", "running")
EVERY = ((Schedule.HOURLY, _("hourly")), (Schedule.DAILY, _("daily")), (Schedule.WEEKLY, _("weekly")))
OFF = "off"


def urls(admin) -> list:
    """Addresses under the list of versions; `admin` is the `ModelVersionAdmin`."""
    views = {
        "train/": (lambda request: page(admin, request), "train"),
        "train/runs/": (lambda request: runs_part(admin, request), "train_runs"),
        "train/start/": (require_POST(lambda request: start(admin, request)), "train_start"),
        "train/<int:pk>/cancel/": (require_POST(lambda request, pk: cancel(admin, request, pk)), "train_cancel"),
        "<int:pk>/evaluate/": (require_POST(lambda request, pk: evaluate(admin, request, pk)), "evaluate"),
        "train/schedule/": (require_POST(lambda request: schedule(admin, request)), "train_schedule"),
    }
    return [
        path(where, admin.admin_site.admin_view(view), name=f"ml_modelversion_{name}")
        for where, (view, name) in views.items()
    ]


def require(allowed: bool) -> None:
    if not allowed:
        raise PermissionDenied


def page(admin, request):
    """All that is trained, with its versions and the last runs."""
    require(admin.has_view_permission(request))
    context = {
        **admin.admin_site.each_context(request),
        "title": _("Training of models"),
        "opts": admin.opts,
        "domains": overview.by_domain(trained()),
        "schedules": schedules(),
        "every": [*EVERY, (OFF, _("off"))],
        "may_schedule": request.user.has_perms([TRAIN, RELEASE]),
        **runs_context(request),
    }
    return TemplateResponse(request, "ml/training.html", context)


def runs_part(admin, request):
    """What is under way, which the page asks for again; when it has ended, the page is loaded anew: versions have changed."""
    require(admin.has_view_permission(request))
    context = runs_context(request)
    ended = bool(request.headers.get("HX-Request")) and not context["active"]
    return TemplateResponse(
        request, "ml/training_runs.html", context, headers={"HX-Refresh": "true"} if ended else None
    )


def runs_context(request) -> dict[str, Any]:
    runs.bury_dead()
    rows = TrainingRun.objects.select_related("version")
    return {
        "active": list(rows.filter(status__in=ACTIVE).order_by("pk")),
        "past": list(rows.exclude(status__in=ACTIVE)[:RECENT]),
        "may_train": request.user.has_perm(TRAIN),
    }


def trained() -> list[tuple[str, str]]:
    return training.trainable.models() if training.trainable else []


def back() -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:ml_modelversion_train"))


def start(admin, request):
    """Queue a training; its version will be a candidate."""
    require(request.user.has_perm(TRAIN))
    domain, family = request.POST.get("domain", ""), request.POST.get("family", "")
    if (domain, family) not in trained():
        text = gettext("There is no model %(name)s to train.") % {"name": f"{domain}/{family}"[:100]}
        admin.message_user(request, text, messages.ERROR)
        return back()
    try:
        run = runs.queue_run(domain, family)
    except runs.AlreadyRunning:
        text = gettext("%(name)s is already queued or being trained. Wait for it to end, or cancel it.")
        admin.message_user(request, text % {"name": model_name(domain, family)}, messages.ERROR)
        return back()
    _send(run)
    text = gettext("%(name)s is queued. Its version will be a candidate: nothing changes for members.")
    admin.message_user(request, text % {"name": model_name(domain, family)}, messages.SUCCESS)
    return back()


def _send(run) -> None:
    """Hand a run to the task queue; one that cannot be handed over has failed."""
    try:
        run.task_id = async_task("" if training.trainable is None else training.trainable.task, run.pk)
    except Exception as error:
        runs.fail(run, error)
        raise
    TrainingRun.objects.filter(pk=run.pk).update(task_id=run.task_id)


def evaluate(admin, request, pk):
    """Queue the evaluation of one version."""
    require(request.user.has_perm(TRAIN))
    version = ModelVersion.objects.filter(pk=pk).defer("picture").first()
    if version is None:
        raise Http404
    queue_evaluation(admin, request, version)
    return back()


def queue_evaluation(admin, request, version) -> None:
    """The same with a message in place of an answer."""
    name = {"name": version_name(version)}
    if (version.domain, version.family) not in trained() or not outcomes.possible(version.family):
        text = gettext("%(name)s keeps no rows: its figures are made when it is trained.")
        admin.message_user(request, text % name, messages.ERROR)
        return
    try:
        run = runs.queue_run(version.domain, version.family, kind="evaluate", version=version)
    except runs.AlreadyRunning:
        text = gettext("A version of this model is being evaluated already. Wait for it to end, or cancel it.")
        admin.message_user(request, text, messages.ERROR)
        return
    _send(run)
    text = gettext("The evaluation of %(name)s is queued.")
    admin.message_user(request, text % name, messages.SUCCESS)


def cancel(admin, request, pk):
    """End a queued run at once, a running one within a second (one that a command line runs: at its next step)."""
    require(request.user.has_perm(TRAIN))
    run = TrainingRun.objects.filter(pk=pk).first()
    if run is None:
        raise Http404
    texts = {
        "cancelled": gettext("The training is cancelled. Production is as it was."),
        "running": gettext("The training is being ended. Production stays as it is."),
    }
    status = runs.cancel(run)
    level = messages.SUCCESS if status in texts else messages.WARNING
    admin.message_user(request, texts.get(status) or gettext("This training had already ended."), level)
    return back()


def schedules() -> list[dict[str, Any]]:
    """What trains by itself, and when."""
    tasks = training.trainable.schedules if training.trainable else {}
    return [
        {
            "pk": row.pk,
            "name": tasks[row.func],
            "every": OFF if row.repeats == 0 else row.schedule_type,
            "known": row.repeats == 0 or row.schedule_type in dict(EVERY),
            "type": row.get_schedule_type_display(),
            "next": timezone.localtime(row.next_run),
        }
        for row in Schedule.objects.filter(func__in=list(tasks)).order_by("name", "pk")
    ]


def schedule(admin, request):
    """Change how often, and from when on, a scheduled training runs, which also releases; or switch it off."""
    require(request.user.has_perms([TRAIN, RELEASE]))
    tasks = training.trainable.schedules if training.trainable else {}
    key = request.POST.get("schedule", "")
    row = (
        Schedule.objects.filter(pk=int(key), func__in=list(tasks)).first()
        if key.isdecimal() and len(key) < 10
        else None
    )
    if row is None:
        raise Http404
    every, text = request.POST.get("every", ""), request.POST.get("next", "")
    try:
        if every not in (OFF, *dict(EVERY)):
            raise ValueError
        when = timezone.make_aware(dt.datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        message = gettext("Not saved: choose how often, and the date and time of the next training.")
        admin.message_user(request, message, messages.ERROR)
        return back()
    row.repeats = 0 if every == OFF else -1
    row.schedule_type = row.schedule_type if every == OFF else every
    row.next_run = when
    row.save(update_fields=["repeats", "schedule_type", "next_run"])
    admin.log_change(request, row, f"{row.name}: {every}, {when.isoformat()}")
    admin.message_user(request, gettext("Saved: %(names)s") % {"names": tasks[row.func]}, messages.SUCCESS)
    return back()
