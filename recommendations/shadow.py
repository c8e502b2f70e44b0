"""Ranks a sampled share of members' requests also with a version in the shadow, and counts how much the lists agree.

What is shown never waits for the database here and never fails by it: figures are summed in memory and written now and then, so a
process that dies loses the last few.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Mapping
from dataclasses import replace

from django.db import DatabaseError, transaction
from django.db.models import F
from django.utils import timezone

from ml import families, registry, rollout
from ml.families.base import Base
from ml.models import ShadowDay
from recommendations.domains import Domain
from recommendations.feeds import Feed, Ranking, Scene

logger = logging.getLogger(__name__)
WRITE_EVERY, WRITE_AT = 20.0, 50  # seconds, requests

_sums: dict[tuple, list[float]] = {}
_lock = threading.Lock()
_written = 0.0


def compare(
    domain: Domain,
    feed: Feed,
    scene: Scene,
    bases: Mapping[str, Base],
    shown: Ranking,
    n: int,
    numbers: Mapping[str, int],
) -> None:
    """Rank `scene` with each version in the shadow of `bases`, where the die says so, and count."""
    for family, trial in rollout.shadows(domain.name, bases, numbers).items():
        served = bases[family].version
        if served == trial.version or random.random() >= trial.shadow:
            continue
        key = (trial.pk, served, feed.name, timezone.localdate())
        try:
            ranked = feed.rank(shadowed(domain, scene, family, trial.version), n)
        except Exception:
            logger.exception("a version in the shadow failed: %s/%s %s", domain.name, family, trial.version)
            _count(key, 0.0, 0, 1)
        else:
            _count(key, *agreement(shown, ranked, n), 0)


def shadowed(domain: Domain, scene: Scene, family: str, version: str) -> Scene:
    """The same scene with another version of one family; what was scored with the others is shared."""
    base = registry.load(domain.name, family, version)
    delta = {"history": scene.history, "trace": scene.trace}
    model = families.get(family).open(base, delta, scene.snapshot.catalogue)
    model.context = scene.models[family].context
    kept = {name: scores for name, scores in scene.kept.items() if name != family}
    return replace(scene, models={**scene.models, family: model}, kept=kept)


def agreement(shown: Ranking, other: Ranking, n: int) -> tuple[float, int]:
    """(overlap@n: the share of places that both lists fill with the same items, whether they begin with the same one)."""
    one, two = shown.order[:n].tolist(), other.order[:n].tolist()
    if not one and not two:
        return 1.0, 1
    return len(set(one) & set(two)) / max(len(one), len(two)), int(one[:1] == two[:1])


def _count(key: tuple, overlap: float, first: int, errors: int) -> None:
    with _lock:
        sums = _sums.setdefault(key, [0, 0.0, 0, 0])
        for at, value in enumerate((1, overlap, first, errors)):
            sums[at] += value
        due = sum(row[0] for row in _sums.values()) >= WRITE_AT or time.monotonic() - _written >= WRITE_EVERY
    if due:
        flush()


def flush() -> None:
    """Write what was counted; lost where the database refuses, for a list must not fail by it."""
    global _written
    with _lock:
        _written = time.monotonic()
        sums = dict(_sums)
        _sums.clear()
    for key, (requests, overlap, first, errors) in sums.items():
        version_id, shown, feed, day = key
        try:
            with transaction.atomic():
                row, _new = ShadowDay.objects.get_or_create(version_id=version_id, shown=shown, feed=feed, day=day)
                ShadowDay.objects.filter(pk=row.pk).update(
                    requests=F("requests") + requests,
                    overlap=F("overlap") + overlap,
                    first=F("first") + first,
                    errors=F("errors") + errors,
                )
        except DatabaseError as error:
            logger.warning("days in the shadow are not written: %s", error)
