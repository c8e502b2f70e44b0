"""Days and times of meals: days are those of the site's time zone (Asia/Seoul), times are kept in UTC."""

import datetime as dt

from django.utils import timezone

WEEKDAYS = range(7)  # Monday is 0
#: How far ahead a menu may be planned, in days.
HORIZON = 366


def today(at=None):
    """The day in the site's time zone at a moment (default: now)."""
    return timezone.localdate(at or timezone.now(), timezone.get_default_timezone())


def moment(day, time):
    """A day and a time of the site's time zone as an aware moment; a time that a clock change repeats is its first."""
    return dt.datetime.combine(day, time, timezone.get_default_timezone()).astimezone(dt.UTC)


def bounds(day):
    """The moments in UTC at which a day of the site's time zone begins and ends (exclusive)."""
    return moment(day, dt.time()), moment(day + dt.timedelta(days=1), dt.time())
