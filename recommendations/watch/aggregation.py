"""From the log to the daily tables: whole days are counted anew from events, so that twice is as once.

A run takes the days that events recorded since the last run touch (and those that were forgotten since), counts each anew
in a transaction of its own and replaces its rows. A rebuild is a run over all days.
"""

from __future__ import annotations

import datetime as dt
import itertools
import logging
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.db.models.functions import TruncDate
from django.utils import timezone

from recommendations import personal
from recommendations.domains import Domain
from recommendations.models import IMPORTED, Event, ItemRevision
from recommendations.watch.attribution import CLICKED, FOLLOWED, LIKED, Fact, count
from recommendations.watch.models import MixDay, StaleDay, WatchDay, WatchMark

logger = logging.getLogger(__name__)

DAY = dt.timedelta(days=1)
#: events recorded longer ago than this are all committed: an import's transaction, which takes its numbers early, is over
SETTLED = dt.timedelta(hours=1)
IMPRESSION = "impression"
NOT_COUNTED = ("", personal.PAUSE, personal.RESUME)
#: upper bounds in days of an item's age when something was done to it
AGES = ((1, "< 1"), (3, "1–3"), (7, "3–7"), (14, "7–14"), (30, "14–30"), (90, "30–90"), (365, "90–365"))
OLDEST = "≥ 365"
#: measures: traits of what people did (inputs) and of what they were shown (predictions)
INPUTS, PREDICTIONS = ("label", "verb", "age"), ("shown_label", "shown_age")


class Superseded(Exception):
    """A newer run of the same domain has begun; it covers what this one would."""


class Traits:
    """Label and time of making of item revisions, which never change; fetched once per run."""

    def __init__(self, domain: str):
        rows = ItemRevision.objects.filter(domain=domain).values_list("pk", "label", "numbers__created")
        self.found: dict[int | None, tuple[str, object]] = {
            pk: (label, created) for pk, label, created in rows.iterator(chunk_size=5000)
        }

    def label(self, revision: int | None) -> str:
        return self.found.get(revision, ("", None))[0]

    def age(self, revision: int | None, at: float) -> str:
        """The class of age of an item at unix time `at`; "" where nobody knows when it was made."""
        created = self.found.get(revision, ("", None))[1]
        if not isinstance(created, (int, float)):
            return ""
        days = (at - created) / 86400
        return next((name for bound, name in AGES if days < bound), OLDEST)


Row = tuple[str, str, str, str, str, int | None, float]  # person, item, verb, feed, version, revision, unix time


