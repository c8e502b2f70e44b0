"""The recommendations' part of the admin's first page: each domain at a glance, warnings, and the task queue."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.dashboard import Card, Link, Tile, card, links, tiles
from ml.models import ModelVersion
from recommendations.domains import domains
from recommendations.watch import mails, queue
from recommendations.watch.aggregation import DAY
from recommendations.watch.figures import rate
from recommendations.watch.models import Alert, MixDay, WatchDay

WEEK = 7
COURSE = 28  # days that a tile draws
OLD = 600  # seconds that a task may wait before somebody has to look
WATCH = "admin:recommendations_watchday_changelist"
COUNTS = ("shown", "clicked", "followed")


@tiles("recommendations.view_watchday", 10)
def at_a_glance() -> list[Tile]:
    """From the daily tables and the versions in production: three queries whatever the log holds."""
    today = timezone.localdate()
    days = [today - n * DAY for n in reversed(range(COURSE))]
    shown = _by_day(WatchDay.objects.filter(day__gte=days[0]), *COUNTS)
    events = _by_day(MixDay.objects.filter(day__gte=days[0], cause="verb"), "n")
    made = defaultdict(list)
    for domain, at in ModelVersion.objects.filter(status="production").values_list("domain", "created_at"):
        made[domain].append(at)
    ordered = sorted(domains, key=lambda kind: (kind.order, kind.name))
    return [_tile(kind, days, shown[kind.name], events[kind.name], made[kind.name]) for kind in ordered]


def _by_day(rows, *columns: str) -> dict[str, dict[dt.date, tuple[int, ...]]]:
    """Domain → day → sums."""
    found: dict[str, dict[dt.date, tuple[int, ...]]] = defaultdict(dict)
    for row in rows.values("domain", "day").order_by().annotate(**{f"sum_{c}": Sum(c) for c in columns}):
        found[row["domain"]][row["day"]] = tuple(row[f"sum_{c}"] for c in columns)
    return found


def _tile(kind, days: list[dt.date], shown: dict, events: dict, made: list[dt.datetime]) -> Tile:
    week = days[-WEEK:]
    seen, clicked, followed = (sum(shown[day][n] for day in week if day in shown) for n in range(len(COUNTS)))
    course = [shown.get(day, (0,))[0] for day in days]
    title = _("Shown, by day (28 days)")
    if not any(course):  # nothing was counted as shown yet: what members did says whether the part is alive
        course, title = [events.get(day, (0,))[0] for day in days], _("Events, by day (28 days)")
    figures = [
        (_("Shown in 7 days"), seen),
        (_("Clicked"), _percent(rate(clicked, seen))),
        (_("Joined, ordered, solved"), _percent(rate(followed, seen))),
        (_("Events in 7 days"), sum(events[day][0] for day in week if day in events)),
    ]
    url = f"{reverse(WATCH)}?domain={kind.name}"
    return Tile(kind.verbose_name or kind.name, url, figures, course, title, _models(made))


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"


def _models(made: list[dt.datetime]) -> str:
    if not made:
        return _("No model is in production.")
    text = ngettext("%(n)d model in production", "%(n)d models in production", len(made)) % {"n": len(made)}
    return f"{text} · " + _("oldest: %(age)s") % {"age": timesince(min(made), depth=1)}


@card("recommendations.view_watchday", 17)
def warnings() -> Card:
    """What is wrong now: drift, failed tasks and trainings, a queue that stands still."""
    page = f"{reverse(WATCH)}#alerts"
    found = list(Alert.objects.filter(ended_at=None).order_by("-began_at", "-pk"))
    lines = [(f"{one.get_cause_display()}: {mails.sentence(one)}", page) for one in found[:3]]
    return Card(_("Open warnings"), len(found), page, "", lines, warn=bool(found))


@card("recommendations.view_watchday", 60)
def waiting() -> Card:
    """Tasks that wait and for how long, and those that failed within a day."""
    now, page = timezone.now(), reverse(WATCH) + "#queue"
    found, failed = queue.state(now), queue.failed_since(now - DAY)
    late = found["oldest"] > OLD
    age = timesince(now - dt.timedelta(seconds=found["oldest"]), now, depth=1)
    detail = _("The oldest waits for %(age)s.") % {"age": age} if found["waiting"] else _("Nothing waits.")
    lines = [(_("Failed in 24 hours: %(n)d") % {"n": failed}, page)]
    return Card(_("Tasks in the queue"), found["waiting"], page, detail, lines, warn=bool(failed or late))


links.append(Link(gettext_lazy("Watch"), lambda: reverse(WATCH), "recommendations.view_watchday", "monitoring"))
