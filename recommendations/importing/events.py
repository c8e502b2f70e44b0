"""Rows of a file become events: recorded and learned as `record_event` does, but many at a time."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter

from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from recommendations.bulk import by_member, record_many
from recommendations.domains import Domain, UnknownVerb
from recommendations.importing import values
from recommendations.importing.members import members_for
from recommendations.importing.report import Report, forget_queries
from recommendations.importing.tables import Table
from recommendations.models import CatalogueEntry, Event
from recommendations.services import publish

BATCH = 10_000
CHUNK = 2000
ATTEMPTS = 3
COLUMNS = ("user", "item", "verb", "occurred_at", "value")
SUMMARY = ("read", "recorded", "known_already", "left_out", "bad", "members")


@dataclass(frozen=True)
class Options:
    """What the command line says; `now` is the time of events whose file has no times."""

    now: dt.datetime
    verb: str | None = None
    min_value: float | None = None
    source: str = ""
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One good row."""

    line: int
    user: str
    item: str
    verb: str
    occurred_at: dt.datetime
    value: float | None
    key: str


class NothingToDo(Exception):
    """A row below `--min-value`."""


def load_events(domain: Domain, table: Table, columns: dict[str, str], report: Report, options: Options) -> None:
    """Record and learn every row of `table`, a transaction for each batch; bad ones are reported and left out."""
    batch: list[Fact] = []
    for fact in _facts(domain, table, columns, report, options):
        batch.append(fact)
        if len(batch) == BATCH:
            _write(domain, batch, report, options)
            report.progress(table.position)
            batch = []
    _write(domain, batch, report, options)


def _facts(domain: Domain, table: Table, columns: dict[str, str], report: Report, options: Options) -> Iterator[Fact]:
    for line, row in table.rows:
        report.counts["read"] += 1
        try:
            yield parse(line, row, domain, columns, options)
        except values.BadValue as error:
            report.bad(line, str(error))
        except NothingToDo:
            report.counts["left_out"] += 1


def parse(line: int, row: dict, domain: Domain, columns: dict[str, str], options: Options) -> Fact:
    def cell(ours: str):
        return row.get(columns[ours]) if ours in columns else None

    user = values.identifier(cell("user"), columns["user"], options.source)
    item = values.identifier(cell("item"), columns["item"], options.source)
    value = values.number(cell("value"), columns.get("value", "value"))
    if options.min_value is not None and (value is None or value < options.min_value):
        raise NothingToDo
    verb = values.text(cell("verb"), columns.get("verb", "verb")) or options.verb
    if not verb:
        raise values.BadValue(f"{columns.get('verb', 'verb')} is empty")
    if verb not in domain.verbs:
        raise values.BadValue(f"{columns.get('verb', 'verb')}: {UnknownVerb(verb[:40], list(domain.verbs))}")
    when, mark = options.now, ""
    if "occurred_at" in columns:
        found = values.moment(cell("occurred_at"), columns["occurred_at"], unit=options.unit)
        if found is None:
            raise values.BadValue(f"{columns['occurred_at']} is empty")
        if found.timestamp() < 86_400:
            raise values.BadValue(f"{columns['occurred_at']}: an event cannot be before 1970-01-02")
        when, mark = min(found, options.now), found.isoformat()
    # From what the row says and nothing else: the same file again gives the same keys.
    key = hashlib.sha256("\x1f".join(("import", domain.name, user, item, verb, mark)).encode()).hexdigest()
    return Fact(line, user, item, verb, when, value, key)


def _write(domain: Domain, batch: list[Fact], report: Report, options: Options) -> None:
    if not batch:
        return
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                outcome = _write_batch(domain, batch, options)
            break
        except (IntegrityError, OperationalError):
            # Somebody recorded the same things meanwhile; a second look sees them. --atomic leaves no second look.
            if attempt == ATTEMPTS or connection.in_atomic_block:
                raise
    counts, strangers = outcome
    report.counts.update(counts)
    for fact in strangers:
        report.bad(fact.line, f"there is no item {fact.item!r} in {domain.name!r}; import the items first")
    forget_queries()


def _write_batch(domain: Domain, batch: list[Fact], options: Options) -> tuple[dict[str, int], list[Fact]]:
    items = items_for(domain, {fact.item for fact in batch})
    good: dict[str, Fact] = {}
    for fact in batch:
        if fact.item in items:
            good.setdefault(fact.key, fact)
    members, new = members_for({fact.user for fact in good.values()}, options.source)
    events = [_event(domain, fact, members[fact.user], items[fact.item]) for fact in good.values()]
    events = _unrecorded(events, new)
    events = [event for event, made in zip(events, domain.apply_many(events), strict=True) if made]
    record_many(domain, events)
    strangers = [fact for fact in batch if fact.item not in items]
    known = len(batch) - len(strangers) - len(events)
    return {"recorded": len(events), "known_already": known, "members": len(new)}, strangers


def items_for(domain: Domain, external_ids: set[str]) -> dict[str, tuple[str, int]]:
    """External id → (item id, ref), of items in the catalogue; published on the way where somebody forgot to."""
    rows, ordered = domain.get_catalogue(), sorted(external_ids)
    found: dict[str, tuple[str, int]] = {}
    for n in range(0, len(ordered), CHUNK):
        part = rows.filter(external_id__in=ordered[n : n + CHUNK])
        ids = {external: str(pk) for external, pk in part.values_list("external_id", "pk")}
        entries = CatalogueEntry.objects.filter(domain=domain.name, item_id__in=ids.values())
        refs = dict(entries.values_list("item_id", "revision_id"))
        forgotten = [row for row in part if str(row.pk) not in refs] if len(refs) < len(ids) else []
        refs.update(zip((str(row.pk) for row in forgotten), publish(domain.name, forgotten), strict=True))
        found.update({external: (pk, refs[pk]) for external, pk in ids.items()})
    return found


def _event(domain: Domain, fact: Fact, user, item: tuple[str, int]) -> Event:
    return Event(
        user=user,
        domain=domain.name,
        item_id=item[0],
        revision_id=item[1],
        verb=fact.verb,
        value=fact.value,
        occurred_at=fact.occurred_at,
        client_key=fact.key,
    )


def _unrecorded(events: list[Event], new: set[int]) -> list[Event]:
    """The events that are not in the log yet, oldest first."""
    known: set[tuple[int, str]] = set()
    for user_id, own in by_member(events).items():
        if user_id not in new:
            keys = [event.client_key for event in own]
            # One member at a time: the index is (member, key), and a list of both would be a product.
            for n in range(0, len(keys), CHUNK):
                rows = Event.objects.filter(user_id=user_id, client_key__in=keys[n : n + CHUNK])
                known.update((user_id, str(key)) for key in rows.values_list("client_key", flat=True))
    left = [event for event in events if (event.user_id, event.client_key) not in known]
    return sorted(left, key=attrgetter("occurred_at"))


def start(verb: str | None, min_value: float | None, source: str, unit: str | None) -> Options:
    return Options(now=timezone.now(), verb=verb, min_value=min_value, source=source, unit=unit)
