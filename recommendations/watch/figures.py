"""What the watch page and dashboards show, from the daily tables alone: a handful of queries whatever the log holds."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from recommendations.domains import domains
from recommendations.watch import charts, mails, queue
from recommendations.watch.aggregation import DAY
from recommendations.watch.drift import NAMES, RECENT
from recommendations.watch.models import Alert, Drift, HealthDay, QueueDay, WatchDay, WatchMark

COUNTS = ("shown", "clicked", "liked", "followed", "people")
PERIODS = (7, 28, 90)  # days that the page offers
LONGEST = 180  # days between two chosen ones
VERSIONS = 12  # in the table and, with `charts.SERIES`, in the charts
ALERTS, WARNINGS = 28, 50  # days, rows


@dataclass(frozen=True)
class Asked:
    """What the page is asked for; `length` is 0 where the days were chosen one by one."""

    domain: str
    feed: str
    version: str
    first: dt.date
    last: dt.date
    length: int

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Asked:
        """From a request; whatever is asked for that is not there, the nearest that is."""
        names = sorted((kind.order, kind.name) for kind in domains)
        domain, today = query.get("domain", ""), timezone.localdate()
        first, last = _day(query.get("from", "")), _day(query.get("to", ""))
        length = 0
        if first is None and last is None:
            text = query.get("days", "")
            length = int(text) if text in map(str, PERIODS) else PERIODS[1]
        last = min(last or today, today)
        first = first or last - (length - 1 if length else PERIODS[1] - 1) * DAY
        first, last = min(first, last), max(first, last)
        return cls(
            domain if domain in domains else (names[0][1] if names else ""),
            query.get("feed", "")[:32],
            query.get("version", "")[:32],
            max(first, last - (LONGEST - 1) * DAY),
            last,
            length,
        )

    @property
    def period(self) -> str:
        """The period as the page's addresses hold it."""
        return f"days={self.length}" if self.length else f"from={self.first}&to={self.last}"

    @property
    def query(self) -> str:
        """All of it, for the download of what is seen."""
        facts = {"domain": self.domain, "feed": self.feed, "version": self.version, "from": self.first, "to": self.last}
        return urlencode(facts)

    @property
    def days(self) -> list[dt.date]:
        return [self.first + n * DAY for n in range((self.last - self.first).days + 1)]


def _day(text: str) -> dt.date | None:
    try:
        day = parse_date(text[:10])
    except ValueError:
        return None
    return day if day is not None and dt.date(1971, 1, 1) < day < dt.date(9000, 1, 1) else None


def rate(part: int, whole: int) -> float | None:
    """None where nothing was shown, and where an app reports clicks and no impressions."""
    return part / whole if whole and part <= whole else None


def _sums(rows: Iterable[WatchDay], name: str) -> dict[Any, dict[str, int]]:
    """Totals by the value of one column, the most shown first; people are added up by day."""
    found: dict[Any, dict[str, int]] = defaultdict(lambda: dict.fromkeys(COUNTS, 0))
    for row in rows:
        for column in COUNTS:
            found[getattr(row, name)][column] += getattr(row, column)
    return dict(sorted(found.items(), key=lambda pair: (-pair[1]["shown"], pair[0])))


def _table(sums: dict[Any, dict[str, int]]) -> list[dict[str, Any]]:
    return [
        {
            "name": name or "–",
            **counts,
            **{f"{part}_rate": rate(counts[part], counts["shown"]) for part in ("clicked", "liked", "followed")},
        }
        for name, counts in sums.items()
    ]


def recommended(asked: Asked) -> dict[str, Any]:
    """Tables and charts of a domain: by list, and by model version of all lists or of one."""
    rows = list(
        WatchDay.objects.filter(domain=asked.domain, day__gte=asked.first, day__lte=asked.last).order_by("day", "pk")
    )
    feeds = _sums(rows, "feed")
    feed = asked.feed if asked.feed in feeds else ""
    of_feed = [row for row in rows if row.feed == feed] if feed else rows
    versions = _sums(of_feed, "model_version")
    version = asked.version if asked.version in versions else ""
    chosen = [row for row in of_feed if row.model_version == version] if version else of_feed
    column = "model_version" if feed else "feed"
    series: dict[str, dict[dt.date, WatchDay]] = defaultdict(dict)
    for row in chosen:
        known = series[getattr(row, column)].setdefault(row.day, WatchDay(day=row.day))
        for name in COUNTS:
            setattr(known, name, getattr(known, name) + getattr(row, name))
    titles = {name: name if feed else _feed(asked.domain, name) for name in _sums(chosen, column)}
    names, lines = list(titles.values()), {titles[name]: series[name] for name in titles}
    return {
        "feeds": [{**one, "title": _feed(asked.domain, one["name"])} for one in _table(feeds)],
        "feed": feed,
        "title_of_feed": _feed(asked.domain, feed) if feed else "",
        "version": version,
        "versions": _table(versions)[:VERSIONS],
        "by_day": [
            {**one, "day": one["name"]} for one in _table(dict(sorted(_sums(chosen, "day").items(), reverse=True)))
        ],
        "charts": charts.of_recommendations(names, lines, asked.days) if rows else [],
    }


