"""One format for what any model of any family finds best for a member: so that one can stand in for another, or be blended."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from ml import revisions
from ml.families.base import Explanation
from recommendations import ranking, selectors
from recommendations.domains import domains
from recommendations.feeds import Feed

REASONS = 3


@dataclass(frozen=True, slots=True)
class Result:
    """`score` is in 0–1 and orders the items of one call; `reasons` are (kind, name, contribution), the strongest first."""

    item_id: str
    score: float
    reasons: tuple[tuple[str, str, float], ...]
    model_version: str
    generated_at: dt.datetime


def by_model(domain: str, family: str, user=None, *, n: int = 8, at: dt.datetime | None = None) -> list[Result]:
    """What one family alone finds best of what `user` (None: a visitor) can be shown, best first.

    Raises
    ------
    recommendations.domains.Unknown : no such domain.
    LookupError : the domain does not use that family, or it was never trained.
    """
    kind, when = domains[domain], at or timezone.now()
    if family not in kind.families:
        raise LookupError(f"{domain} does not use {family!r}; it uses: {', '.join(kind.families)}")
    alone = _Alone(family)
    scene, bases = selectors.scene_for(kind, alone, user=user, at=when, numbers=revisions.current())
    if family not in bases:
        raise LookupError(f"{domain}/{family} was never trained: manage.py train {domain} --family {family}")
    mask = scene.candidates() & ~scene.touched()[1]
    scores = ranking.standardise(scene.score(family), mask)
    version = f"{family}@{bases[family].version}"
    return [
        Result(
            scene.snapshot.ids[position],
            round(float(ranking.to_unit(scores[position])), 6),
            _reasons(scene.models[family].explain(scene.snapshot.item(position))),
            version,
            when,
        )
        for position in ranking.top(scores, mask, n).tolist()
    ]


def _reasons(explanation: Explanation) -> tuple[tuple[str, str, float], ...]:
    return tuple((part.kind, part.name, float(part.value)) for part in explanation.contributions[:REASONS])


class _Alone(Feed):
    """Reads one family and has no parameters; never ranks by itself."""

    name = "alone"

    def __init__(self, family: str):
        self.families = (family,)

    def used_families(self, params: Any) -> tuple[str, ...]:
        return self.families
