"""How a change of parameters does on recent events: quality and variety of both sides, paired, with intervals.

The same replay as `manage.py evaluate`: bases are fitted on what was before the window, each choice in it is predicted from what
was known until then. Lists of both sides are made for the same moments, so that differences are paired. Where verbs weigh
something else, the other side's members learned all of it with those weights; where families are trained with something else,
their bases are fitted once more.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from sklearn.feature_extraction.text import HashingVectorizer

from ml.evaluation import diversity, ranking
from ml.families.base import Base
from ml.families.popularity import interactions_fingerprint
from recommendations import catalogue, model_settings
from recommendations.data import Log, log_of
from recommendations.domains import Domain
from recommendations.evaluation import Fitter, Policy, families_of, split_times, walk
from recommendations.feeds import Feed
from recommendations.menus import walk_menus
from recommendations.preview_change import Change
from recommendations.ranking import DAY

K = 8
EVENTS = 400
DRAWS = 500
KEEP, MOST = 900.0, 12  # seconds that fitted bases are kept for, and how many
STAGES = {
    "read": gettext_lazy("reading the log"),
    "fit": gettext_lazy("fitting models on what was before"),
    "replay": gettext_lazy("replaying recent events"),
    "compare": gettext_lazy("comparing"),
    "again": gettext_lazy("the worker was restarted; it begins again"),
}
#: shares of the progress bar: fitting takes most of the time
FIT, REPLAY, COMPARE = 0.05, 0.8, 0.95
Report = Callable[[float, str], None]


class Cancelled(RuntimeError):
    """Staff cancelled the run."""


class NoData(ValueError):
    """There is nothing to evaluate on; the message says what is missing."""


def measure(domain: Domain, feed: Feed, change: Change, report: Report, k: int = K) -> dict[str, Any]:
    """Quality and variety of both sides, with 95 % intervals over members; NoData says what is missing."""
    report(0.0, "read")
    log = log_of(domain, catalogue.current(domain.name), also=change.weights)
    members, places, lists = _replay(domain, log, feed, change, report, k)
    report(COMPARE, "compare")
    found = {
        "hit_rate": [ranking.hits(places[side], k).astype(float) for side in (0, 1)],
        "ndcg": [ranking.gains(places[side], k) for side in (0, 1)],
        "intra_list_distance": _distances(log, lists),
    }
    rows = {name: _rows(old, new, members) for name, (old, new) in found.items()}
    rows.update(_spread(lists, members, len(log.snapshot)))
    return {"events": len(members), "members": len(np.unique(members)), "k": k, "rows": rows}


class _Watched(Fitter):
    """Says how far fitting is, and so notices within it that staff cancelled."""

    def __init__(self, domain: Domain, log: Log, settings: Mapping, report: Report, fits: int):
        super().__init__(domain, log, settings)
        self.report, self.fits, self.fitted = report, max(fits, 1), 0

    def fit(self, family, end, given):
        def progress(share: float, _text: str = "") -> None:
            self.report(FIT + (REPLAY - FIT) * min(self.fitted + share, self.fits) / self.fits, "fit")

        progress(0.0)
        data = self.data(end)
        key = (
            self.domain.name,
            family.name,
            end,
            self.log.snapshot.number,
            interactions_fingerprint(data),
            repr(given),
        )
        base = _fits.get(key)
        if base is None:
            base = _fits.put(key, family.fit(data, given, progress))
        self.fitted += 1
        return base


class _Fits:
    """Bases fitted a moment ago: whoever moves a slider and evaluates again waits for the replay alone.

    In the memory of one worker, a few and for a while; bases hold nothing of single members.
    """

    def __init__(self) -> None:
        self.kept: OrderedDict[tuple, tuple[float, Base]] = OrderedDict()

    def get(self, key: tuple) -> Base | None:
        at, base = self.kept.get(key, (0.0, None))
        return base if base is not None and time.monotonic() - at < KEEP else None

    def put(self, key: tuple, base: Base) -> Base:
        now = time.monotonic()
        self.kept = OrderedDict((k, old) for k, old in self.kept.items() if now - old[0] < KEEP)
        self.kept[key] = (now, base)
        while len(self.kept) > MOST:
            self.kept.popitem(last=False)
        return base


_fits = _Fits()


def _window(log: Log) -> tuple[float, float]:
    """The last part of the log, from a midnight on where that leaves a week before it: then all runs of a day share fits."""
    _validation, start, end = split_times(log)
    midnight = start - start % DAY
    return (midnight if midnight > float(log.time[0]) + 7 * DAY else start), end


def _replay(domain: Domain, log: Log, feed: Feed, change: Change, report: Report, k: int):
    """(member of each step, ranks of both sides, lists of both sides)."""
    try:
        start, end = _window(log)
    except ValueError:
        text = _("There are %(n)d events of this domain; at least 20 are needed to evaluate on.")
        raise NoData(text % {"n": len(log)}) from None
    members: list[int] = []
    places: list[list[float]] = [[], []]
    lists: list[list[list[int]]] = [[], []]
    for user, position, orders in _steps(domain, log, feed, change, (start, end), report, k):
        members.append(user)
        for side, order in enumerate(orders):
            places[side].append(float(order.index(position)) if position in order else np.inf)
            lists[side].append(order)
    if not members:
        text = _("None of the events since %(day)s can be predicted, so there is nothing to compare on.")
        raise NoData(text % {"day": dt.datetime.fromtimestamp(start, dt.UTC).date()})
    return np.array(members), [np.array(p) for p in places], lists


def _steps(
    domain: Domain, log: Log, feed: Feed, change: Change, window: tuple[float, float], report: Report, k: int
) -> Iterator[tuple[int, int, list[list[int]]]]:
    """(member, what was chosen, the lists of both sides), each step of the window."""
    policies = [Policy("before", feed, change.before), Policy("after", feed, change.after)]
    families = families_of(policies)
    settings = {name: model_settings.in_force(domain.name, name) for name in domain.families}
    again = {name: given for name, given in change.training.items() if name in families}
    fitter = _Watched(domain, log, settings, report, len(families) + len(again))
    way = walk_menus if domain.past_offers() else walk
    more: dict[str, Any] = {"families": families, "fitter": fitter, "refits": 1, "events": EVENTS}

    def said(share: float, _text: str) -> None:
        report(REPLAY + (COMPARE - REPLAY) * share, "replay")

    steps = way(domain, log, *window, progress=said, **more)
    if not (change.weights or again):
        for scene, user, position in steps:
            yield user, position, [_order(scene, policy, k) for policy in policies]
        return
    # Two walks side by side over the same events: members learn with other weights, or bases are trained otherwise.
    others = way(domain, _weighed(log, change.weights), *window, params=again, **more)
    for (scene, user, position), (other, _user, _position) in zip(steps, others, strict=True):
        yield user, position, [_order(scene, policies[0], k), _order(other, policies[1], k)]


def _order(scene, policy: Policy, k: int) -> list[int]:
    return policy.feed.rank(scene(policy.feed, policy.params), k).order[:k].tolist()


def _weighed(log: Log, weights: Mapping[str, float]) -> Log:
    """The log as members would have learned it; what bases are fitted on stays as it is."""
    if not weights:
        return log
    weight = log.weight.copy()
    for verb, value in weights.items():
        if verb in log.verbs:
            weight[log.verb == log.verbs.index(verb)] = value
    return replace(log, weight=weight)


def _rows(old: np.ndarray, new: np.ndarray, members: np.ndarray) -> dict[str, list[float]]:
    return {
        "before": list(ranking.bootstrap_interval(old, members, draws=DRAWS)),
        "after": list(ranking.bootstrap_interval(new, members, draws=DRAWS)),
        "difference": list(ranking.paired_bootstrap(new, old, members, draws=DRAWS)),
    }


def _distances(log: Log, lists: list[list[list[int]]]) -> list[np.ndarray]:
    """Mean distance of a list's items by their texts, for each list of both sides."""
    shown = sorted({position for side in lists for rows in side for position in rows})
    at = {position: row for row, position in enumerate(shown)}
    texts = [log.snapshot.item(position).text for position in shown] or [""]
    hashed = HashingVectorizer(n_features=512, analyzer="char_wb", ngram_range=(2, 3), alternate_sign=False)
    features = hashed.transform(texts).toarray()
    return [
        np.array([diversity.intra_list_distance([at[p] for p in rows], features) for rows in side]) for side in lists
    ]


