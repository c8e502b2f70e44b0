"""Rows of trainings: one at a time per domain and family, owned by a process, with progress, cancelled or buried."""

from __future__ import annotations

import os
import socket
import time
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

Progress = Callable[[float, str], None]
logger = structlog.get_logger(__name__)
HEARTBEAT = timedelta(hours=1)  # a run of another machine that was silent for so long counts as dead
WRITE_EVERY = 0.5  # seconds between two progress rows
MAX_LOG = 20_000

#: How a run ended that could not say so itself: kept in English, shown in the reader's language (`TrainingRun.reason`).
GONE = gettext_noop("The process that trained it is gone: killed, out of time, or restarted. Train again.")
CRASHED = gettext_noop("The process that trained it crashed (in compiled code: see the worker's log). Train again.")
KILLED = gettext_noop("The process that trained it was killed, as the kernel does when memory runs out.")
OUT_OF_TIME = gettext_noop("The training took longer than TASK_TIMEOUT allows and was ended.")
ENDED = gettext_noop("The process that trained it ended without a result: see the worker's log.")
CANCELLED = "cancelled"


class AlreadyRunning(RuntimeError):
    """The same domain and family are being trained by another process."""


class Cancelled(RuntimeError):
    """Staff asked for this run to end; raised out of `progress` within the training."""


def queue_run(domain: str, family: str, task_id: str = "", **more):
    """A visible row for what a task queue will start; AlreadyRunning when one of its kind is queued or running.

    `more`: for an evaluation its `kind` and `version`.
    """
    from ml.models import TrainingRun

    _bury(domain, family)
    try:
        with transaction.atomic():
            return TrainingRun.objects.create(domain=domain, family=family, task_id=task_id, **more)
    except IntegrityError as error:
        raise AlreadyRunning(f"{domain}/{family} is already queued or being trained") from error


def claim(run_id: int):
    """The queued run, now running and owned by this process; None when it is not queued any more.

    A queue that delivers a task twice, or again after its process died, trains nothing twice.
    """
    from ml.models import TrainingRun

    now = timezone.now()
    queued = TrainingRun.objects.filter(pk=run_id, status="queued")
    if not queued.update(status="running", owner=me(), started_at=now, updated_at=now):
        return None
    return TrainingRun.objects.get(pk=run_id)


def cancel(run) -> str:
    """Ask a run to end: `cancelled` for a queued one, at once; `running` for one that is being ended; else empty."""
    from ml.models import TrainingRun

    now = timezone.now()
    rows = TrainingRun.objects.filter(pk=run.pk)
    if rows.filter(status="queued").update(status="cancelled", finished_at=now, updated_at=now):
        return "cancelled"
    return "running" if rows.filter(status="running").update(cancel_requested=True) else ""


def fail(run, error: BaseException) -> None:
    """End a run that has not ended, for an error outside of `train`."""
    run.refresh_from_db()
    if run.status in ("queued", "running"):
        Reporter(run, None).fail(error)


def bury_dead() -> int:
    """Mark all runs whose process is gone as failed; how many there were."""
    from ml.models import TrainingRun

    return sum(_bury_run(run) for run in TrainingRun.objects.filter(status="running"))


def start(domain: str, family: str, task_id: str):
    """The run's row, running and owned by this process: a queued one is taken over."""
    from ml.models import TrainingRun

    _bury(domain, family)
    now = timezone.now()
    fields = {"status": "running", "owner": me(), "started_at": now, "updated_at": now}
    if task_id:
        fields["task_id"] = task_id
    runs = TrainingRun.objects.filter(domain=domain, family=family, kind="train")
    queued = runs.filter(status="queued").first()
    if queued is not None and runs.filter(pk=queued.pk, status="queued").update(**fields):
        queued.refresh_from_db()
        return queued
    try:
        with transaction.atomic():
            return TrainingRun.objects.create(domain=domain, family=family, **fields)
    except IntegrityError as error:
        other = runs.filter(status="running").first()
        where = f" (run {other.pk}, {other.progress:.0%}, process {other.owner})" if other else ""
        raise AlreadyRunning(f"{domain}/{family} is already being trained{where}; wait for it to end") from error


def _bury(domain: str, family: str) -> None:
    """Mark runs whose process is gone as failed, so that they block nobody."""
    from ml.models import TrainingRun

    for run in TrainingRun.objects.filter(domain=domain, family=family, status="running"):
        _bury_run(run)


def _bury_run(run) -> int:
    if _alive(run):
        return 0
    rows = type(run).objects.filter(pk=run.pk, status="running", updated_at=run.updated_at)
    return rows.update(status="failed", error=GONE, finished_at=timezone.now())


def me() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{process_started(os.getpid())}"


def process_started(pid: int) -> str:
    """When a process of this machine started (process ids are used again); empty when it is gone."""
    if not Path("/proc/self/stat").exists():  # not Linux: the id alone
        try:
            os.kill(pid, 0)
        except PermissionError:
            return "0"
        except OSError:
            return ""
        return "0"
    try:
        state, *rest = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if state in "ZX" else rest[18]  # dead, though nobody has asked how it ended


def _alive(run) -> bool:
    return alive(run.owner, run.updated_at)


def alive(owner: str, updated_at: datetime) -> bool:
    """Whether the process that called itself `owner` (`me`) is there; of another machine: whether it wrote lately."""
    host, pid, started = [*owner.rsplit(":", 2), "", ""][:3]
    if host != socket.gethostname():
        return timezone.now() - updated_at < HEARTBEAT
    return pid.isdigit() and process_started(int(pid)) == started != ""


class Reporter:
    """Writes a run's progress to its row (not too often), hands it on, and ends the run when staff ask for that."""

    def __init__(self, run, progress: Progress | None):
        self.run, self.progress, self.written = run, progress, 0.0

    def __call__(self, share: float, message: str) -> None:
        run = self.run
        if message != run.message:
            run.log = (run.log + f"{timezone.localtime():%H:%M:%S} {message}\n")[-MAX_LOG:]
        run.progress, run.message = max(run.progress, min(float(share), 1.0)), message[:200]
        if time.monotonic() - self.written >= WRITE_EVERY:
            self.written = time.monotonic()
            run.save(update_fields=["progress", "message", "log", "updated_at"])
            if type(run).objects.filter(pk=run.pk, cancel_requested=True).exists():
                raise Cancelled(f"{run.domain}/{run.family}: training was cancelled")
        if self.progress is not None:
            self.progress(run.progress, message)

    def stage(self, share: float, message: str) -> None:
        """A step that begins: written, and the wish to cancel read, at once."""
        self.written = 0.0
        self(share, message)

    def fail(self, error: BaseException) -> None:
        run = self.run
        cancelled = isinstance(error, Cancelled)
        if not cancelled:
            run.error = "".join(traceback.format_exception_only(error)).strip()[:2000] or type(error).__name__
        run.status, run.finished_at = "cancelled" if cancelled else "failed", timezone.now()
        run.cancel_requested = cancelled or run.cancel_requested
        run.save()
        log = logger.info if cancelled else logger.error
        log(f"training_{run.status}", domain=run.domain, family=run.family, error=run.error)

    def done(self, version, again: bool = False) -> None:
        """`again`: the version was there already."""
        self(1.0, f"version #{version.number}{' again: same data, parameters and seed' if again else ''}")
        self.run.again = again
        self.run.version, self.run.status, self.run.finished_at = version, "done", timezone.now()
        self.run.save()
