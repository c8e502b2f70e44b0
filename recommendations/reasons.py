"""Why an item is where it is: a few words for a card, all parts in numbers for "why this?"."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any, cast

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ml.families.base import Contribution, Explanation
from recommendations.domains import Domain
from recommendations.feeds import Ranking, Scene
from recommendations.for_you import ForYou

TITLE_LENGTH = 30
# part → sentence, translated only where it is shown
BY_LABEL = {
    "text": gettext_noop("You often look at %(label)s"),
    "taste": gettext_noop("Fits %(label)s"),
    "label": gettext_noop("New in %(label)s"),
}
PLAIN = {
    "together": gettext_noop("Chosen by people with a history like yours"),
    "factors": gettext_noop("Chosen by people with a taste like yours"),
    "popular": gettext_noop("Popular now"),
    "fresh": gettext_noop("Newly posted"),
    "near": gettext_noop("In your region"),
    "similar": gettext_noop("Similar to this one"),
    "click": gettext_noop("You are likely to try it"),
    "vulnerable": gettext_noop("Worth practising: you may fail it"),
    "alike": gettext_noop("Like what you finished last"),
    "habit": gettext_noop("Fits what you usually choose"),
    "sequence": gettext_noop("Chosen after choices like yours"),
    "moment": gettext_noop("Suits the day and your last choices"),
    "content": gettext_noop("Alike in kind to what you chose"),
    "content_cold": gettext_noop("Of a kind that is often chosen here"),
    "popular_cold": gettext_noop("Popular now"),
    "new": gettext_noop("You have not tried it yet"),
}


def short(kind: Domain, scene: Scene, ranked: Ranking, order: np.ndarray) -> dict[int, list[str]]:
    """One or two short reasons for each position: the feed's own, else from the parts that speak most for it."""
    if ranked.reasons:
        return {int(position): list(ranked.reasons.get(int(position), ())) for position in order}
    names = cache(lambda: kind.label_names(list(scene.snapshot.label_names)))  # asked for by few pages
    past = _past_titles(scene, order) if "text" in ranked.parts else [""] * len(order)
    columns = {part: values[order].tolist() for part, values in ranked.parts.items()}
    return {
        int(position): _sentences(
            {part: column[n] for part, column in columns.items()}, partial(_named, names, label), title
        )
        for n, (position, title, label) in enumerate(zip(order, past, _labels(scene, order), strict=True))
    }


def _named(names: Callable[[], dict[str, str]], label: str) -> str:
    return names().get(label, label) if label else ""


def _labels(scene: Scene, order: np.ndarray) -> list[str]:
    return [scene.snapshot.item(int(position)).label for position in order]


def _past_titles(scene: Scene, order: np.ndarray) -> list[str]:
    """For each position the title of what the member liked or looked at that is closest to it; empty for none."""
    rows = scene.models["naive_bayes"].closest(scene.snapshot.rows[order])
    items = scene.snapshot.catalogue.items
    return [
        title_of(items[row].text) if row >= 0 and row != own else ""
        for row, own in zip(rows, scene.snapshot.rows[order], strict=True)
    ]


def title_of(text: str) -> str:
    """The first line of a text, cut for a sentence."""
    line = text.split("\n", 1)[0]
    return line if len(line) <= TITLE_LENGTH else f"{line[: TITLE_LENGTH - 1].rstrip()}…"


def _sentences(parts: dict[str, float], label: Callable[[], str], title: str) -> list[str]:
    strongest = sorted(parts, key=lambda part: -parts[part])
    speaking = [part for part in strongest[:3] if parts[part] > 0 or len(parts) == 1]
    found = dict.fromkeys(_sentence(part, label, title) for part in speaking)
    return [sentence for sentence in found if sentence][:2]


def _sentence(part: str, label: Callable[[], str], title: str) -> str:
    if part == "text" and title:
        return _("Similar to “%(title)s”, which you looked at") % {"title": title}
    if part in BY_LABEL:
        name = label()
        return _(BY_LABEL[part]) % {"label": name} if name else ""
    return _(PLAIN[part]) if part in PLAIN else ""


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
        for part, family in how.own.items()
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
        without = model.family.open(model.base, {"history": type(scene.history)(rest)}, catalogue)
        past = catalogue.get(ref)
        if past is not None:
            moved.append(
                {"item": past.id, "title": title_of(past.text), "value": round(whole - float(without.score(row)[0]), 6)}
            )
    return sorted(moved, key=lambda m: -abs(m["value"]))[:n]


def sentence(scene: Scene, parts: dict[str, np.ndarray], position: int, label: str) -> str:
    """The explanation in one sentence, in the reader's language."""
    title = _past_titles(scene, np.array([position]))[0] if "text" in parts else ""
    texts = _sentences({part: float(values[position]) for part, values in parts.items()}, lambda: label, title)
    if not texts:
        return _("It is shown for variety.")
    return _("It is recommended for these reasons: %(reasons)s.") % {"reasons": " · ".join(texts)}
