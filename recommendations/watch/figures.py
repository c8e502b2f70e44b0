"""What the watch page and dashboards show, from the daily tables alone: a handful of queries whatever the log holds."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from recommendations.domains import domains
from recommendations.watch import charts, queue
from recommendations.watch.aggregation import DAY
from recommendations.watch.drift import NAMES, RECENT
from recommendations.watch.models import Drift, HealthDay, QueueDay, WatchDay, WatchMark

COUNTS = ("shown", "clicked", "liked", "followed", "people")
PERIODS = (7, 28, 90)  # days that the page offers
VERSIONS = 12  # in the table and, with `charts.SERIES`, in the charts
ALERTS = 28  # days


def rate(part: int, whole: int) -> float | None:
    """None where nothing was shown, and where an app reports clicks and no impressions."""
    return part / whole if whole and part <= whole else None


def _sums(rows: Iterable[WatchDay], name: str) -> dict[str, dict[str, int]]:
    """Totals by the value of one column, the most shown first; people are added up by day."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(COUNTS, 0))
    for row in rows:
        for column in COUNTS:
            found[getattr(row, name)][column] += getattr(row, column)
    return dict(sorted(found.items(), key=lambda pair: (-pair[1]["shown"], pair[0])))


def _table(sums: dict[str, dict[str, int]]) -> list[dict[str, Any]]:
    return [
        {
            "name": name or "–",
            **counts,
            **{f"{part}_rate": rate(counts[part], counts["shown"]) for part in ("clicked", "liked", "followed")},
        }
        for name, counts in sums.items()
    ]


def recommended(domain: str, feed: str, days: list[dt.date]) -> dict[str, Any]:
    """Tables and charts of a domain: by feed, and by model version of all feeds or of one."""
    rows = list(WatchDay.objects.filter(domain=domain, day__gte=days[0], day__lte=days[-1]).order_by("day", "pk"))
    feeds = _sums(rows, "feed")
    chosen = [row for row in rows if row.feed == feed] if feed in feeds else rows
    column = "model_version" if feed in feeds else "feed"
    series: dict[str, dict[dt.date, WatchDay]] = defaultdict(dict)
    for row in chosen:
        known = series[getattr(row, column)].setdefault(row.day, WatchDay(day=row.day))
        for name in COUNTS:
            setattr(known, name, getattr(known, name) + getattr(row, name))
    names = list(_sums(chosen, column))
    return {
        "feeds": _table(feeds),
        "feed": feed if feed in feeds else "",
        "versions": _table(_sums(chosen, "model_version"))[:VERSIONS],
        "charts": charts.of_recommendations(names, series, days) if rows else [],
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
        "coverage": rate(row.covered, row.listed),
    }


def drifts(domain: str, today: dt.date) -> dict[str, Any]:
    """A domain's last measured drift, and all domains' alerts, the newest first."""
    rows = list(Drift.objects.filter(day__gt=today - ALERTS * DAY, day__lte=today).order_by("-day", "domain", "pk"))
    own = [row for row in rows if row.domain == domain]
    last = own[0].day if own else None
    return {
        "drift": [{"row": row, "name": NAMES.get(row.cause, row.cause)} for row in own if row.day == last],
        "alerts": [
            {"row": row, "name": NAMES.get(row.cause, row.cause), "domain": _name(row.domain)}
            for row in rows
            if row.over
        ],
    }


def _name(domain: str) -> Any:
    return domains[domain].verbose_name or domain if domain in domains else domain


def page(domain: str, feed: str, length: int) -> dict[str, Any]:
    """All of the watch page. Whatever is asked for that is not there, the nearest that is."""
    names = sorted((kind.order, kind.name) for kind in domains)
    chosen = domain if domain in domains else (names[0][1] if names else "")
    length = length if length in PERIODS else PERIODS[1]
    today = timezone.localdate()
    days = [today - n * DAY for n in reversed(range(length))]
    mark = WatchMark.objects.filter(domain=chosen).first()
    return {
        "domains": [{"name": name, "title": _name(name), "chosen": name == chosen} for _order, name in names],
        "domain": chosen,
        "title_of_domain": _name(chosen),
        "periods": PERIODS,
        "days": length,
        "at": mark.at if mark else None,
        **recommended(chosen, feed, days),
        **health(chosen, days),
        **drifts(chosen, today),
        "queue": queue.state(),
        "queue_days": list(QueueDay.objects.filter(day__gt=today - RECENT * DAY).order_by("-day")),
        "failures": queue.failures(),
    }


def summary() -> dict[str, Any]:
    """The last seven days of all domains in a few figures and sentences, for the first page of the admin."""
    today = timezone.localdate()
    totals = WatchDay.objects.filter(day__gt=today - RECENT * DAY).aggregate(**{name: Sum(name) for name in COUNTS})
    counts = {name: totals[name] or 0 for name in COUNTS}
    marks = list(WatchMark.objects.exclude(at=None).order_by("at").values_list("at", flat=True))
    alerts = Drift.objects.filter(over=True, day__gt=today - RECENT * DAY).count()
    waiting = queue.state()
    failed = queue.failed_since(timezone.now() - RECENT * DAY)
    return {
        "title": _("Watch"),
        "url": reverse("admin:recommendations_watchday_changelist"),
        **{name: counts[name] for name in ("shown", "clicked", "liked", "followed")},
        "click_rate": rate(counts["clicked"], counts["shown"]),
        "follow_rate": rate(counts["followed"], counts["shown"]),
        "alerts": alerts,
        "waiting": waiting["waiting"],
        "oldest": waiting["oldest"],
        "failed": failed,
        "at": marks[0] if marks else None,
    }
