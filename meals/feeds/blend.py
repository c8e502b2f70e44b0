"""The feeds that the own model ranks: for me, and the menu of the day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meals.feeds.variety import ORDER, VARIETY, arranged
from meals.models import DiningType, Group, Menu
from ml.parameters import Parameter
from recommendations import ranking
from recommendations.feeds import Ranking
from recommendations.for_you import ForYou


def weight(name: str, default: float, label, text) -> Parameter:
    return Parameter(name, default, min=0.0, max=10.0, label=label, help=text)


LEFT = ("together", "factors", "near", "diversity", "season", "cold_to_hot")
FEW, MANY = 3, 1_000_000
HANDOVER = Parameter(
    "cold_to_hot",
    label=gettext_lazy("From cold to hot"),
    default=16.0,
    min=0.0,
    max=500.0,
    unit=gettext_lazy("orders"),
    help=gettext_lazy(
        "With so many own orders the member's own models count half; until then content carries the list."
    ),
)


class MealsForYou(ForYou):
    """`ForYou` with the models that know what was eaten when; weights by stacking (docs/evaluation-meals.md).

    Newcomers are ranked by content (what everybody and their group eat of what was offered, then by the little that they
    did), stated taste and popularity; with each own order the others count more.
    """

    own: ClassVar[Mapping[str, str]] = {
        "habit": "boosting",
        "sequence": "neural_cf",
        "moment": "deepfm_choice",
        "text": "naive_bayes",
        "content": "content_choice",
    }
    newcomers = ("content_cold", "popular_cold", "taste")
    stacked = True
    handovers = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0)
    families = ("boosting", "neural_cf", "deepfm_choice", "naive_bayes", "content_choice", "popularity")
    parameters = (
        weight("habit", 0.69, gettext_lazy("Habits"), gettext_lazy("Weight of what the own orders say (boosting).")),
        weight(
            "sequence",
            0.0,
            gettext_lazy("Taste"),
            gettext_lazy("Weight of the order of own choices (neural network)."),
        ),
        weight("moment", 0.56, gettext_lazy("Moment"), gettext_lazy("Weight of weekday and last meals (DeepFM).")),
        weight("content", 0.0, gettext_lazy("Ingredients"), gettext_lazy("Weight of foods that are alike in content.")),
        weight(
            "content_cold",
            0.4,
            gettext_lazy("Ingredients for newcomers"),
            gettext_lazy(
                "Weight of content for visitors and newcomers: what the group eats, then their first choices."
            ),
        ),
        HANDOVER,
        *VARIETY,
        *(p for p in ForYou.parameters if p.name not in LEFT),
    )

    def used_families(self, params):
        """A family without weight is neither opened nor scored."""
        weights = {family: params[part] for part, family in self.own.items()}
        weights["naive_bayes"] += params["taste"]
        weights["content_choice"] += params["content_cold"]
        # popularity stands in for content where that is not trained yet
        weights["popularity"] = params["popular"] + params["popular_cold"] + params["content_cold"]
        return tuple(family for family in self.families if weights.get(family))

    def share(self, part, orders, params):
        """How much of a part's weight counts after so many own orders: 0 to 1."""
        warm = orders / (orders + params["cold_to_hot"]) if params["cold_to_hot"] else 1.0
        if part in self.newcomers:
            return 1.0 - warm
        return warm if part in self.own or part == "popular" else 1.0

    def orders(self, scene):
        """Own orders until now. Without a content model nothing reads a few looks and likes but the member's own models: full."""
        if not scene.personal:
            return 0
        if "content_choice" not in scene.models and scene.events >= FEW:
            return MANY
        return int(((scene.trace.verb == ORDER) & (scene.trace.weight > 0)).sum())

    def ingredients(self, scene, params):
        """(Parts that have a weight in `params`, standardised and not weighted, over all items; the mask of candidates).

        What was eaten before is a candidate like any other: the scale is that of the whole menu, even where but one dish is new.
        """
        seen, rejected = scene.touched()
        mask = scene.candidates() & ~rejected
        sources = {**self.own, "content_cold": "content_choice", "popular": "popularity", "popular_cold": "popularity"}
        if "content_choice" not in scene.models:
            sources["content_cold"] = "popularity"
        wanted = {family for part, family in sources.items() if params[part] and family in scene.models}
        scores = {family: ranking.standardise(scene.score(family), mask) for family in sorted(wanted)}
        parts = {part: scores[family] for part, family in sources.items() if params[part] and family in scores}
        if params["taste"] and "naive_bayes" in scene.models:
            parts["taste"] = ranking.standardise(self._taste(scene), mask)
        if params["fresh"]:
            fresh = ranking.freshness(scene.snapshot.created, scene.at, params["half_life"])
            parts["fresh"] = np.clip(ranking.standardise(fresh, mask), -4, 4)
        if params["seen"]:
            parts["seen"] = -seen.astype(np.float32)
        return parts, mask

    def parts(self, scene):
        # what this feed has no parameter for counts nothing
        scene.params = {"season": "", **scene.params}
        parts, mask = self.ingredients(scene, scene.params)
        orders = self.orders(scene)
        shares = {part: scene.params[part] * self.share(part, orders, scene.params) for part in parts}
        return {part: shares[part] * values for part, values in parts.items() if shares[part]}, mask

    def totals(self, scene):
        """The parts of the score, each over all items, the mask of candidates, and the parts added up."""
        parts, mask = self.parts(scene)
        total = np.zeros(len(mask), np.float32) + sum(parts.values())
        if scene.params["exploration"]:
            chance = np.random.default_rng(int(scene.at // ranking.DAY)).standard_normal(len(total))
            total = total + scene.params["exploration"] * chance.astype(np.float32)
        return parts, mask, total

    def rank(self, scene, n):
        parts, mask, total = self.totals(scene)
        order = arranged(scene, total, mask, n)
        return Ranking(order, ranking.to_unit(total[order]), parts)


class Today(MealsForYou):
    """The menu of one meal (`date=`, `dining_type=`; default: the next that can be ordered), the best for the member first."""

    name, verbose_name = "today", gettext_lazy("Today's menu")
    options = ("date", "dining_type")

    def errors(self, options):
        found = {}
        if "date" in options and _day(options["date"]) is None:
            found["date"] = _("“%(text)s” is no date such as 2026-05-01.") % {"text": options["date"][:20]}
        if options.get("dining_type", DiningType.LUNCH) not in DiningType.values:
            found["dining_type"] = _("It is “lunch” or “dinner”.")
        return found

    def offered(self, domain, user, at, options):
        menus = Menu.objects.orderable(at).filter(group__in=Group.objects.served(user).values("pk"))
        if "dining_type" in options:
            menus = menus.filter(dining_type=options["dining_type"])
        if "date" in options:
            menus = menus.filter(date=_day(options["date"]))
        rows = list(menus.order_by("date", "-dining_type").values_list("date", "dining_type", "food_id"))
        return {str(food) for date, kind, food in rows if (date, kind) == rows[0][:2]}


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
