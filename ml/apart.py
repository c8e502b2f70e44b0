"""Runs one training in a process of its own, so that a crash, a lack of memory or a long fit that is cancelled ends only that.

The process claims the run's row itself. Who waits for it (a worker of the task queue) kills it when staff cancel or time is
up, and says in the row how it ended; it dies with its parent.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import structlog
from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from ml import runs

POLL = 0.25  # seconds between two looks at the process and at the wish to cancel
SPARE = 30  # seconds before the queue's own limit, which ends the worker and could say nothing
OOM_SCORE = 500  # of -1000 … 1000: when memory runs out the kernel ends a training before the site and its database
DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG
CRASHES = {signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGILL, signal.SIGFPE}

logger = structlog.get_logger(__name__)
_libc = ctypes.CDLL(None)


def train(run, *, command: Sequence[str], env: Mapping[str, str] | None = None, seconds: float | None = None):
    """Run `command`, which claims and trains `run`, to its end; the row as it is then.

    Parameters
    ----------
    command : arguments of the interpreter. env : on top of this process's.
    seconds : how long it may take; None: the queue's TASK_TIMEOUT less a little.
    """
    limit = settings.Q_CLUSTER["timeout"] - SPARE if seconds is None else seconds
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=settings.BASE_DIR,
        env={**os.environ, "PYTHONFAULTHANDLER": "1", **(env or {})},
        stdin=subprocess.DEVNULL,
        process_group=0,
        preexec_fn=_confine,  # between fork and exec; the worker has one thread
    )
    try:
        reason = _wait(process, run, time.monotonic() + limit)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return _settle(run, process.returncode, reason)


def _confine() -> None:
    """In the new process: die with the parent, be the kernel's first choice when memory runs out, keep to the limit."""
    _libc.prctl(DEATH_SIGNAL, signal.SIGKILL)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(OOM_SCORE))
    if limit := settings.TRAINING_MEMORY_MB * 2**20:
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def _wait(process: subprocess.Popen, run, deadline: float) -> str:
    """Until the process ends by itself (empty), or should be ended, and why."""
    rows = type(run).objects.filter(pk=run.pk, cancel_requested=True)
    while True:
        with suppress(subprocess.TimeoutExpired):
            process.wait(POLL)
            return ""
        if time.monotonic() > deadline:
            return runs.OUT_OF_TIME
        with suppress(DatabaseError):  # locked for a moment: asked again
            if rows.exists():
                return runs.CANCELLED


def _settle(run, status: int, reason: str):
    """Write how a process ended that could not say so itself."""
    now = timezone.now()
    rows = type(run).objects.filter(pk=run.pk, status__in=["queued", "running"])
    if reason == runs.CANCELLED:
        rows.update(status="cancelled", finished_at=now, updated_at=now)
    elif rows.update(status="failed", error=reason or why(status), finished_at=now, updated_at=now):
        logger.error("training_process_died", domain=run.domain, family=run.family, status=status, reason=reason)
    run.refresh_from_db()
    return run


def why(status: int) -> str:
    """What an exit status says: of a process that a signal ended, its number below zero."""
    if -status in CRASHES:
        return runs.CRASHED
    return runs.KILLED if status == -signal.SIGKILL else runs.ENDED
