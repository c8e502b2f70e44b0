"""The feeds that the own model ranks: for me, and the menu of the day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meals.feeds.variety import VARIETY, arranged
from meals.models import DiningType, Group, Menu
from ml.parameters import Parameter
from recommendations import ranking
from recommendations.feeds import Ranking
from recommendations.for_you import ForYou


def weight(name: str, default: float, label, text) -> Parameter:
    return Parameter(name, default, min=0.0, max=10.0, label=label, help=text)


LEFT = ("together", "factors", "near", "diversity", "season")


class MealsForYou(ForYou):
    """`ForYou` with the models that know what was eaten when; weights by stacking (docs/evaluation-meals.md)."""

    own: ClassVar[Mapping[str, str]] = {
        "habit": "boosting",
        "sequence": "neural_cf",
        "moment": "deepfm_choice",
        "text": "naive_bayes",
        "content": "content",
    }
    families = ("boosting", "neural_cf", "deepfm_choice", "naive_bayes", "content", "popularity")
    parameters = (
        weight("habit", 0.6, gettext_lazy("Habits"), gettext_lazy("Weight of what the own orders say (boosting).")),
        weight(
            "sequence",
            0.15,
            gettext_lazy("Taste"),
            gettext_lazy("Weight of the order of own choices (neural network)."),
        ),
        weight("moment", 0.35, gettext_lazy("Moment"), gettext_lazy("Weight of weekday and last meals (DeepFM).")),
        weight("content", 0.0, gettext_lazy("Ingredients"), gettext_lazy("Weight of foods that are alike in content.")),
        *VARIETY,
        *(p for p in ForYou.parameters if p.name not in LEFT),
    )

    def parts(self, scene):
        # what this feed has no parameters for counts nothing; diversity here is the one of `variety`
        scene.params = {**scene.params, "near": 0.0, "season": ""}
        return super().parts(scene)

    def totals(self, scene):
        """The parts of the score, each over all items, the mask of candidates, and the parts added up."""
        parts, mask = self.parts(scene)
        total = np.sum(list(parts.values()), axis=0, dtype=np.float32)
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
