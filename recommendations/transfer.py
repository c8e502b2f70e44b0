"""A member's model as an open JSON file, and back (docs/personal-models.md)."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from ml import revisions
from ml.families.history import SCALE
from recommendations import personal, selectors
from recommendations.domains import CLIENT_VERBS, Domain
from recommendations.models import IMPORTED, Event, ItemRevision
from recommendations.portable import FORMAT, VERSION, Entry, TransferError
from recommendations.services import latest_event

CHUNK = 500


@dataclass
class Outcome:
    recorded: int = 0
    duplicates: int = 0
    unknown: list[dict[str, str]] = field(default_factory=list)
    digest: str = ""
    equal: bool | None = None  # None: the file names no digest


def download(user, domain: Domain) -> dict[str, Any]:
    """Everything that makes up a member's model, as plain JSON values."""
    log = list(personal.log(user.pk, domain.name).select_related("revision").order_by("sequence"))
    state = personal.replay(log, domain=domain.name)  # of the same rows, so that the file is sound beside live traffic
    switches = (personal.PAUSE, personal.RESUME)
    events = [event for event in log if event.forgotten_at is None and event.verb not in switches]
    numbers = revisions.current()
    return {
        "format": FORMAT,
        "version": VERSION,
        "domain": domain.name,
        "exported_at": _utc(timezone.now()),
        "bases": {name: base.version for name, base in selectors.bases_of(domain, numbers).items()},
        "paused": state["paused"],
        "digest": personal.digest_of(state),
        "events": [_event_out(event) for event in events],
        "learned": list(_learned_out(state)),
    }


def key_of(event: Event) -> str:
    """What an event is known by in files, however often it goes out and comes back."""
    if event.feed == IMPORTED and event.client_key:
        return event.client_key
    return own_key(event.pk, event.occurred_at)


def own_key(pk: int, occurred_at: dt.datetime) -> str:
    # Made of what a tombstone keeps, so that a forgotten event is recognised and nothing about its item is told.
    return hashlib.sha256(f"moa-event:{pk}:{_utc(occurred_at)}".encode()).hexdigest()


def _event_out(event: Event) -> dict[str, Any]:
    revision = event.revision
    return {
        "id": event.pk,
        "key": key_of(event),
        "item": event.item_id,
        "revision": revision.sha if revision else "",
        "title": revision.text.split("\n", 1)[0][:100] if revision else "",
        "verb": event.verb,
        "weight": event.weight / SCALE,
        "value": event.value,
        "context": event.context,
        "occurred_at": _utc(event.occurred_at),
    }


def _learned_out(state: personal.State) -> Iterator[dict[str, Any]]:
    entries = list(personal.history_of(state))
    known = ItemRevision.objects.in_bulk([ref for ref, _liked, _disliked in entries])
    for ref, liked, disliked in entries:
        revision = known.get(ref)
        if revision is not None:
            yield {
                "item": revision.item_id,
                "revision": revision.sha,
                "label": revision.label,
                "text": revision.text,
                "liked": liked / SCALE,
                "disliked": disliked / SCALE,
            }


def _utc(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def restore(user, domain: Domain, entries: list[Entry], digest: str | None = None) -> Outcome:
    """Record a file's events with their weights, all in one transaction, each once however often it is imported.

    Events whose item revision or verb this site does not have are reported and left out; forgotten ones stay forgotten.
    """
    refs = _refs(domain, entries)
    outcome, known = Outcome(), []
    for entry in entries:
        if (entry.item, entry.revision) not in refs:
            outcome.unknown.append({"item": entry.item, "verb": entry.verb, "reason": "item"})
        elif entry.verb not in domain.verbs:
            outcome.unknown.append({"item": entry.item, "verb": entry.verb, "reason": "verb"})
        else:
            known.append(entry)

    def change(state: personal.State) -> personal.State:
        if state["paused"]:
            raise TransferError("domain", _("Learning is paused here. Resume it, then import."))
        fresh = _applied(user, domain, _fresh(user, domain, known))
        outcome.recorded, outcome.duplicates = len(fresh), len(known) - len(fresh)
        events = [
            Event(
                user=user,
                domain=domain.name,
                sequence=state["sequence"] + n,
                item_id=entry.item,
                revision_id=refs[entry.item, entry.revision],
                verb=entry.verb,
                weight=entry.weight,
                value=entry.value,
                context=entry.context,
                occurred_at=entry.occurred_at,
                client_key=entry.key,
                feed=IMPORTED,
            )
            for n, entry in enumerate(fresh, 1)
        ]
        Event.objects.bulk_create(events, batch_size=CHUNK)
        return personal.replay(events, state)

    state = personal.write(user.pk, domain, change)
    outcome.digest = personal.digest_of(state)
    outcome.equal = None if digest is None else digest == outcome.digest
    return outcome


def _chunks(values: Iterable[str]) -> Iterator[list[str]]:
    found = sorted(set(values))
    return (found[n : n + CHUNK] for n in range(0, len(found), CHUNK))


def _refs(domain: Domain, entries: Iterable[Entry]) -> dict[tuple[str, str], int]:
    """(item, content hash) → revision: what was learned must be here word for word, the item's present text will not do."""
    refs = {}
    for chunk in _chunks(entry.revision for entry in entries):
        rows = ItemRevision.objects.filter(domain=domain.name, sha__in=chunk)
        refs.update({(item_id, sha): pk for item_id, sha, pk in rows.values_list("item_id", "sha", "pk")})
    return refs


def _fresh(user, domain: Domain, entries: list[Entry]) -> list[Entry]:
    """The entries that are not in the member's log yet, not even as tombstones; under the model's lock."""
    own = personal.log(user.pk, domain.name).values_list("pk", "occurred_at")
    seen = {own_key(pk, occurred_at) for pk, occurred_at in own.iterator(chunk_size=2000)}
    for chunk in _chunks(entry.key for entry in entries):
        keys = Event.objects.filter(user=user, client_key__in=chunk).values_list("client_key", flat=True)
        seen.update(filter(None, keys))
    fresh = []
    for entry in entries:
        if entry.key not in seen:
            seen.add(entry.key)
            fresh.append(entry)
    return fresh


def _applied(user, domain: Domain, entries: list[Entry]) -> list[Entry]:
    """Make the rows that belong to verbs (likes) where the item may be seen; leaves out a like of what is liked already."""
    wanted = {entry.item for entry in entries if entry.verb in CLIENT_VERBS}
    rows: dict[str, Any] = {}
    for chunk in _chunks(wanted):
        rows.update({str(row.pk): row for row in domain.get_visible(user=user).filter(pk__in=chunk)})

    def is_new(entry: Entry) -> bool:
        row = rows.get(entry.item) if entry.verb in CLIENT_VERBS else None
        if row is None or domain.apply(user, row, entry.verb):
            return True
        return latest_event(user, domain.name, entry.item, entry.verb) is None

    return [entry for entry in entries if is_new(entry)]
