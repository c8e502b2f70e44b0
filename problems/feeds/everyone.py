"""Feeds for everybody: often failed, by algorithm, the problems of the day."""

from __future__ import annotations

import datetime as dt
import hashlib

import numpy as np
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ml.parameters import Parameter
from problems.feeds import words
from problems.feeds.past import levels, past_of, popular, unsolved
from problems.models import Tag
from recommendations import ranking
from recommendations.feeds import Feed, Ranking


class OftenFailed(Feed):
    """The problems that are failed most often, among those that were tried often enough to tell."""

    name, verbose_name, personal = "often-failed", gettext_lazy("Often failed"), False
    families = ("deepfm",)
    parameters = (
        Parameter(
            "tries", 5, min=0, max=10_000, label=gettext_lazy("Tries needed"), unit=gettext_lazy("tries"),
            help=gettext_lazy("Problems that were tried less often are left out."),
        ),
    )  # fmt: skip

    def rank(self, scene, n):
        model, rows = scene.models.get("deepfm"), scene.snapshot.rows
        if model is None:
            return Ranking(np.zeros(0, np.int64), np.zeros(0))
        rate, tried = model.rates(rows)
        mask = scene.open() & (tried >= max(1, scene.params["tries"]))
        order = ranking.top(rate, mask, n)
        reasons = words.each(order, lambda at: _("%(percent)s%% of tries fail") % {"percent": words.percent(rate[at])})
        return Ranking(order, rate[order], {"failed": rate}, reasons)


class Algorithm(Feed):
    """Problems of one tag (`tag=`), near the member's level; without it, of the tag they fail most, or of the commonest."""

    name, verbose_name, options = "algorithm", gettext_lazy("By algorithm"), ("tag",)
    families = ("deepfm", "popularity")
    parameters = (
        Parameter(
            "near", 0.5, min=0.0, max=10.0, label=gettext_lazy("Own level"),
            help=gettext_lazy("What each level of distance from the member's own costs."),
        ),
    )  # fmt: skip

    def errors(self, options):
        tag = options.get("tag")
        if tag is None or ("\0" not in tag and Tag.objects.filter(slug=tag).exists()):
            return {}
        return {"tag": _("There is no tag “%(tag)s”.") % {"tag": tag.replace("\0", "")[:40]}}

    def rank(self, scene, n):
        past, snapshot = past_of(scene), scene.snapshot
        mask, level = unsolved(scene, past), levels(scene)
        tag = scene.options.get("tag") or self._own(scene, past, mask)
        mask &= np.array([tag in snapshot.item(at).tags for at in range(len(snapshot))], bool)
        own = past.level() if past.levels else 1.0
        parts = {
            "popular": popular(scene, mask),
            "level": -scene.params["near"] * np.abs(level - own).astype(np.float32),
        }
        total = parts["popular"] + parts["level"]
        order = ranking.top(total, mask, n)
        name = words.tag_names([tag]).get(tag, tag) if len(order) else ""
        reasons = words.each(order, lambda at: _("On %(tag)s") % {"tag": name})
        return Ranking(order, ranking.to_unit(total[order]), parts, reasons)

    def _own(self, scene, past, mask) -> str:
        """The tag that the member fails most among those tried, else the one that most candidates have."""
        there = [tag for at in np.flatnonzero(mask) for tag in scene.snapshot.item(int(at)).tags]
        if not there:
            return ""
        model = scene.models.get("deepfm")
        if past.tags and model is not None:
            tried = {tag: found[0] for tag, found in model.by_tag().items() if found[2] and tag in set(there)}
            if tried:
                return max(sorted(tried), key=lambda tag: tried[tag])
        return max(sorted(set(there)), key=there.count)


class Daily(Feed):
    """One problem of the day for each level, the same for everybody."""

    name, verbose_name, personal = "daily", gettext_lazy("Problems of the day"), False
    parameters = (
        Parameter(
            "each", 1, min=1, max=5, label=gettext_lazy("Per level"), unit=gettext_lazy("problems"),
            help=gettext_lazy("How many problems of each level."),
        ),
    )  # fmt: skip

    def rank(self, scene, n):
        snapshot, level = scene.snapshot, levels(scene)
        day = timezone.localdate(dt.datetime.fromtimestamp(scene.at, dt.UTC)).isoformat()
        lot = {at: _lot(day, str(snapshot.ids[at])) for at in np.flatnonzero(scene.open()).tolist()}
        order: list[int] = []
        for value in np.unique(level):
            of_level = [at for at in lot if level[at] == value]
            order += sorted(of_level, key=lot.__getitem__)[: int(scene.params["each"])]
        chosen = np.array(order[:n], np.int64)
        reasons = words.each(chosen, lambda at: _("Today's problem of level %(level)s") % {"level": int(level[at])})
        return Ranking(chosen, np.ones(len(chosen)), {"daily": np.zeros(len(snapshot), np.float32)}, reasons)


def _lot(day: str, item: str) -> bytes:
    return hashlib.sha256(f"{day} {item}".encode()).digest()
