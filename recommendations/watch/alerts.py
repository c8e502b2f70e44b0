"""Warnings: what needs staff now, since when, and when it was over. Found from small tables, so every minute is no burden.

A matter is mailed when it begins, again after `repeat_hours` while it lasts, and once when it is over; one that comes and goes
within `CALM` is one matter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django_q.models import Schedule, Task

from ml import parameters, training
from ml.models import TrainingRun
from recommendations.watch import mails, queue
from recommendations.watch.models import Alert, Drift, Worker
from recommendations.watch.tunable import SCOPE
from recommendations.watch.workers import FORGET

Cause = Alert.Cause
DAY = dt.timedelta(days=1)
CALM = dt.timedelta(minutes=10)  # without being seen, before a matter is over
KEPT = dt.timedelta(days=90)  # after their end
#: what the web processes look after each minute; drift changes with the hourly count only
QUICK = (Cause.FAILED, Cause.STUCK, Cause.WORKER, Cause.TRAINING)
ALL = (*QUICK, Cause.DRIFT)


class Finding(NamedTuple):
    """Something that needs staff: `about` tells it from others of its cause, `facts` are for the sentence that says it."""

    cause: str
    about: str
    facts: dict[str, Any]


def check(causes: Collection[str] = ALL, now: dt.datetime | None = None) -> list[Alert]:
    """Bring the warnings up to date and mail what is new, lasts or is over; returns the open ones."""
    now = now or timezone.now()
    finders: dict[str, Callable] = {
        Cause.DRIFT: _drift,
        Cause.FAILED: _failed,
        Cause.STUCK: _stuck,
        Cause.WORKER: _workers,
        Cause.TRAINING: _trainings,
    }
    params = parameters.get(SCOPE)
    found = [finding for cause in causes for finding in finders[cause](params, now)]
    over = _note(found, causes, now)
    current = list(Alert.objects.filter(ended_at=None).order_by("began_at", "pk"))
    if params["mail"]:
        due = now - dt.timedelta(hours=params["repeat_hours"])
        new = [one for one in current if one.mailed_at is None]
        lasting = [one for one in current if one.mailed_at is not None and one.mailed_at <= due]
        mails.send(new, lasting, over, now)
    return current


def _note(found: Iterable[Finding], causes: Collection[str], now: dt.datetime) -> list[Alert]:
    """Open, confirm and end warnings; returns those that ended just now and had been mailed."""
    known = {(one.cause, one.about): one for one in Alert.objects.filter(ended_at=None, cause__in=causes)}
    for finding in found:
        row = known.pop((finding.cause, finding.about), None)
        if row is not None:
            Alert.objects.filter(pk=row.pk).update(facts=finding.facts, seen_at=now)
            continue
        try:
            with transaction.atomic():
                Alert.objects.create(**finding._asdict(), began_at=now, seen_at=now)
        except IntegrityError:
            pass  # another process was faster
    over = []
    for row in known.values():
        if now - row.seen_at >= CALM and Alert.objects.filter(pk=row.pk, ended_at=None).update(ended_at=now):
            row.ended_at = now
            if row.mailed_at is not None:
                over.append(row)
    Alert.objects.filter(ended_at__lt=now - KEPT).delete()
    return over


def _drift(params, now: dt.datetime) -> Iterable[Finding]:
    for row in Drift.objects.filter(day=timezone.localdate(now), over=True).order_by("domain", "cause"):
        facts = {"domain": row.domain, "measure": row.cause, "psi": row.psi, "recent": row.recent, "before": row.before}
        yield Finding(Cause.DRIFT, f"{row.domain}/{row.cause}", facts)


def _failed(params, now: dt.datetime) -> Iterable[Finding]:
    """By function; trainings that staff queued have a row of their own that says more."""
    rows = Task.objects.filter(success=False, stopped__gte=now - DAY).order_by("stopped")
    numbers: dict[str, int] = {}
    for function in rows.values_list("func", flat=True):
        numbers[function] = numbers.get(function, 0) + 1
    own = training.trainable.task if training.trainable else ""
    for function, n in sorted(numbers.items()):
        if n >= params["failed"] and function != own:
            yield Finding(Cause.FAILED, function[:200], {"n": n})


def _stuck(params, now: dt.datetime) -> Iterable[Finding]:
    for name, one in queue.by_cluster(now).items():
        if one["oldest"] > 60 * params["queue_minutes"]:
            yield Finding(Cause.STUCK, name, {"n": one["waiting"], "seconds": round(one["oldest"])})


def _workers(params, now: dt.datetime) -> Iterable[Finding]:
    """Queues whose processes are silent; where none was ever started, tasks that wait tell."""
    heard = dict(Worker.objects.order_by().values_list("cluster").annotate(Max("at")))
    limit = dt.timedelta(minutes=params["worker_minutes"])
    for name, at in sorted(heard.items()):
        if limit < now - at < FORGET:
            yield Finding(Cause.WORKER, name, {"since": at.isoformat()})
    if not heard and Schedule.objects.filter(next_run__lt=now - limit).exists():
        yield Finding(Cause.WORKER, "", {})


def _trainings(params, now: dt.datetime) -> Iterable[Finding]:
    """Models whose last run of a day failed."""
    done = TrainingRun.objects.filter(kind="train", finished_at__gte=now - DAY, status__in=("failed", "done"))
    rows = done.order_by("finished_at").only("domain", "family", "status", "error")
    last = {(row.domain, row.family): row for row in rows}
    for (domain, family), row in sorted(last.items()):
        if row.status == "failed":
            yield Finding(Cause.TRAINING, f"{domain}/{family}", {"run": row.pk, "error": row.error[-200:]})
