"""One cell's value as the site needs it, or a BadValue that says what is wrong with it."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import Any

from django.utils import timezone

ID_LENGTH = 100
CLOCK_SKEW = dt.timedelta(minutes=5)
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
UNITS = {"s": 1, "ms": 1000}
NUMBER = re.compile(r"[+-]?\d{1,20}(\.\d+)?([eE][+-]?\d{1,2})?")
DAY = re.compile(r"(\d{4})[./-](\d{1,2})[./-](\d{1,2})\.?(?=$|[T ])")
COMPACT_DAY = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")


class BadValue(ValueError):
    """Why a row cannot be loaded."""


def text(value: Any, name: str) -> str:
    """A string, trimmed; numbers as they are written, nothing as ''."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise BadValue(f"{name}: a text or a number was expected")
    value = str(value).strip()
    if "\x00" in value or any("\ud800" <= char <= "\udfff" for char in value):
        raise BadValue(f"{name}: NUL or broken Unicode")
    return value


def identifier(value: Any, name: str, source: str = "") -> str:
    """An external id, in the namespace of `source`."""
    if isinstance(value, float) and not math.isfinite(value):  # JSON's 1e999
        raise BadValue(f"{name}: {value} is not an id")
    found = text(value, name)
    if not found:
        raise BadValue(f"{name} is empty")
    found = f"{source}:{found}" if source else found
    if len(found) > ID_LENGTH:
        raise BadValue(f"{name} is longer than {ID_LENGTH} characters")
    return found


def tags(value: Any, name: str) -> list[str]:
    """Tags from a list or from text with `|` between them; empty ones go."""
    parts = value if isinstance(value, list) else text(value, name).split("|")
    return [tag for part in parts if (tag := text(part, name))]


def number(value: Any, name: str) -> float | None:
    found = text(value, name)
    if not found:
        return None
    try:
        result = float(found)
    except ValueError:
        raise BadValue(f"{name}: {found[:40]!r} is not a number") from None
    if not math.isfinite(result):
        raise BadValue(f"{name}: {found[:40]!r} is not a finite number")
    return result


def moment(value: Any, name: str, *, unit: str | None = None) -> dt.datetime | None:
    """A time in the past: ISO-8601 or a number of `unit` (default: seconds) since 1970; naive times are the site's.

    Raises
    ------
    BadValue : what is neither, before 1970, or in the future.
    """
    found = text(value, name)
    if not found:
        return None
    try:
        result = _moment(found, unit)
    except (ValueError, OverflowError):
        result = None
    if result is None:
        raise BadValue(f"{name}: {found[:40]!r} is not a time (ISO-8601, or a number with --time-unit)")
    if result < EPOCH:
        raise BadValue(f"{name}: {found[:40]!r} is before 1970")
    if result > timezone.now() + CLOCK_SKEW:
        hint = "; for milliseconds give --time-unit ms" if unit != "ms" and NUMBER.fullmatch(found) else ""
        raise BadValue(f"{name}: {found[:40]!r} is in the future{hint}")
    return result


def schedule(value: Any, name: str) -> dt.datetime | None:
    """A time that may lie ahead, as text."""
    found = text(value, name)
    if not found:
        return None
    try:
        return _moment(found, None)
    except (ValueError, OverflowError):
        raise BadValue(f"{name}: {found[:40]!r} is not a time (ISO-8601)") from None


def _moment(found: str, unit: str | None) -> dt.datetime:
    if NUMBER.fullmatch(found) and not (unit is None and COMPACT_DAY.fullmatch(found)):
        seconds = float(found) / UNITS[unit or "s"]
        if not abs(seconds) < 1e13:
            raise OverflowError
        # Times beyond the calendar are in the future all the same.
        return EPOCH + dt.timedelta(seconds=min(max(seconds, -1e10), 2e11))
    found = DAY.sub(lambda day: f"{day[1]}-{day[2]:0>2}-{day[3]:0>2}", found, count=1)
    result = dt.datetime.fromisoformat(found)
    return (timezone.make_aware(result) if timezone.is_naive(result) else result).astimezone(dt.UTC)
