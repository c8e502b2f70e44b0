"""Staff's pages of the task queue: what waits, what is planned, what ran; tasks stand there by what they do, not by their code.

Failed tasks are run again on the Watch page, which notes who did it.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import admin
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_q.models import Failure, OrmQ, Schedule, Success
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from common.columns import NONE, badge, short
from recommendations.watch import queue

for model in (Failure, OrmQ, Schedule, Success):
    admin.site.unregister(model)

#: What tasks do, in words. A task that nobody named stands there by its code.
NAMES = {
    "meals.tasks.diversity_curve": _("Measure the variety of lists of dishes"),
    "meals.tasks.finish_days": _("Close yesterday's orders as delivered"),
    "meals.tasks.forecast_spending": _("Forecast members' spending on meals"),
    "meals.tasks.order_due": _("Order for members who let it be done for them"),
    "meals.tasks.pull_source": _("Fetch menus and orders from the source database"),
    "problems.services.prerequisites.learn_prerequisites": _("Learn which tag comes before which"),
    "problems.tagging.tag_nightly": _("Tag problems"),
    "problems.tasks.judge_waiting": _("Judge submissions that wait"),
    "problems.tasks.keep_judging": _("Judge submissions"),
    "recommendations.preview_runs.work": _("Evaluate a draft of parameters"),
    "recommendations.tasks.refresh_popularity": _("Count anew what is popular"),
    "recommendations.tasks.retrain": _("Train models anew"),
    "recommendations.tasks.train_family": _("Train a model"),
    "recommendations.tasks.train_queued": _("Train a model"),
    "recommendations.watch.run.watch": _("Count for Watch, and send alerts"),
}
queue.WORDS.update(NAMES)


class TaskAdmin(ModelAdmin):
    """A task with its name in words, and its code beneath."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request):
        return False

    @display(description=_("task"), ordering="func", header=True)
    def what(self, row):
        code = str(row.func() if callable(row.func) else row.func)
        return (NAMES[code], code) if code in NAMES else (code, None)


class DoneAdmin(TaskAdmin):
    """Tasks that ended: to read."""

    search_fields = ("name", "func", "group")
    date_hierarchy = "stopped"
    fields = ("what", "name", "started", "stopped", "took", "attempt_count", "answer")
    readonly_fields = fields
    actions_list = ("to_watch",)

    def has_change_permission(self, request, obj=None):
        return False

    @display(description=_("took"))
    def took(self, row):
        seconds = (row.stopped - row.started).total_seconds()
        return _("%(n).1f s") % {"n": seconds} if seconds < 60 else str(dt.timedelta(seconds=round(seconds)))

    @display(description=_("result"))
    def answer(self, row):
        return NONE if row.result is None else str(row.result)

    @action(description=_("To Watch: run failed tasks again"), url_path="to-watch", icon="monitoring")
    def to_watch(self, request):
        return HttpResponseRedirect(f"{reverse('admin:recommendations_watchday_changelist')}#queue")


@admin.register(Success)
class SuccessAdmin(DoneAdmin):
    list_display = ("stopped", "what", "took", "attempt_count")


@admin.register(Failure)
class FailureAdmin(DoneAdmin):
    error = short("result", _("error"), 90)
    list_display = ("stopped", "what", "error", "attempt_count")


@admin.register(OrmQ)
class QueueAdmin(TaskAdmin):
    """What waits or runs; deleting a row takes its task out of the queue."""

    list_display = ("what", "key", "lock", "name")
    list_filter = ("key",)
    fields = ("what", "key", "lock", "name", "task_id", "args", "kwargs")
    readonly_fields = fields

    def has_change_permission(self, request, obj=None):
        return False

    @display(description=_("task"), header=True)
    def what(self, row):
        return super().what(row)


@admin.register(Schedule)
class ScheduleAdmin(TaskAdmin):
    """When tasks run by themselves. What they run is given by the code."""

    rhythm = badge("schedule_type", _("rhythm"))
    list_display = ("what", "rhythm", "how_often", "next_run", "is_on")
    list_filter = ("schedule_type",)
    search_fields = ("name", "func")
    fields = ("what", "name", "schedule_type", "minutes", "repeats", "next_run")
    readonly_fields = ("what", "name")

    @display(description=_("on"), boolean=True)
    def is_on(self, row):
        return row.repeats != 0

    @display(description=_("every"))
    def how_often(self, row) -> Any:
        if row.schedule_type != Schedule.MINUTES:
            return NONE
        return ngettext("every minute", "every %(n)d minutes", row.minutes or 1) % {"n": row.minutes or 1}
