"""Why an item is where it is: a few words for a card, all parts in numbers for "why this?"."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from django.utils.translation import gettext as _

from ml.families.base import Contribution, Explanation
from recommendations.domains import Domain
from recommendations.feeds import Ranking, Scene
from recommendations.for_you import ForYou

PERSONAL_PARTS = {"text": "naive_bayes", "together": "item_item"}


def short(kind: Domain, scene: Scene, ranked: Ranking, order: np.ndarray) -> dict[int, list[str]]:
    """One or two short reasons for each position, from the parts that speak most for it."""
    named = len(order) and {"text", "taste", "label"} & ranked.parts.keys()
    names = kind.label_names(list(scene.snapshot.label_names)) if named else {}
    return {int(position): _short_one(scene, ranked, int(position), names) for position in order}


def _short_one(scene: Scene, ranked: Ranking, position: int, names: dict[str, str]) -> list[str]:
    item = scene.snapshot.item(position)
    label = names.get(item.label, item.label)
    strongest = sorted(ranked.parts, key=lambda part: -float(ranked.parts[part][position]))
    found: list[str] = []
    for part in strongest[:3]:
        if float(ranked.parts[part][position]) > 0 or len(ranked.parts) == 1:
            sentence = _sentence(scene, part, position, label)
            if sentence and sentence not in found:
                found.append(sentence)
    return found[:2]


def _sentence(scene: Scene, part: str, position: int, label: str) -> str:
    if part == "text":
        words = _words(scene, position)
        if words:
            return _("Because you looked at “%(words)s”") % {"words": ", ".join(words)}
        return _("You often look at %(label)s") % {"label": label} if label else ""
    return {
        "together": _("Chosen by people with a history like yours"),
        "taste": _("Fits %(label)s") % {"label": label} if label else "",
        "popular": _("Popular now"),
        "fresh": _("New"),
        "near": _("In your region"),
        "similar": _("Similar"),
        "label": _("New in %(label)s") % {"label": label} if label else "",
    }.get(part, "")


def _words(scene: Scene, position: int, n: int = 2) -> list[str]:
    explanation = scene.models["naive_bayes"].explain(scene.snapshot.item(position))
    return [c.name for c in explanation.contributions if c.kind == "word" and c.value > 0 and len(c.name.strip()) > 1][
        :n
    ]


def full(kind: Domain, scene: Scene, position: int) -> dict[str, Any]:
    """All parts of the member's feed score for one item, and inside each own model its contributions.

    `score - base_score` of a model is the sum of its contributions; the feed's `total` is the sum of its parts.
    """
    how = cast(ForYou, kind.feed("for-you"))
    parts, _mask = how.parts(scene)
    item = scene.snapshot.item(position)
    label = kind.label_names([item.label]).get(item.label, item.label)
    models = {
        family: _model(scene.models[family].explain(item))
        for part, family in PERSONAL_PARTS.items()
        if family in scene.models and (part in parts or family == "naive_bayes")
    }
    main = models.get("naive_bayes") or next(
        iter(models.values()), {"score": 0.0, "base_score": 0.0, "contributions": []}
    )
    named = {part: round(float(values[position]), 6) for part, values in parts.items()}
    return {
        "item": item.id,
        "score": main["score"],
        "base_score": main["base_score"],
        "contributions": main["contributions"],
        "parts": named,
        "total": round(sum(named.values()), 6),
        "models": models,
        "past": past_events(scene, position),
        "sentence": sentence(scene, parts, position, label),
    }


def _model(explanation: Explanation) -> dict[str, Any]:
    return {
        "score": explanation.score,
        "base_score": explanation.base_score,
        "contributions": [_contribution(c) for c in explanation.contributions],
    }


def _contribution(c: Contribution) -> dict[str, Any]:
    return {"kind": c.kind, "name": c.name, "value": c.value}


def past_events(scene: Scene, position: int, n: int = 5) -> list[dict[str, Any]]:
    """The items in the member's history that moved this one's text score most: its score with each left out."""
    model = scene.models.get("naive_bayes")
    if model is None or not len(scene.history):
        return []
    catalogue, row = scene.snapshot.catalogue, scene.snapshot.rows[position : position + 1]
    whole = float(model.score(row)[0])
    moved: list[dict[str, Any]] = []
    for ref, _liked, _disliked in list(scene.history)[-50:]:
        rest = dict(scene.history.entries)
        rest.pop(ref)
        without = model.family.open(model.base, {"history": type(scene.history)(rest).pack()}, catalogue)
        past = catalogue.get(ref)
        if past is not None:
            title = past.text.split("\n", 1)[0][:80]
            moved.append({"item": past.id, "title": title, "value": round(whole - float(without.score(row)[0]), 6)})
    return sorted(moved, key=lambda m: -abs(m["value"]))[:n]


def sentence(scene: Scene, parts: dict[str, np.ndarray], position: int, label: str) -> str:
    """The explanation in one sentence, in the reader's language."""
    ranked = Ranking(np.array([position]), np.zeros(1), parts)
    texts = _short_one(scene, ranked, position, {scene.snapshot.item(position).label: label})
    if not texts:
        return _("It is shown for variety.")
    return _("It is recommended for these reasons: %(reasons)s.") % {"reasons": "; ".join(texts)}
