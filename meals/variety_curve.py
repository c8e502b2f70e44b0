"""How accurate and how varied a feed's lists are at several strengths of its parameter `diversity`.

Menus of the last days are replayed (`recommendations.menus`): models are fitted on what was before, each order's menu is
ranked with what its member had done until then. Only the re-ranking differs between the strengths.
"""

import datetime as dt
import time

import numpy as np
from django.utils import timezone

from meals.feeds.lists import orders
from meals.feeds.variety import arranged, dishes
from meals.models import VarietyCurve
from ml import parameters
from ml.evaluation import diversity, ranking
from recommendations import catalogue, model_settings
from recommendations.data import log_of
from recommendations.domains import domains
from recommendations.evaluation import Fitter
from recommendations.menus import last_days, walk_menus

FEEDS = ("today", "for-you")
STRENGTHS = (0.0, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.5, 5.0)
K, DAYS, CHOICES = 3, 14, 600


def refresh(feed):
    """Measure and store; what goes wrong is stored too, in words. Returns the number of points.

    Raises
    ------
    ValueError : no feed of that name has a strength of variety to choose.
    """
    if feed not in FEEDS:
        raise ValueError(f"variety: {feed!r} is no list with a curve; there are: {', '.join(FEEDS)}")
    try:
        points, measured = measure(feed)
    except ValueError as error:  # too little data: nothing that trying again would change
        VarietyCurve.objects.update_or_create(feed=feed, defaults={"queued_at": None, "error": str(error)[:500]})
        return 0
    values = {"points": points, "measured": measured, "made_at": timezone.now(), "queued_at": None, "error": ""}
    VarietyCurve.objects.update_or_create(feed=feed, defaults=values)
    return len(points)


def measure(name, *, days=DAYS, choices=CHOICES, seed=0):
    """(points, what they were measured on). A point has means over lists of the K best; of three numbers two are a 95 % interval.

    `hit` and `ndcg`: whether and how high the dish that was ordered stands; `distance` within a list; `coverage` and `gini`
    over the dishes that were on offer; `repeat`: share of dishes that the member had ordered before.
    """
    began, domain = time.perf_counter(), domains["meals"]
    feed, params = domain.feed(name), dict(parameters.get(f"meals.{name}"))
    log = log_of(domain, catalogue.current(domain.name))
    if not len(log):
        raise ValueError("there are no events to measure on")
    strengths = sorted({*STRENGTHS, float(params["diversity"])})
    families = feed.used_families(params)
    settings = {family: model_settings.in_force(domain.name, family) for family in families}
    start, end = last_days(log, days)
    replay = _Replay(feed, params, strengths)
    fitter = Fitter(domain, log, settings)
    for make, user, target in walk_menus(
        domain, log, start, end, families=families, fitter=fitter, events=choices, seed=seed
    ):
        replay.step(make(feed, params), user, target)
    if not replay.members:
        raise ValueError(f"no order of the last {days} days was from a menu of two dishes or more")
    measured = {
        "orders": len(replay.members),
        "members": len(set(replay.members)),
        "days": days,
        "until": dt.datetime.fromtimestamp(end, dt.UTC).date().isoformat(),
        "own_repeat": float(np.mean(replay.again)),
        "seconds": round(time.perf_counter() - began, 1),
    }
    return [replay.point(strength, seed) for strength in strengths], measured


class _Replay:
    """The lists of all strengths, step by step; scores are computed once for each step."""

    def __init__(self, feed, params, strengths):
        self.feed, self.params = feed, params
        self.members, self.again, self.offered = [], [], set()
        self.lists = {strength: [] for strength in strengths}
        self.ranks = {strength: [] for strength in strengths}
        self.repeats = {strength: [] for strength in strengths}
        self.vectors = None

    def step(self, scene, user, target):
        _parts, mask, total = self.feed.totals(scene)
        before = orders(scene)[0] > 0
        self.vectors = dishes(scene).vectors if self.vectors is None else self.vectors
        self.members.append(user)
        self.again.append(bool(before[target]))
        self.offered.update(np.flatnonzero(mask).tolist())
        scene.params = dict(scene.params)
        for strength, lists in self.lists.items():
            scene.params["diversity"] = strength
            order = arranged(scene, total, mask, K)
            place = np.flatnonzero(order == target)
            self.ranks[strength].append(float(place[0]) if len(place) else np.inf)
            self.repeats[strength].append(float(before[order].mean()) if len(order) else 0.0)
            lists.append(order.tolist())

    def point(self, strength, seed):
        ranks, members, lists = np.array(self.ranks[strength]), np.array(self.members), self.lists[strength]
        number = {position: n for n, position in enumerate(sorted(self.offered))}
        shown = [[number[at] for at in rows] for rows in lists]
        return {
            "strength": strength,
            "hit": [float(v) for v in ranking.bootstrap_interval(ranking.hits(ranks, K), members, seed=seed)],
            "ndcg": [float(v) for v in ranking.bootstrap_interval(ranking.gains(ranks, K), members, seed=seed)],
            "distance": float(np.mean([diversity.intra_list_distance(rows, self.vectors) for rows in lists])),
            "coverage": diversity.coverage(shown, len(number)),
            "gini": diversity.gini(shown, len(number)),
            "repeat": float(np.mean(self.repeats[strength])),
        }
