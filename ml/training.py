"""Trains a base: one run at a time per domain and family, with progress, evaluation and a registered version."""

from __future__ import annotations

import os
import socket
import time
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone

from ml import estimators, families, parameters, registry
from ml.families.items import TrainingData

Progress = Callable[[float, str], None]
logger = structlog.get_logger(__name__)
HEARTBEAT = timedelta(hours=1)  # a run of another machine that was silent for so long counts as dead
WRITE_EVERY = 0.5  # seconds between two progress rows
MAX_LOG = 20_000


GONE = "The process that trained it is gone."  # killed, as the kernel does when memory runs out, or restarted


class AlreadyRunning(RuntimeError):
    """The same domain and family are being trained by another process."""


class Cancelled(RuntimeError):
    """Staff asked for this run to end; raised out of `progress` within the training."""


class Trainable(NamedTuple):
    """What the site trains, told by the layer that knows the domains (`trainable`)."""

    models: Callable[[], list[tuple[str, str]]]  # (domain, family or estimator)
    task: str  # dotted path of what trains a queued run, called with its id
    schedules: tuple[str, ...]  # dotted paths of the tasks that train on schedule
    items: Callable[[str], list]  # domain → its catalogue's items, for what explains a model


#: Set at start-up.
trainable: Trainable | None = None


def declare_family_parameters() -> None:
    """Declare the scope ``ml.<name>`` of every family and estimator, once; imports them, so not for start-up."""
    known = parameters.scopes()
    for registry_, names in ((families, families.FAMILIES), (estimators, estimators.ESTIMATORS)):
        for name in names:
            if f"ml.{name}" not in known and (declared := registry_.get(name).params):
                parameters.define(f"ml.{name}", parameters.from_family(declared))


def queue_run(domain: str, family: str, task_id: str = ""):
    """A visible row for a training that a task queue will start; AlreadyRunning when one is queued or running."""
    from ml.models import TrainingRun

    _bury(domain, family)
    try:
        with transaction.atomic():
            return TrainingRun.objects.create(domain=domain, family=family, task_id=task_id)
    except IntegrityError as error:
        raise AlreadyRunning(f"{domain}/{family} is already queued or being trained") from error


def train(
    domain: str,
    family: str,
    data: Any,
    params: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
    *,
    seed: int = 0,
    task_id: str = "",
    run=None,
):
    """Fit `family` on `data`, evaluate it, store it, and return its `ModelVersion` (a candidate).

    Parameters
    ----------
    data : `TrainingData`, or what the domain has for an estimator (`Domain.estimator_data`); or a function that gives it,
        so that reading it is a visible part of the run.
    params : the family's; None takes what staff set in the scope ``ml.<family>``.
    progress : called with a share between 0 and 1 and a message.
    run : a row that `claim` gave; None starts one.

    Raises
    ------
    AlreadyRunning
        when another process trains the same; ValueError for data or params that the family refuses.
    Cancelled
        when staff cancelled the run (`cancel`): nothing is stored then.
    """
    maker: Any = estimators.get(family) if family in estimators.ESTIMATORS else families.get(family)
    report = _Reporter(run or _start(domain, family, task_id), progress)
    try:
        if callable(data):
            report.stage(0.0, "read the data")
            data = data()
        if params is None:
            declare_family_parameters()
            params = parameters.get(f"ml.{family}") if f"ml.{family}" in parameters.scopes() else {}
        report.stage(0.0, f"fit on {_described(data, maker)}")
        base = maker.fit(data, params, lambda share, message: report(share * 0.6, message))
        report.stage(0.6, "evaluate")
        metrics, picture = maker.evaluate(data, base.params, seed)
        report.stage(0.95, "store")
        rows = maker.size(data)
        version = registry.save_version(
            domain, base, metrics=metrics, picture=picture, rows=rows, window=_window(data), seed=seed
        )
    except BaseException as error:
        report.fail(error)
        raise
    report.done(version)
    return version


def claim(run_id: int):
    """The queued run, now running and owned by this process; None when it is not queued any more.

    A queue that delivers a task twice, or again after its process died, trains nothing twice.
    """
    from ml.models import TrainingRun

    now = timezone.now()
    queued = TrainingRun.objects.filter(pk=run_id, status="queued")
    if not queued.update(status="running", owner=_me(), started_at=now, updated_at=now):
        return None
    return TrainingRun.objects.get(pk=run_id)


def cancel(run) -> str:
    """Ask a run to end: `cancelled` for a queued one, at once; `running` for one that ends at its next step; else empty."""
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
        _Reporter(run, None).fail(error)


def bury_dead() -> int:
    """Mark all runs whose process is gone as failed; how many there were."""
    from ml.models import TrainingRun

    return sum(_bury_run(run) for run in TrainingRun.objects.filter(status="running"))


def _described(data: Any, maker: Any) -> str:
    if isinstance(data, TrainingData):
        return f"{len(data.items)} items and {len(data.member)} events"
    return f"{maker.size(data)} rows"


def _window(data: Any) -> dict[str, str] | None:
    if not isinstance(data, TrainingData) or not len(data.time):
        return None
    first, last = (datetime.fromtimestamp(float(t), UTC).isoformat() for t in (data.time.min(), data.time.max()))
    return {"from": first, "to": last}


def _start(domain: str, family: str, task_id: str):
    """The run's row, running and owned by this process: a queued one is taken over."""
    from ml.models import TrainingRun

    _bury(domain, family)
    now = timezone.now()
    fields = {"status": "running", "owner": _me(), "started_at": now, "updated_at": now}
    if task_id:
        fields["task_id"] = task_id
    runs = TrainingRun.objects.filter(domain=domain, family=family)
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


def _me() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"


def _started(pid: int) -> str:
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
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return ""


def _alive(run) -> bool:
    host, pid, started = [*run.owner.rsplit(":", 2), "", ""][:3]
    if host != socket.gethostname():
        return timezone.now() - run.updated_at < HEARTBEAT
    return pid.isdigit() and _started(int(pid)) == started != ""


class _Reporter:
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

    def done(self, version) -> None:
        self(1.0, f"version #{version.number}")
        self.run.version, self.run.status, self.run.finished_at = version, "done", timezone.now()
        self.run.save()
