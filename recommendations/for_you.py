"""The default feed: items scored by the member's own model, freshness, popularity, what was seen, and variety."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

import numpy as np
from django.utils.translation import gettext_lazy as _

from ml.parameters import Parameter
from recommendations import ranking
from recommendations.feeds import Feed, Ranking, Scene, label_shares


def _weight(name: str, default: float, label, text) -> Parameter:
    return Parameter(name, default=default, min=0.0, max=10.0, label=label, help=text)


class ForYou(Feed):
    """A weighted sum of standardised parts; `cold_to_hot` events in, the member's own parts count in full.

    The defaults were chosen on the validation part of the demo data by `manage.py evaluate --tune` (docs/evaluation.md).
    """

    name, verbose_name = "for-you", _("For you")
    families = ("naive_bayes", "item_item", "matrix_factorization", "popularity")
    #: the member's own parts, which count in full from `cold_to_hot` events on
    own: ClassVar[Mapping[str, str]] = {
        "text": "naive_bayes",
        "together": "item_item",
        "factors": "matrix_factorization",
    }
    #: further parts, of newcomers only, that have a weight of their own name
    newcomers: ClassVar[tuple[str, ...]] = ()
    #: whether `evaluate --tune` finds the weights by stacking, not by search; such a feed has `ingredients`, `share`, `orders`
    #: and `handovers` (recommendations/stacked.py)
    stacked: ClassVar[bool] = False
    parameters: tuple[Parameter, ...] = (
        _weight("text", 0.75, _("Own model"), _("Weight of the member's own text model.")),
        _weight("together", 0.35, _("Same history"), _("Weight of what people with the same history chose.")),
        _weight("factors", 0.0, _("Same taste"), _("Weight of what people with the same taste (factors) chose.")),
        _weight(
            "taste",
            0.5,
            _("Stated taste"),
            _("Weight of the categories of profile, keywords and season, until the own model counts."),
        ),
        _weight("popular", 0.1, _("Popularity"), _("Weight of popularity for members whose own model counts.")),
        _weight(
            "popular_cold", 0.5, _("Popularity for newcomers"), _("Weight of popularity for visitors and newcomers.")
        ),
        _weight("fresh", 0.75, _("Freshness"), _("Weight of freshness.")),
        Parameter(
            "half_life",
            label=_("Half-life of freshness"),
            default=20.0,
            min=0.5,
            max=365.0,
            unit=_("days"),
            help=_("Freshness halves every so many days."),
        ),
        _weight("near", 0.5, _("Own region"), _("What an item in the member's own region gains.")),
        _weight("seen", 8.0, _("Seen before"), _("What an item loses that the member has looked at already.")),
        Parameter(
            "diversity",
            label=_("Variety"),
            default=0.05,
            min=0.0,
            max=3.0,
            help=_("What each further item of the same category loses."),
        ),
        Parameter(
            "cold_to_hot",
            label=_("From cold to hot"),
            default=3,
            min=0,
            max=500,
            unit=_("events"),
            help=_("From so many events on the own model counts in full."),
        ),
        Parameter(
            "exploration",
            label=_("Exploration"),
            default=0.0,
            min=0.0,
            max=2.0,
            help=_("Spread of chance in the order, another every day."),
        ),
        Parameter(
            "season",
            label=_("Season's keywords"),
            default="",
            help=_("Keywords of the season, for visitors and newcomers."),
        ),
    )

    def __init__(self, **defaults):
        """`defaults` replace the default values of parameters, for domains with other habits."""
        self.parameters = tuple(
            replace(p, default=defaults.pop(p.name)) if p.name in defaults else p for p in type(self).parameters
        )
        if defaults:
            raise TypeError(f"ForYou has no parameter {', '.join(defaults)}")

    def used_families(self, params):
        """A family without weight is neither opened nor scored."""
        weights = {family: params[part] for part, family in self.own.items()}
        weights["naive_bayes"] += params["taste"]
        weights["popularity"] = params["popular"] + params["popular_cold"]
        return tuple(family for family in self.families if weights.get(family, 1.0))

    def parts(self, scene: Scene) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """Weighted parts of the score, each over all items, and the mask of candidates."""
        params, snapshot = scene.params, scene.snapshot
        seen, rejected = scene.touched()
        mask = scene.candidates() & ~rejected
        warm = ranking.warmth(scene.events, params["cold_to_hot"]) if scene.personal else 0.0
        unseen = mask & ~seen if (mask & ~seen).any() else mask  # what was seen would stretch the text model's scale
        parts: dict[str, np.ndarray] = {}
        for name, family in self.own.items():
            if warm and params[name] and family in scene.models:
                parts[name] = params[name] * warm * ranking.standardise(scene.score(family), unseen)
        if params["taste"] and warm < 1:
            parts["taste"] = params["taste"] * (1 - warm) * ranking.standardise(self._taste(scene), unseen)
        popular = params["popular"] * warm + params["popular_cold"] * (1 - warm)
        if popular and "popularity" in scene.models:
            parts["popular"] = popular * ranking.standardise(scene.score("popularity"), unseen)
        if params["fresh"]:
            fresh = ranking.freshness(snapshot.created, scene.at, params["half_life"])
            # bounded: where nearly all was seen, one new item would stand a hundred deviations out
            parts["fresh"] = params["fresh"] * np.clip(ranking.standardise(fresh, unseen), -4, 4)
        if params["near"] and scene.region:
            parts["near"] = params["near"] * (snapshot.regions == scene.region).astype(np.float32)
        parts["seen"] = -params["seen"] * seen.astype(np.float32)
        return parts, mask

    def _taste(self, scene: Scene) -> np.ndarray:
        shares = label_shares(scene, scene.params["season"])
        names = scene.snapshot.label_names
        by_label = np.array([shares.get(name, 0.0) for name in names] or [0.0], np.float32)
        return by_label[scene.snapshot.labels] if len(names) else np.zeros(len(scene.snapshot), np.float32)

    def rank(self, scene, n):
        parts, mask = self.parts(scene)
        total = np.zeros(len(scene.snapshot), np.float32)
        for part in parts.values():
            total += part
        if scene.params["exploration"]:
            chance = np.random.default_rng(int(scene.at // ranking.DAY))
            total = total + scene.params["exploration"] * chance.standard_normal(len(total)).astype(np.float32)
        pool = ranking.top(total, mask, 4 * n + 40)
        order = ranking.diversify(pool, total, scene.snapshot.labels, n, scene.params["diversity"])
        return Ranking(order, ranking.to_unit(total[order]), parts)
