"""The task queue: how long it is, what failed, and running a failed task again."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models import Count, Min
from django.utils import timezone
from django.utils.translation import gettext as _
from django_q.models import OrmQ, Task
from django_q.tasks import async_task

from recommendations.watch.aggregation import start_of
from recommendations.watch.models import QueueDay

SHOWN = 20


class RetryError(ValueError):
    """A task that cannot be run again; the message says why."""


def state(now: dt.datetime | None = None) -> dict[str, Any]:
    """How many tasks wait, and for how many seconds the oldest has; a task that a worker runs is locked until later."""
    now = now or timezone.now()
    found = OrmQ.objects.filter(lock__lte=now).aggregate(n=Count("pk"), first=Min("lock"))
    return {"waiting": found["n"], "oldest": (now - found["first"]).total_seconds() if found["first"] else 0.0}


def measure(now: dt.datetime | None = None) -> QueueDay:
    """Write today's row: the worst of the day."""
    day, found = timezone.localdate(now), state(now)
    row = QueueDay.objects.get_or_create(day=day)[0]
    row.waiting, row.oldest = max(row.waiting, found["waiting"]), max(row.oldest, found["oldest"])
    row.failed = max(row.failed, failed_since(start_of(day)))
    row.save()
    return row


def failures() -> list[Task]:
    """The last failed tasks; what their pickles hold is read without running it (`common.pickles`)."""
    rows = Task.objects.filter(success=False).order_by("-stopped")[:SHOWN]
    return list(rows.only("pk", "name", "func", "stopped", "attempt_count", "result"))


def failed_since(start: dt.datetime) -> int:
    return Task.objects.filter(success=False, stopped__gte=start).count()


def _is_own(function: str) -> bool:
    """Whether a dotted name is of the site's own code: whoever can write a row must not choose what is called."""
    own = {config.name for config in apps.get_app_configs() if Path(config.path).parent == Path(settings.BASE_DIR)}
    return function.split(".")[0] in own


@transaction.atomic
def retry(task_id: str) -> str:
    """Put a failed task into the queue again and take it from the list; returns its function.

    Raises
    ------
    RetryError : it is no longer there, its arguments cannot be read safely, or it is not one of the site's own functions.
    """
    task = Task.objects.select_for_update().filter(pk=task_id, success=False).first()
    if task is None:
        raise RetryError(_("This task is no longer among the failed ones; somebody ran it again already."))
    arguments, names = task.args or (), task.kwargs or {}
    # a value that could not be read safely comes as a sentence
    if not isinstance(arguments, (tuple, list)) or not isinstance(names, dict):
        raise RetryError(_("The arguments of this task are damaged or hold code; it was not run again."))
    if not _is_own(task.func):
        raise RetryError(_("“%(name)s” is no function of this site; it was not run again.") % {"name": task.func})
    async_task(task.func, *arguments, **{**names, "q_options": {"group": task.group, "cluster": task.cluster}})
    task.delete()
    return task.func
