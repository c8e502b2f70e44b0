"""The task queue: how long it is, what runs and what failed, and running a failed task again."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_q.conf import Conf
from django_q.models import OrmQ, Task
from django_q.tasks import async_task

from recommendations.watch.aggregation import start_of
from recommendations.watch.models import QueueDay, RunningTask, Worker
from recommendations.watch.workers import FORGET, in_words

SHOWN = 20
DECISIONS = 10


#: Dotted name → what the task does, in words; filled by the layer that knows all tasks, at start-up.
WORDS: dict[str, Any] = {}


def title(function: str) -> str:
    """A task in words; one that nobody named stands there by its code."""
    return str(WORDS.get(function, function))


class RetryError(ValueError):
    """A task that cannot be run again; the message says why."""


def by_cluster(now: dt.datetime | None = None) -> dict[str, dict[str, Any]]:
    """Queue → how many of its tasks wait, and for how many seconds the oldest has.

    A task that was handed to a worker and not begun yet waits as well; one that a worker runs does not. What a queue
    without notes of what it runs (the judge's) handed out counts as running.
    """
    now = now or timezone.now()
    notes = {row: bool(owner) for row, owner in RunningTask.objects.values_list("row", "owner")}
    found: dict[str, dict[str, Any]] = defaultdict(lambda: {"waiting": 0, "oldest": 0.0})
    for row, name, lock in OrmQ.objects.order_by().values_list("pk", "key", "lock"):
        since = lock
        if lock > now:  # handed out: it is locked until so long after
            if notes.get(row) or name != Conf.PREFIX:
                continue
            since = lock - dt.timedelta(seconds=Conf.RETRY)
        elif notes.get(row):
            continue
        one = found[name]
        one["waiting"] += 1
        one["oldest"] = max(one["oldest"], (now - since).total_seconds())
    return dict(found)


def state(now: dt.datetime | None = None) -> dict[str, Any]:
    """How many tasks of all queues wait, and for how many seconds the oldest has."""
    found = by_cluster(now).values()
    return {
        "waiting": sum(one["waiting"] for one in found),
        "oldest": max((one["oldest"] for one in found), default=0.0),
    }


def running() -> list[dict[str, Any]]:
    """The tasks that workers have begun, the longest first; `again`: its process was killed, it waits to be handed out again."""
    rows = RunningTask.objects.order_by("started_at")[:SHOWN]
    return [
        {"row": row, "title": title(row.func), "again": not row.owner, "process": row.owner.rpartition(":")[0]}
        for row in rows
    ]


def processes(now: dt.datetime | None = None) -> list[dict[str, Any]]:
    """The processes that hand out tasks, with the seconds since they were heard of."""
    now = now or timezone.now()
    rows = Worker.objects.order_by("cluster", "-at")
    return [{"row": row, "silent": (now - row.at).total_seconds()} for row in rows if now - row.at < FORGET]


def measure(now: dt.datetime | None = None) -> QueueDay:
    """Write today's row: the worst of the day."""
    day, found = timezone.localdate(now), state(now)
    row = QueueDay.objects.get_or_create(day=day)[0]
    row.waiting, row.oldest = max(row.waiting, found["waiting"]), max(row.oldest, found["oldest"])
    row.failed = max(row.failed, failed_since(start_of(day)))
    row.save()
    return row


def failures() -> list[dict[str, Any]]:
    """The last failed tasks; what their pickles hold is read without running it (`common.pickles`)."""
    rows = Task.objects.filter(success=False).order_by("-stopped")[:SHOWN]
    found = rows.only("pk", "name", "func", "stopped", "attempt_count", "result")
    return [{"task": task, "title": title(task.func), "error": in_words(str(task.result or "–"))} for task in found]


def failed_ids(n: int) -> list[str]:
    """The ids of the last n failed tasks."""
    return list(Task.objects.filter(success=False).order_by("-stopped").values_list("pk", flat=True)[:n])


def failed_since(start: dt.datetime) -> int:
    return Task.objects.filter(success=False, stopped__gte=start).count()


def _is_own(function: str) -> bool:
    """Whether a dotted name is of the site's own code: whoever can write a row must not choose what is called."""
    own = {config.name for config in apps.get_app_configs() if Path(config.path).parent == Path(settings.BASE_DIR)}
    return function.split(".")[0] in own


@transaction.atomic
def retry(task_id: str) -> tuple[str, str]:
    """Put a failed task into the queue again and take it from the list; returns its function and its new id.

    Raises
    ------
    RetryError : it is no longer there, its arguments cannot be read safely, or it is not one of the site's own functions.
    """
    task = _failed(task_id)
    arguments, names = task.args or (), task.kwargs or {}
    # a value that could not be read safely comes as a sentence
    if not isinstance(arguments, (tuple, list)) or not isinstance(names, dict):
        raise RetryError(_("The arguments of this task are damaged or hold code; it was not run again."))
    if not _is_own(task.func):
        raise RetryError(_("“%(name)s” is no function of this site; it was not run again.") % {"name": task.func})
    made = async_task(task.func, *arguments, **{**names, "q_options": {"group": task.group, "cluster": task.cluster}})
    task.delete()
    return task.func, made


@transaction.atomic
def dismiss(task_id: str) -> tuple[str, str]:
    """Take a failed task from the list without running it again; returns its function and its id.

    Raises
    ------
    RetryError : it is no longer there.
    """
    task = _failed(task_id)
    task.delete()
    return task.func, task_id


def _failed(task_id: str) -> Task:
    task = Task.objects.select_for_update().filter(pk=task_id, success=False).first()
    if task is None:
        raise RetryError(_("This task is no longer among the failed ones; somebody ran it again already."))
    return task


def note(user: Any, action: str, function: str, task_id: str) -> None:
    """Who ran what again or put it aside, in the admin's own log."""
    LogEntry.objects.create(
        user=user,
        content_type=ContentType.objects.get_for_model(Task, for_concrete_model=False),
        object_id=task_id,
        object_repr=function[:200],
        action_flag=DELETION if action == "dismiss" else CHANGE,
        change_message=action,
    )


def noted() -> list[dict[str, Any]]:
    """The last decisions on failed tasks, and what became of those that were run again."""
    kind = ContentType.objects.get_for_model(Task, for_concrete_model=False)
    rows = list(LogEntry.objects.filter(content_type=kind).select_related("user").order_by("-pk")[:DECISIONS])
    ended: dict[str, bool] = dict(
        Task.objects.filter(pk__in=[row.object_id for row in rows]).values_list("pk", "success")
    )
    begun = set(RunningTask.objects.filter(task__in=[row.object_id for row in rows]).values_list("task", flat=True))
    aside = [row.object_id or "" for row in rows if row.action_flag == DELETION]  # what was put aside had failed
    ended.update(dict.fromkeys(aside, False))
    words = {True: _("succeeded"), False: _("failed again")}

    def outcome(row: LogEntry) -> str:
        number = row.object_id or ""
        if row.action_flag == DELETION:
            return _("put aside")
        return words[ended[number]] if number in ended else _("runs") if number in begun else _("waits")

    return [{"row": row, "title": title(row.object_repr), "outcome": outcome(row)} for row in rows]
