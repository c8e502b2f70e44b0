"""The open JSON format of a member's model: what `parse` accepts is safe to import (docs/personal-models.md)."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from ml.families.history import fixed
from recommendations.domains import Domain
from recommendations.services import CLOCK_SKEW, EARLIEST

FORMAT, VERSION = "moa-personal-model", 1
MAX_BYTES = 32 * 1024 * 1024
MAX_EVENTS = 20_000  # about ten seconds of the model's lock; the database waits for twenty
MAX_WEIGHT = 100


class TransferError(ValueError):
    """A file that cannot be imported; `field` is the path of the culprit in it."""

    def __init__(self, field: str, message: str):
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of a file, checked; `weight` in thousandths."""

    key: str
    item: str
    revision: str
    verb: str
    weight: int
    value: float | None
    context: str
    occurred_at: dt.datetime


def parse(data: bytes, domain: Domain) -> tuple[list[Entry], str | None]:
    """The events and the digest of a file; TransferError names what is wrong with it. Nothing is read from the database."""
    if len(data) > MAX_BYTES:
        raise TransferError("file", _("The file is larger than %(most)s MB.") % {"most": MAX_BYTES // 2**20})
    try:
        content = json.loads(data, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise TransferError("file", _("This is not JSON. Send a file that was downloaded here.")) from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise TransferError(
            "format", _("This is not a downloaded model: “format” must be “%(name)s”.") % {"name": FORMAT}
        )
    if content.get("version") != VERSION or isinstance(content["version"], bool):
        raise TransferError("version", _("Only version %(version)s of the format can be read.") % {"version": VERSION})
    if content.get("domain") != domain.name:
        raise TransferError("domain", _("This file belongs to another domain; import it there."))
    events, digest = content.get("events"), content.get("digest")
    if not isinstance(events, list) or len(events) > MAX_EVENTS:
        raise TransferError("events", _("“events” must be a list of at most %(most)s events.") % {"most": MAX_EVENTS})
    if digest is not None and not _is_sha(digest):
        raise TransferError("digest", _("This must be 64 hexadecimal digits."))
    latest = timezone.now() + CLOCK_SKEW
    entries = [_entry(event, f"events.{n}", latest) for n, event in enumerate(events)]
    if "learned" in content:
        _compare(content["learned"], entries)
    return entries, digest


def _refuse_constant(name: str):
    raise ValueError(name)


def _entry(event: Any, where: str, latest: dt.datetime) -> Entry:
    if not isinstance(event, dict):
        raise TransferError(where, _("An event is an object."))
    for name in ("key", "revision"):
        if not _is_sha(event.get(name)):
            raise TransferError(f"{where}.{name}", _("This must be 64 hexadecimal digits."))
    for name, most in (("item", 64), ("verb", 32)):
        if not (isinstance(event.get(name), str) and 0 < len(event[name]) <= most and event[name].isprintable()):
            raise TransferError(
                f"{where}.{name}", _("This must be a text of 1 to %(most)s characters.") % {"most": most}
            )
    context: Any = event.get("context", "")
    if not (isinstance(context, str) and len(context) <= 64 and (not context or context.isprintable())):
        raise TransferError(f"{where}.context", _("This must be a text of at most %(most)s characters.") % {"most": 64})
    weight: Any = event.get("weight")
    value: Any = event.get("value")
    if not _is_number(weight) or abs(weight) > MAX_WEIGHT:
        raise TransferError(
            f"{where}.weight", _("This must be a number from -%(most)s to %(most)s.") % {"most": MAX_WEIGHT}
        )
    if value is not None and not _is_number(value):
        raise TransferError(f"{where}.value", _("The value must be a finite number."))
    return Entry(
        key=event["key"],
        item=event["item"],
        revision=event["revision"],
        verb=event["verb"],
        weight=fixed(weight),
        value=None if value is None else float(value),
        context=context,
        occurred_at=_moment(event.get("occurred_at"), f"{where}.occurred_at", latest),
    )


def _is_sha(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 64 and not value.strip("0123456789abcdef")


def _is_number(value: Any) -> bool:
    # bool is an int, and an int of a thousand digits is finite but no float
    return (
        isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e300 and math.isfinite(value)
    )


def _moment(value: Any, where: str, latest: dt.datetime) -> dt.datetime:
    try:
        found = parse_datetime(value) if isinstance(value, str) and len(value) < 64 else None
        if found is None or found.tzinfo is None or not EARLIEST <= found <= latest:
            raise ValueError
        return found.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        message = _("This must be a time with its zone, from 1970 to now, such as 2026-05-01T03:00:00Z.")
        raise TransferError(where, message) from None


def _compare(learned: Any, entries: Iterable[Entry]) -> None:
    """TransferError unless `learned` is what the events add up to: a file that was cut or changed in one place only."""
    want: Counter[tuple[str, str, int]] = Counter()
    for entry in entries:
        want[entry.item, entry.revision, entry.weight < 0] += abs(entry.weight)
    have: Counter[tuple[str, str, int]] = Counter()
    try:
        for row in learned:
            have[row["item"], row["revision"], False] += fixed(row["liked"])
            have[row["item"], row["revision"], True] += fixed(row["disliked"])
        equal = +have == +want
    except (TypeError, KeyError, ValueError, OverflowError):
        equal = False
    if not equal:
        message = _("The events do not add up to “learned”. To import a changed file, leave “learned” out.")
        raise TransferError("learned", message)
