"""The last-out protocol: one item held out per member, all items that the member has not used are ranked.

That of many papers, and of the floors in docs/evaluation.md: members with at least `least` liked or joined items, each one's
last is held out, the others' events are left out; an item that nobody else used is not among the candidates and so a miss.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from recommendations.data import Log
from recommendations.domains import Domain
from recommendations.evaluation import Fitter, Member, Members, Params, Progress, Steps, learn, scene_maker


@dataclass(frozen=True)
class Split:
    """What is known, and per tested member what is held out of it: (position, time)."""

    known: Log
    held: Mapping[int, tuple[int, float]]


def leave_last_out(domain: Domain, log: Log, *, least: int = 5, people: int = 3000, seed: int = 0) -> Split:
    """Hold each member's last liked or joined item out, all events on it; at most `people` members are tested."""
    liked = np.flatnonzero(np.isin(log.verb, [n for n, verb in enumerate(log.verbs) if verb in domain.positive_verbs]))
    pair = log.user[liked] * (len(log.snapshot) + 1) + log.item[liked]
    _, first = np.unique(pair[::-1], return_index=True)
    last_of_pair = np.sort(liked[len(liked) - 1 - first])
    users, counts = np.unique(log.user[last_of_pair], return_counts=True)
    able = users[counts >= least]
    last = {int(log.user[n]): int(n) for n in last_of_pair}  # a later one overwrites
    item_of = np.full(len(users), -1)
    item_of[counts >= least] = [log.item[last[int(user)]] for user in able]
    place = np.minimum(np.searchsorted(users, log.user), max(len(users) - 1, 0))
    known = np.isin(log.user, able)
    if len(users):
        known &= item_of[place] != log.item
    if len(able) > people:
        able = np.random.default_rng(seed).choice(able, people, replace=False)
    held = {user: (int(log.item[last[user]]), float(log.time[last[user]])) for user in sorted(able.tolist())}
    return Split(log.part(known), held)


class LastOut:
    """Makes the steps of a split again and again, for other families and parameters; members learn once."""

    def __init__(
        self,
        domain: Domain,
        split: Split,
        *,
        members: dict[int, Member] | None = None,
        settings: Params | None = None,
        progress: Progress | None = None,
    ):
        """`members`: newcomers by number, by default those of the site with their profiles. `settings`: see `Fitter`."""
        known = split.known
        self.domain, self.split, self.progress = domain, split, progress
        self.fitter = Fitter(domain, known, settings)
        self.members = Members(domain, known) if members is None else members
        for n in np.flatnonzero(np.isin(known.user, list(split.held))).tolist():
            learn(domain, known, self.members[int(known.user[n])], n)
        opens = np.full(len(known.snapshot), np.inf)
        opens[known.item] = known.snapshot.opens[known.item]
        self.snapshot = replace(known.snapshot, opens=opens)  # what nobody used is shown to nobody

    def __call__(self, families: Iterable[str] | None = None, params: Params | None = None) -> Steps:
        """Yield (scene maker, member number, target position) for each member tested, with all that is known learned."""
        bases = self.fitter(families or self.domain.families, np.inf, params)
        for done, (user, (position, at)) in enumerate(self.split.held.items(), 1):
            yield scene_maker(self.domain, self.snapshot, bases, self.members[user], at), user, position
            if self.progress and done % 50 == 0:
                self.progress(done / len(self.split.held), f"{done} of {len(self.split.held)} members")