def start_of(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def rows_of(domain: str, day: dt.date) -> list[Row]:
    """What happened on a day, in order of time; what was forgotten or imported by a member is left out."""
    events = Event.objects.filter(
        domain=domain, occurred_at__gte=start_of(day), occurred_at__lt=start_of(day + DAY), forgotten_at=None
    ).order_by("occurred_at", "pk")
    columns = ("user_id", "visitor", "item_id", "verb", "feed", "model_version", "revision_id", "occurred_at")
    return [
        (str(user) if user else f"v{visitor}", item, verb, feed, version, revision, at.timestamp())
        for user, visitor, item, verb, feed, version, revision, at in events.values_list(*columns)
        if verb not in NOT_COUNTED and feed != IMPORTED
    ]


class Days:
    """Rows of the few days around the one that is counted."""

    def __init__(self, domain: str):
        self.domain = domain
        self.kept: dict[dt.date, list[Row]] = {}

    def around(self, day: dt.date) -> tuple[list[Row], list[Row], list[Row]]:
        near = (day - DAY, day, day + DAY)
        self.kept = {one: self.kept[one] if one in self.kept else rows_of(self.domain, one) for one in near}
        return self.kept[near[0]], self.kept[near[1]], self.kept[near[2]]


def kinds_of(kind: Domain) -> dict[str, str]:
    """Verb → kind of outcome."""
    return {IMPRESSION: "", "view": CLICKED, **dict.fromkeys(kind.positive_verbs, FOLLOWED), "like": LIKED}


def watch_rows(kind: Domain, day: dt.date, days: Days) -> list[WatchDay]:
    kinds = kinds_of(kind)
    rows = itertools.chain.from_iterable(days.around(day))
    facts = (
        Fact(person, item, kinds[verb], feed, version, at)
        for person, item, verb, feed, version, _revision, at in rows
        if verb in kinds
    )
    found = count(facts, start_of(day).timestamp(), start_of(day + DAY).timestamp())
    return [
        WatchDay(domain=kind.name, day=day, feed=feed, model_version=version, **totals)
        for (feed, version), totals in sorted(found.items())
    ]


def mix_rows(domain: str, day: dt.date, rows: Iterable[Row], traits: Traits) -> list[MixDay]:
    """Numbers by measure and value of one day's rows."""
    counts: Counter[tuple[str, str]] = Counter()
    for _person, _item, verb, feed, _version, revision, at in rows:
        if verb != IMPRESSION:
            found = (traits.label(revision), verb, traits.age(revision, at))
            counts.update(zip(INPUTS, found, strict=True))
        elif feed:
            counts.update(zip(PREDICTIONS, (traits.label(revision), traits.age(revision, at)), strict=True))
    return [
        MixDay(domain=domain, day=day, cause=cause, value=value, n=n) for (cause, value), n in sorted(counts.items())
    ]


def begin(domain: str, *, rebuild: bool) -> tuple[WatchMark, int, int]:
    """(mark, number of this run, number that the log is settled up to)."""
    mark, _new = WatchMark.objects.get_or_create(domain=domain)
    with transaction.atomic():
        WatchMark.objects.filter(pk=mark.pk).update(run=F("run") + 1)
        mark.refresh_from_db()
    if rebuild:
        mark.event, mark.at = 0, None
    news = Event.objects.filter(domain=domain, pk__gt=mark.event, recorded_at__lt=timezone.now() - SETTLED)
    return mark, mark.run, news.aggregate(last=Max("pk"))["last"] or mark.event


def touched(domain: str, mark: WatchMark, now: dt.datetime, stale: Iterable[dt.date] = ()) -> list[dt.date]:
    """Days to be counted anew, with their neighbours, since outcomes cross midnight.

    Those of new and of newly forgotten events, and the `stale` ones: of events of members who were erased.
    """
    news = [Event.objects.filter(domain=domain, pk__gt=mark.event)]
    if mark.at is not None:
        news.append(Event.objects.filter(domain=domain, forgotten_at__gte=mark.at - SETTLED))
    found = set(stale)
    for events in news:
        found.update(
            events.annotate(date=TruncDate("occurred_at")).values_list("date", flat=True).distinct().order_by()
        )
    today = timezone.localdate(now)
    return sorted({day + n * DAY for day in found for n in (-1, 0, 1) if day + n * DAY <= today})


def counted_days(domain: str) -> set[dt.date]:
    """Days that have rows."""
    found: set[dt.date] = set()
    for model in (WatchDay, MixDay):
        found.update(model.objects.filter(domain=domain).values_list("day", flat=True).distinct())
    return found


def replace(mark: WatchMark, run: int, kind: Domain, day: dt.date, days: Days, traits: Traits) -> None:
    """Count one day anew, under the lock of the domain's mark.

    Raises
    ------
    Superseded : a newer run has begun.
    """
    with transaction.atomic():
        if WatchMark.objects.select_for_update().get(pk=mark.pk).run != run:
            raise Superseded(kind.name)
        made: dict[Any, list] = {WatchDay: watch_rows(kind, day, days)}
        made[MixDay] = mix_rows(kind.name, day, days.kept[day], traits)
        for model, rows in made.items():
            model.objects.filter(domain=kind.name, day=day).delete()
            model.objects.bulk_create(rows, batch_size=500)


def aggregate(kind: Domain, *, rebuild: bool = False, now: dt.datetime | None = None) -> int:
    """Bring a domain's daily tables up to the log; returns how many days were counted anew."""
    began = now or timezone.now()
    mark, run, settled = begin(kind.name, rebuild=rebuild)
    stale = dict(StaleDay.objects.filter(domain=kind.name).values_list("pk", "day"))
    days = touched(kind.name, mark, began, stale.values())
    if rebuild:
        days = sorted({*days, *counted_days(kind.name)})
    if days:
        near, traits = Days(kind.name), Traits(kind.name)
        try:
            for day in days:
                replace(mark, run, kind, day, near, traits)
        except Superseded:
            logger.info("watch: a newer run counts domain=%s", kind.name)
            return 0
    WatchMark.objects.filter(pk=mark.pk, run=run).update(event=settled, at=began)
    StaleDay.objects.filter(pk__in=list(stale)).delete()
    return len(days)
