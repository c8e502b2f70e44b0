"""Progressive evaluation of feeds: predict, score, learn, in time order, through the code that serves members.

The log is cut by time: bases are fitted on what was before, refitted a few times on the way as the schedule does in service,
and each discovery of the window, a member's first contact with an item that they like or join then or later, is predicted
from what the member had done until then. (Predicting the like from the look before it would measure nothing.)
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from django.contrib.auth import get_user_model

from ml import families as ml_families
from ml.families.base import Base, Family
from ml.families.history import History, fixed
from ml.families.items import TrainingData
from ml.families.trace import Trace
from ml.families.verbs import code
from recommendations.data import Log
from recommendations.domains import Domain, Offer
from recommendations.feeds import Feed, Scene

Params = Mapping[str, Mapping[str, Any]]  # family → its parameters
Progress = Callable[[float, str], None]
Steps = Iterator[tuple[Callable[[Feed, Mapping], Scene], int, int]]


@dataclass(frozen=True)
class Policy:
    """A feed with its parameters, under the name that the report gives it."""

    name: str
    feed: Feed
    params: Mapping


@dataclass
class Outcome:
    """What was measured: per policy the rank (0 first, inf: not in the list) of each discovered item; the members beside it."""

    k: int
    members: list[int] = field(default_factory=list)
    ranks: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    shown: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))


@dataclass
class Member:
    """A member in the replay: the same history, event count and finished items that serving would have."""

    history: History = field(default_factory=History)
    events: int = 0
    done: set[str] = field(default_factory=set)
    keywords: str = ""
    region: float = 0.0
    trace: Trace = field(default_factory=Trace)
    user: Any = None


class Members(dict):
    """Member number → `Member`, newcomers with what their profile says."""

    def __init__(self, domain: Domain, log: Log):
        super().__init__()
        users = (
            get_user_model()
            .objects.filter(pk__in=np.unique(log.user[log.user > 0]).tolist())
            .prefetch_related("categories")
        )
        self.profiles = {
            user.pk: (domain.keywords(user), float(user.region_id or 0), user)
            for user in users.iterator(chunk_size=500)
        }

    def __missing__(self, user: int) -> Member:
        keywords, region, row = self.profiles.get(user, ("", 0.0, None))
        self[user] = Member(keywords=keywords, region=region, user=row)
        return self[user]


class Fitter:
    """Fits families on what was known at a time; a fit is kept, for parameters that only scoring reads.

    `settings`: what the site trains each family with (`model_settings.in_force`); the families' defaults where absent.
    """

    def __init__(self, domain: Domain, log: Log, settings: Params | None = None):
        self.domain, self.log, self.settings = domain, log, settings or {}
        self._data: dict[float, TrainingData] = {}
        self._kept: dict[tuple, Base] = {}

    def data(self, end: float) -> TrainingData:
        if end not in self._data:
            until = None if np.isinf(end) else dt.datetime.fromtimestamp(end, dt.UTC)
            extra = self.domain.training_extra(until)
            self._data = {end: self.log.upto(end).training(items_until=end, extra=extra)}
        return self._data[end]

    def __call__(self, families: Iterable[str], end: float, params: Params | None = None) -> dict[str, Base]:
        """The families, fitted on the items and events before `end`; `params` overlay the settings."""
        return {
            name: self._base(name, end, {**self.settings.get(name, {}), **(params or {}).get(name, {})})
            for name in families
        }

    def _base(self, name: str, end: float, given: Mapping[str, Any]) -> Base:
        family = ml_families.get(name)
        key = (name, end, *sorted((k, v) for k, v in given.items() if k not in family.scoring))
        if key not in self._kept:
            self._kept[key] = self.fit(family, end, given)
        base = self._kept[key]
        chosen = family.with_defaults(given)
        return base if chosen == dict(base.params) else replace(base, params=chosen, cache={})

    def fit(self, family: Family, end: float, given: Mapping[str, Any]) -> Base:
        return family.fit(self.data(end), given)


def walk(
    domain: Domain,
    log: Log,
    start: float,
    end: float,
    *,
    families: Iterable[str] | None = None,
    params: Params | None = None,
    fitter: Fitter | None = None,
    refits: int = 4,
    events: int = 0,
    seed: int = 0,
    progress: Progress | None = None,
) -> Steps:
    """Yield (scene maker, member number, target position) for each discovery in [start, end), learning on the way.

    `events` bounds how many are yielded (a seeded sample; all events are learned). A scene maker is valid until the next
    step. `params` overlay the fitter's settings; pass a `fitter` with the site's own, or one that kept its fits.
    """
    fit = fitter or Fitter(domain, log)
    chosen = discoveries(domain, log, start, end, events, seed)
    checkpoints = list(np.linspace(start, end, refits + 1)[:-1])
    members = Members(domain, log)
    bases: dict[str, Base] = {}
    snapshot = log.snapshot
    first, total = int(np.searchsorted(log.time, start)), max(1, len(chosen))
    done = 0
    for n in range(int(np.searchsorted(log.time, end))):
        at, user, position = float(log.time[n]), int(log.user[n]), int(log.item[n])
        member = members[user]
        if n >= first and n in chosen:
            while checkpoints and checkpoints[0] <= at:
                bases = fit(families or domain.families, checkpoints.pop(0), params)
            if _fair(snapshot, position, at):
                yield scene_maker(domain, snapshot, bases, member, at), user, position
            done += 1
            if progress and done % 50 == 0:
                progress(done / total, f"{done} of {total} events")
        learn(domain, log, member, n)


def discoveries(domain: Domain, log: Log, start: float, end: float, events: int = 0, seed: int = 0) -> set[int]:
    """Numbers of the events that are a member's first contact with an item that they liked or joined, then or later.

    With `events`, a seeded sample of so many.
    """
    positive = {code for code, verb in enumerate(log.verbs) if verb in domain.positive_verbs}
    pair = log.user.astype(np.int64) * (len(log.snapshot) + 1) + log.item
    _, first = np.unique(pair, return_index=True)
    found = first[np.isin(pair[first], pair[np.isin(log.verb, list(positive))])]
    window = found[(log.time[found] >= start) & (log.time[found] < end)]
    if events and len(window) > events:
        window = np.random.default_rng(seed).choice(window, events, replace=False)
    return set(window.tolist())


def _fair(snapshot, position: int, at: float) -> bool:
    """Only what a feed could have shown counts: it existed and was open."""
    return bool(snapshot.created[position] <= at and snapshot.opens[position] <= at <= snapshot.closes[position])


def scene_maker(
    domain: Domain, snapshot, bases: Mapping[str, Base], member: Member, at: float, offer: Offer | None = None
):
    """A function from feed and parameters to the scene at that moment; `offer`: what was offered then, where it is known."""
    delta = {"history": member.history, "trace": member.trace}
    when = dt.datetime.fromtimestamp(at, dt.UTC)
    asked = domain.context(member.user, when) if offer is None else offer.context
    offered = domain.offered(member.user, when) if offer is None else offer.items
    context = {"at": at, **asked}
    opened: dict = {}

    def scene(feed: Feed, params: Mapping) -> Scene:
        used = [name for name in feed.used_families(params) if name in bases]
        for name in used:
            if name not in opened:
                opened[name] = ml_families.get(name).open(bases[name], delta, snapshot.catalogue)
                opened[name].context = context
        models = {name: opened[name] for name in used}
        return Scene(
            snapshot=snapshot,
            models=models,
            params=params,
            at=at,
            history=member.history,
            events=member.events,
            personal=True,
            done=member.done,
            keywords=member.keywords,
            region=member.region,
            trace=member.trace,
            offered=offered,
        )

    return scene


def learn(domain: Domain, log: Log, member: Member, n: int) -> None:
    """What event `n` teaches, as it would in service."""
    weight, verb = float(log.weight[n]), log.verbs[int(log.verb[n])]
    item = log.snapshot.item(int(log.item[n]))
    if weight:
        member.events += 1
        member.history.add(item.ref, fixed(weight))
        if domain.trace:
            member.trace.add(int(log.time[n]), item.ref, code(verb), fixed(weight))
    if verb in domain.positive_verbs and not domain.repeats:
        member.done.add(item.id)


def evaluate(policies: list[Policy], steps: Steps, k: int = 8) -> Outcome:
    """Rank of each step's item in the top k of every policy."""
    outcome = Outcome(k)
    for scene, user, position in steps:
        outcome.members.append(user)
        for policy in policies:
            order = policy.feed.rank(scene(policy.feed, policy.params), k).order[:k]
            place = np.flatnonzero(order == position)
            outcome.ranks[policy.name].append(float(place[0]) if len(place) else np.inf)
            outcome.shown[policy.name].update(order.tolist())
    return outcome


def families_of(policies: Iterable[Policy]) -> list[str]:
    """The families that any of the policies reads."""
    return sorted({family for policy in policies for family in policy.feed.used_families(policy.params)})


def split_times(log: Log, validation: float = 0.15, test: float = 0.15) -> tuple[float, float, float]:
    """(start of validation, start of test, end): quantiles of the events' times."""
    n = len(log)
    if n < 20:
        raise ValueError(f"{n} events are too few to evaluate on; at least 20 are needed")
    first, second = log.time[int(n * (1 - validation - test))], log.time[int(n * (1 - test))]
    return float(first), float(second), float(log.time[-1]) + 1
