"""Held-out decisions of a domain's log, each with what its member had done until then: replayed once, asked of every family.

The log is cut by time: what families know is before the cut. A decision after it is a member's first contact with an item
that they like or join (`evaluation.walk`), a choice out of a known offer where the domain keeps offers (`menus.walk_menus`),
or an attempt, for families that predict how those end (`Family.outcomes`).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ml.evaluation.outcomes import hash_of, mixed
from ml.families.history import History
from ml.families.trace import Trace
from recommendations.data import Log
from recommendations.domains import Domain, Offer
from recommendations.evaluation import Member, Members, discoveries, learn, split_times
from recommendations.feeds import Scene
from recommendations.menus import VISIT, choices
from recommendations.row_keys import member_hash, secret

DECISIONS = 800
#: rows of a decision besides what was taken: drawn by key, or all of an offer up to this
OTHERS = 7
MOST_OFFERED = 16


class NotEvaluated(ValueError):
    """There is nothing to evaluate on; the message says what is missing."""


@dataclass(frozen=True)
class Decision:
    """`candidates`: positions that could be taken; `kept`: which of them are rows, what was taken first."""

    key: int
    member: int
    user: int
    at: float
    y: int
    candidates: np.ndarray
    kept: np.ndarray
    history: History
    trace: Trace
    events: int
    context: Mapping[str, Any]


@dataclass
class Replay:
    """Decisions between `cut` and `end`; `cache` keeps what is derived from them and shared by families."""

    domain: Domain
    log: Log
    cut: float
    end: float
    kind: str
    decisions: list[Decision]
    item_keys: np.ndarray
    cache: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def row_keys(self) -> np.ndarray:
        keys = [mixed(d.key, self.item_keys[d.candidates[d.kept]]) for d in self.decisions]
        return np.concatenate(keys) if keys else np.zeros(0, np.uint64)

    @property
    def owner(self) -> np.ndarray:
        """Row → number of its decision."""
        return np.repeat(np.arange(len(self.decisions)), [len(d.kept) for d in self.decisions])

    @property
    def positions(self) -> np.ndarray:
        """Row → position of its item."""
        return np.concatenate([d.candidates[d.kept] for d in self.decisions] or [np.zeros(0, np.int64)])


def replay(domain: Domain, log: Log, outcomes: Mapping[str, int] | None = None, most: int = DECISIONS) -> Replay:
    """Decisions of the last part of the log; with `outcomes` (verb → y), attempts. NotEvaluated says what is missing."""
    try:
        _validation, cut, end = split_times(log)
    except ValueError as error:
        raise NotEvaluated(str(error)) from None
    offers = {} if outcomes else domain.past_offers()
    chosen = _chosen(domain, log, offers, outcomes, cut, end)
    key = secret()
    item_keys = np.array([hash_of(item, secret=key) for item in log.snapshot.ids], np.uint64)
    keys = {
        n: hash_of(domain.name, log.user[n], f"{log.time[n]:.3f}", log.snapshot.ids[log.item[n]], secret=key)
        for n in chosen
    }
    kept = sorted(chosen, key=keys.__getitem__)[:most]
    found = Replay(domain, log, cut, end, "failed" if outcomes else "taken", [], item_keys)
    steps = _steps(domain, log, set(kept), VISIT if offers else 0.0)
    for n, member in steps:
        decision = _decision(found, n, member, keys[n], key, offers.get(log.context[n]), outcomes)
        if decision is not None:
            found.decisions.append(decision)
    if not found.decisions:
        raise NotEvaluated("no decision of the last part of the log can be predicted")
    return found


def _chosen(domain: Domain, log: Log, offers: Mapping[str, Offer], outcomes, cut: float, end: float) -> set[int]:
    if outcomes:
        verbs = [n for n, verb in enumerate(log.verbs) if verb in outcomes]
        return set(np.flatnonzero(np.isin(log.verb, verbs) & (log.time >= cut) & (log.time < end)).tolist())
    if offers:
        return choices(domain, log, offers, cut, end)
    return discoveries(domain, log, cut, end)


def _steps(domain: Domain, log: Log, chosen: set[int], held_back: float):
    """(number of the event, its member as they were) for each chosen event; only members who have one are replayed.

    `held_back`: seconds before a decision of which nothing is known yet (the look a minute before an order would tell it).
    """
    who = np.unique(log.user[sorted(chosen)]) if chosen else np.zeros(0, np.int64)
    theirs = np.flatnonzero(np.isin(log.user, who))
    members = Members(domain, log.part(theirs))
    waiting: dict[int, deque[int]] = defaultdict(deque)
    last = max(chosen, default=-1)
    for n in theirs[theirs <= last].tolist():
        user, at = int(log.user[n]), float(log.time[n])
        member, queue = members[user], waiting[user]
        if n in chosen:
            while queue and (not held_back or log.time[queue[0]] < at - held_back):
                learn(domain, log, member, queue.popleft())
            yield n, member
        queue.append(n)


def _decision(found: Replay, n: int, member: Member, key: int, secret: bytes, offer: Offer | None, outcomes):
    """None where nothing else could have been taken, or the item could not."""
    log, at, position = found.log, float(found.log.time[n]), int(found.log.item[n])
    user = int(log.user[n])
    if outcomes:
        candidates, kept, y = np.array([position]), np.array([0]), int(outcomes[log.verbs[int(log.verb[n])]])
    else:
        candidates, y = _candidates(found, member, at, offer), 1
        place = np.flatnonzero(candidates == position)
        if not len(place) or len(candidates) < 2:
            return None
        kept = _kept(mixed(key, found.item_keys[candidates]), int(place[0]), MOST_OFFERED - 1 if offer else OTHERS)
    return Decision(
        key=key,
        member=member_hash(found.domain.name, user),
        user=user,
        at=at,
        y=y,
        candidates=candidates,
        kept=kept,
        history=History(member.history.entries),
        trace=member.trace.upto(len(member.trace)),
        events=member.events,
        context=offer.context if offer else found.domain.context(member.user, _when(at)),
    )


def _candidates(found: Replay, member: Member, at: float, offer: Offer | None) -> np.ndarray:
    """What an offer held; else what was open, not done and not seen."""
    snapshot = found.log.snapshot
    if offer is not None:
        return np.array(sorted(snapshot.position[item] for item in offer.items if item in snapshot.position), np.int64)
    offered = found.domain.offered(member.user, _when(at))
    scene = Scene(snapshot, {}, {}, at, history=member.history, done=member.done, offered=offered)
    seen, rejected = scene.touched()
    return np.flatnonzero(scene.candidates() & ~seen & ~rejected)


def _kept(keys: np.ndarray, target: int, others: int) -> np.ndarray:
    """The target, and those others that have the smallest keys: the same ones in every evaluation."""
    order = np.argsort(keys, kind="stable")
    return np.concatenate([[target], order[order != target][:others]])


def _when(at: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(at, dt.UTC)