def health(domain: str, days: list[dt.date]) -> dict[str, Any]:
    """The last measurement of each domain, and one domain's course."""
    rows = HealthDay.objects.filter(day__gte=days[0], day__lte=days[-1]).order_by("day")
    latest: dict[str, HealthDay] = {}
    course: dict[dt.date, HealthDay] = {}
    for row in rows:
        latest[row.domain] = row
        if row.domain == domain:
            course[row.day] = row
    return {
        "health": [_health(latest[kind.name], kind) for kind in domains if kind.name in latest],
        "health_charts": charts.of_health(course, days) if course else [],
    }


def _health(row: HealthDay, kind: Any) -> dict[str, Any]:
    return {
        "row": row,
        "name": kind.verbose_name or kind.name,
        "hot": rate(row.hot, row.hot + row.cold),
        "cold": rate(row.cold, row.hot + row.cold),
        "coverage": rate(row.covered, row.listed),
    }


def drifts(domain: str, today: dt.date) -> dict[str, Any]:
    """A domain's drift as last measured."""
    rows = list(
        Drift.objects.filter(domain=domain, day__gt=today - ALERTS * DAY, day__lte=today).order_by("-day", "pk")
    )
    last = [row for row in rows if row.day == rows[0].day]
    return {"drift": [{"row": row, "name": NAMES.get(row.cause, row.cause)} for row in last]}


def warnings() -> dict[str, Any]:
    """What needs somebody now, and what was over within the last weeks, the newest first."""
    since = timezone.now() - ALERTS * DAY
    rows = Alert.objects.filter(Q(ended_at=None) | Q(ended_at__gte=since)).order_by("-began_at", "-pk")[:WARNINGS]
    found = [(row.ended_at is None, {"row": row, "text": mails.sentence(row)}) for row in rows]
    return {
        "warnings": [one for is_open, one in found if is_open],
        "past": [one for is_open, one in found if not is_open],
        "wrong_addresses": mails.further()[1],
    }


def _feed(domain: str, name: str) -> str:
    """A list in the reader's words; one that is no more by its name."""
    found = next((feed.verbose_name for feed in domains[domain].feeds if feed.name == name), "")
    return str(found or name)


def _name(domain: str) -> Any:
    return domains[domain].verbose_name or domain if domain in domains else domain


def page(asked: Asked) -> dict[str, Any]:
    """All of the watch page."""
    names = sorted((kind.order, kind.name) for kind in domains)
    mark = WatchMark.objects.filter(domain=asked.domain).first()
    today = timezone.localdate()
    return {
        "asked": asked,
        "domains": [{"name": name, "title": _name(name), "chosen": name == asked.domain} for _order, name in names],
        "title_of_domain": _name(asked.domain),
        "periods": PERIODS,
        "at": mark.at if mark else None,
        **recommended(asked),
        **health(asked.domain, asked.days),
        **drifts(asked.domain, today),
        **warnings(),
        "queue": queue.by_cluster(),
        "queue_days": list(QueueDay.objects.filter(day__gt=today - RECENT * DAY).order_by("-day")),
        "running": queue.running(),
        "processes": queue.processes(),
        "failures": queue.failures(),
        "decisions": queue.noted(),
    }


def summary() -> dict[str, Any]:
    """The last seven days of all domains in a few figures and sentences, for the first page of the admin.

    `alerts` counts the warnings that are open now, of whatever cause; `warnings` are their sentences, the newest first.
    """
    today = timezone.localdate()
    totals = WatchDay.objects.filter(day__gt=today - RECENT * DAY).aggregate(**{name: Sum(name) for name in COUNTS})
    counts = {name: totals[name] or 0 for name in COUNTS}
    marks = list(WatchMark.objects.exclude(at=None).order_by("at").values_list("at", flat=True))
    alerts = list(Alert.objects.filter(ended_at=None).order_by("-began_at", "-pk"))
    waiting = queue.state()
    failed = queue.failed_since(timezone.now() - RECENT * DAY)
    return {
        "title": _("Watch"),
        "url": reverse("admin:recommendations_watchday_changelist"),
        **{name: counts[name] for name in ("shown", "clicked", "liked", "followed")},
        "click_rate": rate(counts["clicked"], counts["shown"]),
        "follow_rate": rate(counts["followed"], counts["shown"]),
        "alerts": len(alerts),
        "warnings": [mails.sentence(one) for one in alerts],
        "waiting": waiting["waiting"],
        "oldest": waiting["oldest"],
        "failed": failed,
        "at": marks[0] if marks else None,
    }