def _spread(lists: list[list[list[int]]], members: np.ndarray, items: int) -> dict[str, dict[str, list[float]]]:
    """Coverage of the catalogue and Gini of how often items are shown, with intervals from members drawn again."""
    people, row = np.unique(members, return_inverse=True)
    shown = np.unique([position for side in lists for positions in side for position in positions] or [0]).astype(int)
    counts = []
    for side in lists:
        table = np.zeros((len(people), len(shown)), np.float32)
        for member, positions in zip(row, side, strict=True):
            table[member, np.searchsorted(shown, positions)] += 1
        counts.append(table)
    generator = np.random.default_rng(0)
    draws = [np.bincount(generator.integers(0, len(people), len(people)), minlength=len(people)) for _n in range(DRAWS)]
    weights = np.array([np.ones(len(people)), *draws], np.float32)  # the first row: everybody once
    found = {}
    for name, of in (("coverage", _coverage), ("gini", _gini)):
        old, new = (np.array([of(sums, items) for sums in weights @ table]) for table in counts)
        found[name] = {"before": _interval(old), "after": _interval(new), "difference": _interval(new - old)}
    return found


def _coverage(counts: np.ndarray, items: int) -> float:
    return float((counts > 0).sum() / max(items, 1))


def _gini(counts: np.ndarray, items: int) -> float:
    """`diversity.gini` from how often each item was shown; items that never were count as zeros."""
    total = counts.sum()
    ranks = np.arange(items - len(counts) + 1, items + 1)
    return float(((2 * ranks - items - 1) * np.sort(counts)).sum() / (items * total)) if total else 0.0


def _interval(values: np.ndarray) -> list[float]:
    """The value, and 1.96 standard errors around it; whoever is drawn twice shows nothing new, so percentiles lie beside it."""
    margin = 1.96 * float(values[1:].std())
    return [float(values[0]), float(values[0]) - margin, float(values[0]) + margin]
