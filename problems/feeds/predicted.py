"""Feeds that models predict: what a member will try, what they may fail, what is like the problems they solved last."""

from __future__ import annotations

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ml.parameters import Parameter
from problems.feeds import words
from problems.feeds.past import COLD_TO_HOT, EXPLORATION, explored, levels, past_of, popular, unsolved
from recommendations import ranking
from recommendations.feeds import Feed, Ranking


class Click(Feed):
    """What the member will try (matrix factorisation); for newcomers and visitors what everybody tries."""

    name, verbose_name = "click", gettext_lazy("You will try these")
    families = ("matrix_factorization", "popularity")
    parameters = (COLD_TO_HOT, EXPLORATION)

    def rank(self, scene, n):
        past = past_of(scene)
        mask, warm = unsolved(scene, past), past.warmth(scene)
        parts = {
            "click": warm * ranking.standardise(scene.score("matrix_factorization"), mask),
            "popular": (1 - warm) * popular(scene, mask),
        }
        total = explored(scene, parts["click"] + parts["popular"])
        order = ranking.top(total, mask, n)
        return Ranking(order, ranking.to_unit(total[order]), parts)


class Vulnerable(Feed):
    """What the member may well fail, but not surely: the probability of failing lies within a band."""

    name, verbose_name, members_only = "vulnerable", gettext_lazy("Your weak spots"), True
    families = ("deepfm", "popularity")
    parameters = (
        Parameter(
            "lowest", 0.35, min=0.0, max=1.0, label=gettext_lazy("Least chance of failing"),
            help=gettext_lazy("Problems that the member is less likely to fail are shown last."),
        ),
        Parameter(
            "highest", 0.85, min=0.0, max=1.0, label=gettext_lazy("Greatest chance of failing"),
            help=gettext_lazy("Problems that the member is more likely to fail are shown last."),
        ),
        Parameter(
            "ahead", 2, min=0, max=15, label=gettext_lazy("Levels ahead"), unit=gettext_lazy("levels"),
            help=gettext_lazy("Problems so many levels above the member's own are left out."),
        ),
        COLD_TO_HOT,
        EXPLORATION,
    )  # fmt: skip

    def rank(self, scene, n):
        past, params = past_of(scene), scene.params
        mask, level = unsolved(scene, past), levels(scene)
        near = mask & (level <= max(past.level(), 1.0) + params["ahead"])
        mask = near if near.any() else mask
        chance = scene.score("deepfm")
        outside = np.maximum(params["lowest"] - chance, 0) + np.maximum(chance - params["highest"], 0)
        warm = past.warmth(scene)
        parts = {
            "vulnerable": (chance - 10 * outside).astype(np.float32),
            "popular": (1 - warm) * 0.1 * popular(scene, mask),
        }
        order = ranking.top(explored(scene, parts["vulnerable"] + parts["popular"]), mask, n)
        reasons = words.each(order, lambda at: _says(float(chance[at]), "deepfm" in scene.models))
        return Ranking(order, np.clip(chance[order], 0, 1), parts, reasons)


def _says(chance: float, known: bool) -> str:
    return _("%(percent)s%% chance that you fail it") % {"percent": words.percent(chance)} if known else ""


class Alike(Feed):
    """Like one problem, or like the last ones that the member solved."""

    name, verbose_name, members_only = "similar", gettext_lazy("Like what you solved last"), True
    families = ("item2vec", "item_item", "content", "popularity")
    parameters = (
        Parameter(
            "order", 0.5, min=0.0, max=1.0, label=gettext_lazy("Solved in the same order"),
            help=gettext_lazy("Share of the vectors learned from the order of solving."),
        ),
        Parameter(
            "together", 0.25, min=0.0, max=1.0, label=gettext_lazy("Done by the same people"),
            help=gettext_lazy("Share of “done by the same people”; the rest is similar text."),
        ),
        Parameter(
            "last", 5, min=1, max=50, label=gettext_lazy("Last solved"), unit=gettext_lazy("problems"),
            help=gettext_lazy("How many of the last solved problems are looked at."),
        ),
    )  # fmt: skip

    def rank(self, scene, n):
        past = past_of(scene)
        mask = unsolved(scene, past)
        given = scene.snapshot.position.get(scene.item) if scene.item is not None else None
        if scene.item is not None and given is None:
            return Ranking(np.zeros(0, np.int64), np.zeros(0))
        last = [given] if given is not None else list(past.solved)[::-1][: int(scene.params["last"])]
        if not last:
            scores = popular(scene, mask)
            return self._plain(scene, scores, mask, n, "popular")
        mask[last] = False
        scores, nearest = self._likeness(scene, last, mask)
        ranked = self._plain(scene, scores, mask, n, "similar")
        if given is None:
            rows = scene.snapshot.rows
            ranked.reasons = words.each(
                ranked.order,
                lambda at: _("Like “%(title)s”, which you solved") % {"title": words.title(scene, rows[nearest[at]])},
            )
        return ranked

    def _likeness(self, scene, last, mask) -> tuple[np.ndarray, np.ndarray]:
        """(mean likeness to the positions `last`, which of them each position is most like)."""
        share = scene.params["order"], scene.params["together"]
        weights = {"item2vec": share[0], "item_item": share[1], "content": max(0.0, 1 - sum(share))}
        each = np.zeros((len(last), len(scene.snapshot)), np.float32)
        for family, weight in weights.items():
            if weight and family in scene.models:
                model = scene.models[family]
                for number, position in enumerate(last):
                    found = model.similar(int(scene.snapshot.rows[position]))[scene.snapshot.rows]
                    each[number] += weight * ranking.standardise(found, mask)
        return each.mean(0), np.array(last)[each.argmax(0)]
