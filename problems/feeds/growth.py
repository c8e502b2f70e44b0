"""Feeds that widen what a member can do: tags hardly touched, the next level, failed problems that are due again."""

from __future__ import annotations

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ml.parameters import Parameter
from problems.feeds import words
from problems.feeds.past import EXPLORATION, explored, levels, past_of, popular, unsolved
from recommendations import ranking
from recommendations.feeds import Feed, Ranking

FAR = 3.0  # what a level of distance costs, in deviations of popularity


class Unfamiliar(Feed):
    """Problems whose tags the member has hardly touched, near their own level."""

    name, verbose_name, members_only = "unfamiliar", gettext_lazy("New ground"), True
    families = ("popularity",)
    parameters = (
        Parameter(
            "touched", 2, min=1, max=100, label=gettext_lazy("Hardly touched"), unit=gettext_lazy("problems"),
            help=gettext_lazy("A tag counts as new until the member has tried so many of its problems."),
        ),
        EXPLORATION,
    )  # fmt: skip

    def rank(self, scene, n):
        past, snapshot = past_of(scene), scene.snapshot
        mask, level = unsolved(scene, past), levels(scene)
        new = [self._new_tags(scene, past, snapshot.item(at).tags) for at in range(len(snapshot))]
        share = np.array([len(found) / max(len(snapshot.item(at).tags), 1) for at, found in enumerate(new)], np.float32)
        mask &= share > 0
        distance = np.abs(level - max(past.level(), 1.0)).astype(np.float32)
        parts = {"new": 4 * share, "level": -distance / FAR, "popular": 0.5 * popular(scene, mask)}
        total = explored(scene, parts["new"] + parts["level"] + parts["popular"])
        order = ranking.top(total, mask, n)
        names = words.tag_names(tag for at in order for tag in new[at])
        reasons = words.each(order, lambda at: _("New ground for you: %(tag)s") % {"tag": names[new[at][0]]})
        return Ranking(order, ranking.to_unit(ranking.standardise(total, mask)[order]), parts, reasons)

    def _new_tags(self, scene, past, tags) -> list[str]:
        return [tag for tag in tags if past.tags[tag] < scene.params["touched"]]


class NextLevel(Feed):
    """Problems a step above the level that the member is at home in."""

    name, verbose_name, members_only = "next-level", gettext_lazy("The next level"), True
    families = ("matrix_factorization", "popularity")
    parameters = (
        Parameter(
            "step", 1, min=0, max=14, label=gettext_lazy("Step"), unit=gettext_lazy("levels"),
            help=gettext_lazy("How far above the member's own level."),
        ),
        Parameter(
            "width", 0, min=0, max=5, label=gettext_lazy("Width"), unit=gettext_lazy("levels"),
            help=gettext_lazy("Levels on both sides of it that are shown, too."),
        ),
        EXPLORATION,
    )  # fmt: skip

    def rank(self, scene, n):
        past = past_of(scene)
        mask, level = unsolved(scene, past), levels(scene)
        wanted = past.level() + scene.params["step"] if past.levels else 1.0
        there = level[mask]
        if len(there):  # where a level has no problems left, the nearest one that has
            wanted = float(there[np.argmin(np.abs(there - wanted) - 0.01 * (there > wanted))])
        mask &= np.abs(level - wanted) <= scene.params["width"]
        parts = {
            "click": ranking.standardise(scene.score("matrix_factorization"), mask),
            "popular": popular(scene, mask),
            "level": -np.abs(level - wanted).astype(np.float32),
        }
        total = explored(scene, sum(parts.values()))
        order = ranking.top(total, mask, n)
        text = _("A step up: level %(level)s") if past.levels else _("To begin with: level %(level)s")
        reasons = words.each(order, lambda at: text % {"level": int(level[at])})
        return Ranking(order, ranking.to_unit(total[order]), parts, reasons)


class Review(Feed):
    """Failed before and not solved yet, due again: after a pause that grows with each failure (spaced practice)."""

    name, verbose_name, members_only = "review", gettext_lazy("Try again"), True
    parameters = (
        Parameter(
            "pause", 1.0, min=0.0, max=365.0, label=gettext_lazy("First pause"), unit=gettext_lazy("days"),
            help=gettext_lazy("A problem is due again so long after the first failure."),
        ),
        Parameter(
            "growth", 2.0, min=1.0, max=10.0, label=gettext_lazy("Growth of the pause"),
            help=gettext_lazy("Each further failure makes the pause so many times as long."),
        ),
    )  # fmt: skip

    def rank(self, scene, n):
        past, snapshot = past_of(scene), scene.snapshot
        overdue = np.full(len(snapshot), -1.0, np.float32)
        days = {}
        for position, (fails, last) in past.failed.items():
            days[position] = (scene.at - last) / ranking.DAY
            pause = scene.params["pause"] * scene.params["growth"] ** min(fails - 1, 50)
            overdue[position] = (days[position] - pause) / max(pause, 1.0)
        mask = unsolved(scene, past) & (overdue >= 0)
        order = ranking.top(overdue, mask, n)
        reasons = words.each(order, lambda at: _ago(int(days[at])))
        return Ranking(order, ranking.to_unit(overdue[order]), {"due": overdue}, reasons)


def _ago(days: int) -> str:
    if days < 1:
        return _("You failed it today")
    return ngettext("You failed it %(days)s day ago", "You failed it %(days)s days ago", days) % {"days": days}
