"""Replay of what was chosen from an offer: for each choice of a window, the same offer ranked with what was known before it.

For domains whose items are offered to some on some days (`Domain.past_offers`). Doing the same again is a success there, so
every choice counts, not only first contacts. What the member did on the same visit is held back: the look a minute before
an order would tell it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict, deque
from collections.abc import Iterable

import numpy as np

from recommendations.data import Log
from recommendations.domains import Domain
from recommendations.evaluation import Fitter, Members, Params, Progress, Steps, learn, scene_maker

VISIT = 3 * 3600.0


def walk_menus(
    domain: Domain,
    log: Log,
    start: float,
    end: float,
    *,
    families: Iterable[str] | None = None,
    params: Params | None = None,
    fitter: Fitter | None = None,
    refits: int = 1,
    events: int = 0,
    seed: int = 0,
    progress: Progress | None = None,
) -> Steps:
    """Yield (scene maker, member number, target position) for each choice in [start, end) whose offer is known.

    Raises
    ------
    ValueError : the domain keeps no offers.
    """
    offers = domain.past_offers()
    if not offers:
        raise ValueError(f"{domain.name} keeps no offers (`Domain.past_offers`); use another protocol")
    fit = fitter or Fitter(domain, log)
    chosen = choices(domain, log, offers, start, end, events, seed)
    checkpoints = list(np.linspace(start, end, refits + 1)[:-1])
    members = Members(domain, log)
    waiting: dict[int, deque[int]] = defaultdict(deque)
    bases: dict = {}
    done = 0
    for n in range(int(np.searchsorted(log.time, end))):
        at, user = float(log.time[n]), int(log.user[n])
        if n in chosen:
            while checkpoints and checkpoints[0] <= at:
                bases = fit(families or domain.families, checkpoints.pop(0), params)
            while waiting[user] and log.time[waiting[user][0]] < at - VISIT:
                learn(domain, log, members[user], waiting[user].popleft())
            offer = offers[log.context[n]]
            yield scene_maker(domain, log.snapshot, bases, members[user], at, offer), user, int(log.item[n])
            done += 1
            if progress and done % 50 == 0:
                progress(done / len(chosen), f"{done} of {len(chosen)} choices")
        waiting[user].append(n)


def choices(domain: Domain, log: Log, offers, start: float, end: float, events: int = 0, seed: int = 0) -> set[int]:
    """Numbers of the events that chose something out of a known offer of two items or more."""
    verbs = [code for code, verb in enumerate(log.verbs) if verb in domain.choice_verbs]
    window = np.flatnonzero(np.isin(log.verb, verbs) & (log.time >= start) & (log.time < end))
    ids = log.snapshot.ids
    known = [
        n
        for n in window.tolist()
        if (offer := offers.get(log.context[n])) and len(offer.items) > 1 and ids[log.item[n]] in offer.items
    ]
    if events and len(known) > events:
        known = np.random.default_rng(seed).choice(known, events, replace=False).tolist()
    return set(known)


def last_days(log: Log, days: float) -> tuple[float, float]:
    """(start, end) of the last days of a log."""
    end = float(log.time[-1]) + 1
    return end - dt.timedelta(days=days).total_seconds(), end
