"""What a process keeps of versions: the last bases, and which of them serve or are tried, by the "models" revision."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import NamedTuple

from django.db.models import Q

from ml import revisions as revision_numbers
from ml.families.base import Base

Key = tuple[str, str]  # domain, family


class Trial(NamedTuple):
    """A version that is tried beside production (`ml.rollout`): by which share of members, and of their requests."""

    pk: int
    version: str
    canary: float
    shadow: float


Trials = Mapping[Key, list[Trial]]


class Serving(NamedTuple):
    """The versions in production, each with why it is broken or "", and the sound ones that are tried, at a revision."""

    number: int
    production: Mapping[Key, tuple[str, str]]
    trials: Trials


class Cache:
    """Bases by (domain, family, version), the last used ones, and what serves."""

    def __init__(self):
        self.lock = threading.RLock()
        self.bases: OrderedDict[tuple[str, str, str], Base] = OrderedDict()
        self._serving: Serving | None = None

    def clear(self) -> None:
        with self.lock:
            self.bases.clear()
            self._serving = None

    def serving(self, revisions: Mapping[str, int] | None = None) -> Serving:
        """What serves at the given revisions (None: asks for them); one query per change of "models"."""
        number = (revision_numbers.current() if revisions is None else revisions).get("models", 0)
        cached = self._serving
        if cached is None or cached.number != number:
            cached = self._serving = _read(number)
        return cached


def _read(number: int) -> Serving:
    from ml.models import ModelVersion

    served: dict[Key, tuple[str, str]] = {}
    tried: dict[Key, list[Trial]] = {}
    rows = ModelVersion.objects.filter(Q(status="production") | Q(canary__gt=0) | Q(shadow__gt=0)).values_list(
        "pk", "domain", "family", "version", "broken", "status", "canary", "shadow"
    )
    for pk, domain, family, version, broken, status, canary, shadow in rows:
        if status == "production":
            served[domain, family] = (version, broken)
        elif not broken:
            tried.setdefault((domain, family), []).append(Trial(pk, version, canary, shadow))
    return Serving(number, served, tried)
