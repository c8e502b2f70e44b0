"""A draft's feed beside the one in force on recent events: queued, measured in the task queue, shown as it goes, cancelled."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_q.tasks import async_task

from ml import runs
from ml.models import ParameterDraft
from recommendations import preview_change
from recommendations.domains import Domain, domains
from recommendations.feeds import Feed
from recommendations.models import PreviewRun
from recommendations.preview_change import Change
from recommendations.preview_measures import Cancelled, NoData, measure

logger = logging.getLogger(__name__)

TASK = "recommendations.preview_runs.work"
OWNER = "owner"  # in the result of a run that is at work: the process (`ml.runs.me`)


class AlreadyRunning(RuntimeError):
    """This draft's feed is being evaluated."""


def queue(draft: ParameterDraft, domain: Domain, feed: Feed, by=None) -> PreviewRun:
    """A row, and the task that fills it; AlreadyRunning where one is under way."""
    _bury(draft)
    change = preview_change.of(draft, domain, feed)
    values = {"draft_version": draft.version, "before": dict(change.before), "after": change.packed(), "by": by}
    try:
        with transaction.atomic():
            run = PreviewRun.objects.create(draft=draft, domain=domain.name, feed=feed.name, **values)
    except IntegrityError:
        raise AlreadyRunning(_("This feed of the draft is being evaluated already.")) from None
    transaction.on_commit(lambda: async_task(TASK, run.pk, save=False))
    return run


def cancel(run: PreviewRun) -> bool:
    """Whether there was something to cancel; a run that is at work notices at its next step."""
    rows = PreviewRun.objects.filter(pk=run.pk, status__in=PreviewRun.ACTIVE)
    return bool(rows.update(status="cancelled", result=None, finished_at=timezone.now()))


def is_lost(run: PreviewRun) -> bool:
    """Whether the process that was at work on it is gone (a worker that was restarted or killed)."""
    owner = (run.result or {}).get(OWNER, "")
    if run.status != "running":
        return False
    if owner:
        return not runs.alive(owner, run.updated_at)
    return run.updated_at < timezone.now() - dt.timedelta(seconds=settings.Q_CLUSTER["timeout"])


def revive(run: PreviewRun) -> bool:
    """Put a lost run into the queue again; whether it was lost. It starts from the beginning."""
    if not is_lost(run):
        return False
    rows = PreviewRun.objects.filter(pk=run.pk, status="running", updated_at=run.updated_at)
    if not rows.update(status="queued", stage="again", progress=0.0, result=None, updated_at=timezone.now()):
        return False
    transaction.on_commit(lambda: async_task(TASK, run.pk, save=False))
    run.refresh_from_db()
    return True


def work(pk: int) -> None:
    """The task. Delivered twice, it works once; delivered again after its worker died, it begins anew."""
    run = PreviewRun.objects.filter(pk=pk).first()
    if run is None or not (run.status == "queued" or is_lost(run)):
        return
    mine = {"status": "running", "result": {OWNER: runs.me()}, "updated_at": timezone.now()}
    if not PreviewRun.objects.filter(pk=pk, status=run.status, updated_at=run.updated_at).update(**mine):
        return
    running = PreviewRun.objects.filter(pk=pk, status="running", result__owner=runs.me())

    def report(share: float, stage: str) -> None:
        if not running.update(progress=min(max(share, 0.0), 1.0), stage=stage, updated_at=timezone.now()):
            raise Cancelled

    try:
        domain = domains[run.domain]
        result = measure(domain, domain.feed(run.feed), Change.unpacked(run.before, run.after), report)
        end: dict[str, Any] = {"status": "done", "progress": 1.0, "result": result}
    except Cancelled:
        return
    except Exception as error:
        logger.info("preview failed: run=%s", pk, exc_info=True)
        text = str(error) if isinstance(error, (NoData, LookupError)) else f"{type(error).__name__}: {error}"
        end = {"status": "failed", "error": text[:500], "result": None}
    running.update(**end, finished_at=timezone.now(), updated_at=timezone.now())


def _bury(draft: ParameterDraft) -> None:
    """Runs whose process is gone block nobody."""
    for run in PreviewRun.objects.filter(draft=draft, status="running"):
        if is_lost(run):
            rows = PreviewRun.objects.filter(pk=run.pk, status="running", updated_at=run.updated_at)
            rows.update(
                status="failed", error=_("The process that evaluated is gone."), result=None, finished_at=timezone.now()
            )
