"""Lists that do not converge: maximal marginal relevance, caps per maker and food type, and a rest after eating a dish."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext_lazy as _

from ml.families.verbs import VERBS
from ml.parameters import Parameter
from recommendations import ranking
from recommendations.feeds import Scene

ORDER = VERBS["order"]
LEFT_OUT = 1e6

STRENGTH = Parameter(
    "diversity",
    label=_("Variety"),
    default=0.3,
    min=0.0,
    max=5.0,
    help=_("What a dish loses for being like one that stands before it; 0 ranks by taste alone."),
)
PER_MAKER = Parameter(
    "per_maker",
    label=_("Dishes of one restaurant"),
    default=0,
    min=0,
    max=20,
    unit=_("dishes"),
    help=_("At most so many of one restaurant in a list, as long as there are others; 0: no limit."),
)
PER_TYPE = Parameter(
    "per_type",
    label=_("Dishes of one food type"),
    default=0,
    min=0,
    max=20,
    unit=_("dishes"),
    help=_("At most so many of one food type in a list, as long as there are others; 0: no limit."),
)
REST = Parameter(
    "rest",
    label=_("Rest after eating"),
    default=2,
    min=0,
    max=60,
    unit=_("days"),
    help=_("A dish ordered within so many days comes last."),
)
VARIETY = (STRENGTH, PER_MAKER, PER_TYPE, REST)


@dataclass(frozen=True)
class Dishes:
    """What variety is measured by, per position of a snapshot: vectors of length one, restaurant, food type."""

    vectors: np.ndarray
    maker: np.ndarray
    label: np.ndarray


def dishes(scene: Scene) -> Dishes:
    """Vectors have a place for each food type, tag and restaurant."""
    rows, items = scene.snapshot.rows.tolist(), scene.snapshot.catalogue.items
    maker = np.array([items[row].numbers.get("maker", 0.0) for row in rows])
    place: dict[tuple[str, object], int] = {}
    entries = [
        (n, place.setdefault(key, len(place)), weight)
        for n, row in enumerate(rows)
        for key, weight in _traits(items[row])
    ]
    vectors = np.zeros((len(rows), max(len(place), 1)), np.float32)
    for n, column, weight in entries:
        vectors[n, column] = weight
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return Dishes(vectors, maker, scene.snapshot.labels)


def _traits(item):
    yield ("label", item.label), 1.0
    yield ("maker", item.numbers.get("maker", 0.0)), 0.7
    for tag in item.tags:
        yield ("tag", tag), 0.7


def resting(scene: Scene, days: float) -> np.ndarray:
    """Mask of dishes that the member ordered within so many days."""
    mask = np.zeros(len(scene.snapshot), bool)
    recent = (scene.trace.verb == ORDER) & (scene.trace.time > scene.at - days * ranking.DAY) if days else None
    if recent is not None and recent.any():
        refs = np.unique(scene.trace.ref[recent]).tolist()
        found = filter(None, (scene.snapshot.catalogue.get(ref) for ref in refs))
        mask[[scene.snapshot.position[item.id] for item in found if item.id in scene.snapshot.position]] = True
    return mask


def arranged(scene: Scene, scores: np.ndarray, mask: np.ndarray, n: int) -> np.ndarray:
    """The n positions of a list by the scene's `VARIETY` parameters, best first.

    Maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998): each next dish is the one with the best score less
    `diversity` times its likeness to the nearest dish before it. What is over a cap or rests comes after all others.
    """
    params = scene.params
    scores = np.where(resting(scene, params["rest"]), scores - LEFT_OUT, scores)
    pool = ranking.top(scores, mask, 4 * n + 40)
    if not (params["diversity"] or params["per_maker"] or params["per_type"]) or len(pool) <= 1:
        return pool[:n]
    known = dishes(scene)
    vectors, left = known.vectors[pool], scores[pool].astype(np.float64)
    near, taken = np.zeros(len(pool)), np.zeros(len(pool), bool)
    caps = [(known.maker[pool], params["per_maker"]), (known.label[pool], params["per_type"])]
    chosen: list[int] = []
    for _n in range(min(n, len(pool))):
        value = left - params["diversity"] * near
        for groups, most in caps:
            if most and chosen:
                kinds, counts = np.unique(groups[chosen], return_counts=True)
                value = np.where(np.isin(groups, kinds[counts >= most]), value - LEFT_OUT, value)
        best = int(np.argmax(np.where(taken, -np.inf, value)))
        chosen.append(best)
        taken[best] = True
        near = np.maximum(near, vectors @ vectors[best])
    return pool[chosen]
