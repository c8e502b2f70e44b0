"""The log and the catalogue as arrays, for training and evaluation."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ml.families.items import Item, TrainingData
from ml.families.verbs import code
from recommendations.catalogue import Snapshot
from recommendations.domains import Domain
from recommendations.models import IMPORTED, Event


@dataclass(frozen=True)
class Log:
    """A domain's events in time order over the items of `snapshot`: member and item are numbers, verbs are codes."""

    snapshot: Snapshot
    verbs: tuple[str, ...]
    user: np.ndarray
    item: np.ndarray
    verb: np.ndarray
    weight: np.ndarray
    time: np.ndarray
    value: np.ndarray
    context: np.ndarray

    def __len__(self) -> int:
        return len(self.time)

    def upto(self, end: float) -> Log:
        return self.part(slice(0, int(np.searchsorted(self.time, end, side="left"))))

    def part(self, which) -> Log:
        """The events that a mask or slice picks."""
        cut = (getattr(self, name)[which] for name in ("user", "item", "verb", "weight", "time", "value", "context"))
        return Log(self.snapshot, self.verbs, *cut)

    def training(self, items_until: float | None = None, extra: Mapping[str, Any] | None = None) -> TrainingData:
        """What families are fitted on; `items_until` leaves out items made later. `extra`: see `Domain.training_extra`."""
        keep = np.ones(len(self.snapshot), bool) if items_until is None else self.snapshot.created < items_until
        number = np.cumsum(keep) - 1
        known = keep[self.item] & (self.weight != 0)
        _users, member = np.unique(self.user[known], return_inverse=True)
        items: list[Item] = [self.snapshot.item(int(position)) for position in np.flatnonzero(keep)]
        return TrainingData(
            items=items,
            member=member.astype(np.int32),
            item=number[self.item[known]].astype(np.int32),
            weight=self.weight[known].astype(np.float32),
            time=self.time[known],
            verb=np.array([code(name) for name in self.verbs], np.int16)[self.verb[known]],
            value=self.value[known],
            context=self.context[known],
            extra=extra or {},
        )


def log_of(domain: Domain, snapshot: Snapshot, also: Collection[str] = ()) -> Log:
    """All remembered events of members and visitors on listed items, oldest first, weighted by the verbs' present weights.

    Impressions, most of a log, are read only where staff give them a weight, or where they are asked for (`also`).

    A visitor's events train bases under a number of their own (negative); events from a member's file train none.
    """
    verbs = tuple(domain.verbs)
    code = {verb: n for n, verb in enumerate(verbs)}
    read = [verb for verb in verbs if verb != "impression" or verb in also or domain.weight(verb)]
    rows = (
        Event.objects.filter(domain=domain.name, forgotten_at=None, verb__in=read)
        .exclude(feed=IMPORTED)
        .order_by("occurred_at", "pk")
        .values_list("user_id", "visitor", "item_id", "verb", "occurred_at", "value", "context")
    )
    user, item, verb, time, value, context, strangers = [], [], [], [], [], [], {}
    for user_id, visitor, item_id, name, when, worth, through in rows.iterator(chunk_size=10_000):
        position = snapshot.position.get(item_id)
        if position is not None:
            user.append(user_id if user_id is not None else -strangers.setdefault(visitor, len(strangers) + 1))
            item.append(position)
            verb.append(code[name])
            time.append(when.timestamp())
            value.append(np.nan if worth is None else worth)
            context.append(through)
    weights = np.array([domain.weight(name) for name in verbs], np.float32)
    verb_array = np.array(verb, np.int16)
    return Log(
        snapshot=snapshot,
        verbs=verbs,
        user=np.array(user, np.int64),
        item=np.array(item, np.int64),
        verb=verb_array,
        weight=weights[verb_array] if len(verb_array) else np.zeros(0, np.float32),
        time=np.array(time, np.float64),
        value=np.array(value, np.float32),
        context=np.array(context, object),
    )
