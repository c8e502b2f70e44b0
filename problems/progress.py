"""What a member has solved, in numbers over time: for the page about one's own progress."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils import timezone

from problems.models import Attempt, Submission

RECENT_LEVELS = 5


@dataclass(frozen=True)
class Solved:
    """One solved problem: when and how hard."""

    at: dt.datetime
    level: int


@dataclass(frozen=True)
class Overview:
    """A member's figures; streaks are days in a row with something solved, the current one alive until midnight."""

    solved: int
    tried: int
    submissions: int
    streak: int
    longest: int
    level: float | None


def solved(user) -> list[Solved]:
    """What a member has solved, oldest first: one query."""
    rows = Attempt.objects.filter(user=user, solved_at__isnull=False).order_by("solved_at", "id")
    return [Solved(at, level) for at, level in rows.values_list("solved_at", "problem__level")]


def days(user, since: dt.date) -> dict[dt.date, int]:
    """Submissions per day since a day, in the site's time zone: one query."""
    start = timezone.make_aware(dt.datetime.combine(since, dt.time.min))
    rows = Submission.objects.filter(user=user, queued_at__gte=start).annotate(day=TruncDate("queued_at")).order_by()
    return dict(rows.values_list("day").annotate(count=Count("pk")))


def overview(user, rows: list[Solved], today: dt.date) -> Overview:
    """The figures: two queries besides `rows` (`solved`)."""
    current, longest = streaks({timezone.localdate(row.at) for row in rows}, today)
    recent = [row.level for row in rows[-RECENT_LEVELS:]]
    return Overview(
        solved=len(rows),
        tried=Attempt.objects.filter(user=user, solved_at=None).count(),
        submissions=Submission.objects.filter(user=user).count(),
        streak=current,
        longest=longest,
        level=sum(recent) / len(recent) if recent else None,
    )


def streaks(solved_on: set[dt.date], today: dt.date) -> tuple[int, int]:
    """The current and the longest run of days.

    >>> days = {dt.date(2026, 1, day) for day in (1, 2, 3, 6, 7)}
    >>> streaks(days, dt.date(2026, 1, 8)), streaks(days, dt.date(2026, 1, 9))
    ((2, 3), (0, 3))
    """
    longest = run = 0
    before = None
    for day in sorted(solved_on):
        run = run + 1 if before and day - before == dt.timedelta(days=1) else 1
        longest, before = max(longest, run), day
    alive = before is not None and today - before <= dt.timedelta(days=1)
    return run if alive else 0, longest


def running_mean(levels: list[int], width: int = RECENT_LEVELS) -> list[float]:
    """The mean of each level and those before it, `width` at most.

    >>> running_mean([2, 4, 6], 2)
    [2.0, 3.0, 5.0]
    """
    windows = (levels[max(0, end - width) : end] for end in range(1, len(levels) + 1))
    return [sum(window) / len(window) for window in windows]
