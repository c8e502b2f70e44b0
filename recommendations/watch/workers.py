"""What the queue's processes are at: which live, which task each has begun, and what becomes of one whose process was killed.

django-q2 alone hands a lost task out again after TASK_TIMEOUT + 5 minutes, for ever, and says nothing. Here it is handed out
again within seconds, and counts as failed when it took too long or its process died three times.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import socket
import time

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django_q.brokers.orm import ORM
from django_q.conf import Conf
from django_q.models import OrmQ, Task
from django_q.signals import post_execute_in_worker, pre_execute
from django_q.signing import SignedPackage

from ml.runs import me, process_started
from recommendations.watch.models import RunningTask, Worker

logger = logging.getLogger(__name__)

BEAT = 15.0  # seconds between two signs of life, and between two looks for lost tasks
FORGET = dt.timedelta(days=7)  # a queue whose workers were silent for so long was given up
GRACE = dt.timedelta(
    minutes=1
)  # after the deadline: what dies so soon was ended for it; other machines' processes count as gone
KILLED = gettext_noop("Its process was killed %(n)d times, as the kernel does when memory runs out.")
TOO_LONG = gettext_noop("It was ended by force: it took longer than %(n)d seconds (TASK_TIMEOUT).")


class Broker(ORM):
    """The queue in the database; what a cluster's guard says of itself twice a second also reaches the other processes."""

    beaten = 0.0

    def set_stat(self, key: str, value: str, timeout: int):
        if time.monotonic() - self.beaten >= BEAT:
            self.beaten = time.monotonic()
            beat(key, self.list_key)
            rescue()
        return super().set_stat(key, value, timeout)


def beat(key: str, cluster: str) -> None:
    """Say that this process is there; older processes of the queue on this machine are forgotten."""
    host, now = socket.gethostname()[:100], timezone.now()
    fields = {"cluster": cluster, "host": host, "pid": os.getpid(), "at": now}
    Worker.objects.update_or_create(key=key[-64:], defaults=fields)
    others = Worker.objects.filter(cluster=cluster).exclude(key=key[-64:])
    others.filter(at__lt=now - dt.timedelta(minutes=5)).delete()


def begun(sender, task: dict, **kwargs) -> None:
    """A worker takes up a task (django-q2's signal, in the worker's process). Never keeps it from being done."""
    if not _tracked(task):
        return
    now = timezone.now()
    fields = {
        "name": task["name"][:100],
        "row": task["ack_id"],
        "func": str(task["func"])[:256],
        "cluster": task.get("cluster") or Conf.CLUSTER_NAME,
        "owner": me(),
        "started_at": now,
        "deadline": now + dt.timedelta(seconds=Conf.TIMEOUT or settings.Q_CLUSTER["timeout"]),
    }
    try:
        with transaction.atomic():
            if not RunningTask.objects.filter(task=task["id"]).update(**fields, attempts=F("attempts") + 1):
                RunningTask.objects.create(task=task["id"], attempts=1, **fields)
    except Exception:
        logger.exception("a task that begins was not noted: %s", task.get("func"))


def ended(sender, task: dict, **kwargs) -> None:
    """A worker is done with a task, well or badly."""
    if not _tracked(task):
        return
    try:
        RunningTask.objects.filter(task=task["id"]).delete()
    except Exception:
        logger.exception("a task that ended was not noted: %s", task.get("func"))


def _tracked(task: dict) -> bool:
    """Clusters that try once (the judge's tokens) have their own way to miss what is lost."""
    return Conf.MAX_ATTEMPTS != 1 and not task.get("sync") and bool(task.get("ack_id"))


def is_gone(one: RunningTask, now: dt.datetime) -> bool:
    """Whether the process that began a task is no more."""
    host, pid, started = [*one.owner.rsplit(":", 2), "", ""][:3]
    if host != socket.gethostname():
        return now > one.deadline + GRACE
    return not (pid.isdigit() and process_started(int(pid)) == started != "")


def rescue(now: dt.datetime | None = None) -> int:
    """Hand out again, or give up, the tasks whose process is gone; how many there were. Several processes may do it at once."""
    now = now or timezone.now()
    return sum(_rescue(one, now) for one in RunningTask.objects.exclude(owner="") if is_gone(one, now))


def _rescue(one: RunningTask, now: dt.datetime) -> int:
    with transaction.atomic():
        claimed = RunningTask.objects.filter(pk=one.pk, owner=one.owner, attempts=one.attempts)
        if not claimed.update(owner=""):
            return 0
        queued = OrmQ.objects.filter(pk=one.row)
        if one.deadline <= now <= one.deadline + GRACE:  # its guard ended it; seen later, the guard was dead as well
            limit = round((one.deadline - one.started_at).total_seconds())
            _give_up(one, TOO_LONG % {"n": limit}, now)
        elif one.attempts >= Conf.MAX_ATTEMPTS > 0:
            _give_up(one, KILLED % {"n": one.attempts}, now)
        elif not queued.update(lock=now):  # done, and only its note was left
            claimed.model.objects.filter(pk=one.pk).delete()
    logger.error("the process of a task is gone: %s, attempt %d", one.func, one.attempts)
    return 1


def in_words(error: str) -> str:
    """What stands at a failed task, in the reader's language where these words are from here."""
    for text in (KILLED, TOO_LONG):
        before, after = text.split("%(n)d")
        number = error.removeprefix(before).removesuffix(after)
        if number.isdecimal():
            return gettext(text) % {"n": int(number)}
    return error


def _give_up(one: RunningTask, error: str, now: dt.datetime) -> None:
    """Take a task from the queue and put it among the failed ones, with its arguments, so that staff can run it again."""
    queued = OrmQ.objects.select_for_update().filter(pk=one.row).first()
    RunningTask.objects.filter(pk=one.pk).delete()
    if queued is None:
        return
    found = SignedPackage.loads(queued.payload)
    try:
        with transaction.atomic():
            Task.objects.create(
                id=one.task,
                name=one.name,
                func=one.func,
                args=found["args"],
                kwargs=found["kwargs"],
                group=found.get("group"),
                cluster=one.cluster,
                started=one.started_at,
                stopped=now,
                success=False,
                result=error,
                attempt_count=one.attempts,
            )
    except IntegrityError:  # its end was noted after all
        logger.info("a task that was given up has a result: %s", one.func)
    queued.delete()


pre_execute.connect(begun, dispatch_uid="watch")
post_execute_in_worker.connect(ended, dispatch_uid="watch")
