"""The judge's queue: the rows that wait. Tokens in the task queue only wake it, so that a lost one loses nothing.

A worker claims a row by an atomic update with its own name and a lease; a row whose lease has run out is given to another.
"""

import datetime as dt
import os
import socket
from pathlib import Path

from django.db import transaction
from django.db.models import Count, F, Min
from django.utils import timezone
from django_q.tasks import async_task

from problems.models import Submission, Trial

Status = Submission.Status
CLUSTER = "judge"
MODELS = (Trial, Submission)
#: How long a member's earlier runs count against the next one.
RECENT = dt.timedelta(minutes=5)
#: Beyond what the next test may take on the clock.
LEASE = dt.timedelta(seconds=60)
ATTEMPTS = 3
_TRIES = 20


def wake():
    """Have a worker look for work as soon as the transaction commits."""
    transaction.on_commit(send_token)


def send_token():
    async_task("problems.tasks.judge_waiting", cluster=CLUSTER, save=False)


def worker_name():
    """Name this process so that others on the machine can tell whether it still lives."""
    return f"{socket.gethostname()[:36]}:{os.getpid()}:{_birth(os.getpid())}"


def _birth(pid):
    """When a process was started, in the kernel's ticks: ids are used again."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def claim(worker):
    """Take the row whose turn it is, or None. The caller has the sole right to judge it while its lease runs."""
    for _attempt in range(_TRIES):  # another worker may be quicker
        row = next_in_turn()
        if row is None:
            return None
        now = timezone.now()
        taken = type(row).objects.filter(pk=row.pk, status=Status.QUEUED)
        if taken.update(
            status=Status.JUDGING, worker=worker, attempts=F("attempts") + 1, started_at=now, lease_until=now + LEASE
        ):
            return type(row).objects.select_related("problem", "user").get(pk=row.pk)
    return None


def next_in_turn():
    """The oldest row of the member who was served least lately; what staff have judged again comes after all else."""
    fresh = [Trial.objects.filter(status=Status.QUEUED), Submission.objects.filter(status=Status.QUEUED, rejudge=0)]
    again = [Submission.objects.filter(status=Status.QUEUED, rejudge__gt=0)]
    return _fairest(fresh) or _fairest(again)


def _fairest(waiting):
    waits = [
        (oldest, user, rows)
        for rows in waiting
        for user, oldest in rows.order_by().values_list("user").annotate(oldest=Min("queued_at"))
    ]
    if not waits:
        return None
    served = _served({user for _oldest, user, _rows in waits}) if len(waits) > 1 else {}
    _oldest, user, rows = min(waits, key=lambda wait: (served.get(wait[1], 0), wait[0]))
    return rows.filter(user=user).only("pk").order_by("queued_at", "pk").first()


def _served(users):
    """User → how many of their runs are being judged, or were begun lately."""
    served = {}
    for model in MODELS:
        lately = model.objects.filter(started_at__gt=timezone.now() - RECENT, user__in=users)
        for user, number in lately.order_by().values_list("user").annotate(n=Count("pk")):
            served[user] = served.get(user, 0) + number
    return served


def extend(row, worker, seconds, **changes):
    """Lengthen the lease by what the next step may take, and store progress; False where the row was given to another."""
    lease = timezone.now() + LEASE + dt.timedelta(seconds=seconds)
    mine = type(row).objects.filter(pk=row.pk, status=Status.JUDGING, worker=worker)
    return bool(mine.update(lease_until=lease, **changes))


def give_back(row, worker, *, counted=True):
    """Let a row wait again, as this worker cannot judge it now; `counted=False`: that was no attempt."""
    mine = type(row).objects.filter(pk=row.pk, status=Status.JUDGING, worker=worker)
    back = {} if counted else {"attempts": F("attempts") - 1}
    return mine.update(status=Status.QUEUED, worker="", lease_until=None, tests=[], **back)


def abandoned():
    """Rows whose worker is dead: its lease has run out, or it was a process of this machine that is gone."""
    found = []
    host = socket.gethostname()[:36]
    for model in MODELS:
        for row in model.objects.filter(status=Status.JUDGING).only("pk", "worker", "attempts", "lease_until"):
            late = row.lease_until is None or row.lease_until < timezone.now()
            name, _, process = row.worker.partition(":")
            if late or (name == host and not _alive(process)):
                found.append(row)
    return found


def _alive(process):
    pid, _, birth = process.partition(":")
    return pid.isdigit() and _birth(int(pid)) == birth


def rows_waiting():
    return sum(model.objects.filter(status=Status.QUEUED).count() for model in MODELS)
