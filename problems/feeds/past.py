"""What a member has solved and failed, out of the trace, as feeds look at it; and the parameters that several feeds share."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from django.utils.translation import gettext_lazy as _

from ml.families.verbs import VERBS
from ml.parameters import Parameter
from recommendations import ranking
from recommendations.feeds import Scene

SOLVE, FAIL = VERBS["solve"], VERBS["fail"]
RECENT = 20  # solved problems that the own level is read from
USUAL = 0.8  # the own level is the one that so large a share of them does not exceed

COLD_TO_HOT = Parameter(
    "cold_to_hot",
    label=_("From cold to hot"),
    default=10,
    min=0,
    max=500,
    unit=_("solved problems"),
    help=_("From so many solved problems on the own model counts in full."),
)
EXPLORATION = Parameter(
    "exploration",
    label=_("Exploration"),
    default=0.05,
    min=0.0,
    max=2.0,
    help=_("Spread of chance in the order, another every day."),
)


@dataclass
class Past:
    """Positions are those of the snapshot. `tags` counts different problems per tag, solved or failed."""

    solved: dict[int, float] = field(default_factory=dict)
    failed: dict[int, tuple[int, float]] = field(default_factory=dict)
    tags: Counter[str] = field(default_factory=Counter)
    levels: list[float] = field(default_factory=list)

    def level(self) -> float:
        """The level that the member is at home in; 0 for a newcomer."""
        return float(np.quantile(self.levels[-RECENT:], USUAL, method="lower")) if self.levels else 0.0

    def warmth(self, scene: Scene) -> float:
        """How much of a feed comes from the member's own model."""
        return ranking.warmth(len(self.solved), scene.params["cold_to_hot"]) if scene.personal else 0.0


def past_of(scene: Scene) -> Past:
    """The member's past; problems that are gone or hidden are left out."""
    past, trace, snapshot = Past(), scene.trace, scene.snapshot
    seen: set[int] = set()
    refs = np.unique(trace.ref)
    found = {int(ref): snapshot.catalogue.get(int(ref)) for ref in refs}
    for time, ref, verb in zip(trace.time.tolist(), trace.ref.tolist(), trace.verb.tolist(), strict=True):
        item = found[ref]
        if verb not in (SOLVE, FAIL) or item is None or item.id not in snapshot.position:
            continue
        position = snapshot.position[item.id]
        if position not in seen:
            seen.add(position)
            past.tags.update(set(item.tags))
        if verb == FAIL and position not in past.solved:
            past.failed[position] = (past.failed.get(position, (0, 0.0))[0] + 1, time)
        elif verb == SOLVE and position not in past.solved:
            past.solved[position] = time
            past.levels.append(item.numbers.get("level", 0.0))
    past.failed = {position: value for position, value in past.failed.items() if position not in past.solved}
    return past


def levels(scene: Scene) -> np.ndarray:
    """The level of each position."""
    items = scene.snapshot.catalogue.items
    return np.array([items[row].numbers.get("level", 0.0) for row in scene.snapshot.rows.tolist()], np.float32)


def unsolved(scene: Scene, past: Past) -> np.ndarray:
    """Mask of candidates that the member neither solved nor rejected."""
    mask = scene.candidates() & ~scene.touched()[1]
    mask[list(past.solved)] = False
    return mask


def explored(scene: Scene, scores: np.ndarray) -> np.ndarray:
    """Scores with the day's chance added."""
    strength = scene.params["exploration"]
    if not strength:
        return scores
    chance = np.random.default_rng(int(scene.at // ranking.DAY)).standard_normal(len(scores))
    return (scores + strength * chance).astype(np.float32)


def popular(scene: Scene, mask: np.ndarray) -> np.ndarray:
    """Popularity, standardised over the mask."""
    return ranking.standardise(scene.score("popularity"), mask)
