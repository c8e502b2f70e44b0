"""Which impression a view, a like or a join belongs to: pure functions over tuples, no database.

An outcome belongs to the latest impression of the item by the same person within `WINDOWS`; one that names its
recommendation, to the latest impression of that recommendation within `LONGEST`, and where none was reported (by an app
that reports none) it counts at its own time. One impression counts at most once for each kind of outcome.
"""

from __future__ import annotations

import bisect
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import NamedTuple

CLICKED, LIKED, FOLLOWED = "clicked", "liked", "followed"
#: seconds after an impression in which an outcome is its doing
WINDOWS = {CLICKED: 30 * 60, LIKED: 24 * 3600, FOLLOWED: 24 * 3600}
LONGEST = max(WINDOWS.values())


class Fact(NamedTuple):
    """One event: `person` tells people apart and says nothing else; `at` in unix seconds; kind "" is an impression."""

    person: str
    item: str
    kind: str
    feed: str
    version: str
    at: float


Source = tuple[str, str]  # feed, model version


def count(facts: Iterable[Fact], start: float, end: float) -> dict[Source, Counter[str]]:
    """Figures of the impressions from `start` on and before `end`, by feed and model version.

    `facts` must reach from `LONGEST` before `start` to `LONGEST` after `end`, in order of time: `shown`, the kinds of
    outcomes, and `people` who were shown something.
    """
    shown: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    totals: dict[Source, Counter[str]] = defaultdict(Counter)
    people: dict[Source, set[str]] = defaultdict(set)
    outcomes = []
    for fact in facts:
        if fact.kind:
            outcomes.append(fact)
        elif fact.feed:
            shown[fact.person, fact.item].append(fact)
            if start <= fact.at < end:
                source = (fact.feed, fact.version)
                totals[source]["shown"] += 1
                people[source].add(fact.person)
    counted: set[tuple] = set()
    for fact in outcomes:
        cause = _cause(shown.get((fact.person, fact.item), []), fact)
        if cause is None and not fact.feed:
            continue
        of = fact if cause is None else cause
        source = (of.feed, of.version)
        key = (fact.kind, source, fact.person, fact.item) if cause is None else (fact.kind, id(cause))
        if start <= of.at < end and key not in counted:
            counted.add(key)
            totals[source][fact.kind] += 1
    for source, found in people.items():
        totals[source]["people"] = len(found)
    return dict(totals)


def _cause(impressions: list[Fact], fact: Fact) -> Fact | None:
    """The latest impression that may have led to the outcome."""
    last = bisect.bisect_right(impressions, fact.at, key=lambda one: one.at)
    window = LONGEST if fact.feed else WINDOWS[fact.kind]
    for one in reversed(impressions[:last]):
        if one.at < fact.at - window:
            return None
        if not fact.feed or (one.feed, one.version) == (fact.feed, fact.version):
            return one
    return None
