"""The items of a domain in memory, one copy per process, kept up to date by the catalogue's revision number."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from ml import revisions
from ml.families.items import Catalogue, Item
from recommendations.models import CatalogueEntry, ItemRevision


@dataclass(frozen=True)
class Snapshot:
    """The listed items at one catalogue number, as equally long arrays; `rows` point into `catalogue`, times are unix."""

    catalogue: Catalogue
    ids: np.ndarray
    rows: np.ndarray
    created: np.ndarray
    opens: np.ndarray
    closes: np.ndarray
    regions: np.ndarray
    labels: np.ndarray
    label_names: tuple[str, ...]
    position: Mapping[str, int] = field(repr=False)
    number: int = 0

    def __len__(self) -> int:
        return len(self.ids)

    def item(self, position: int) -> Item:
        return self.catalogue.items[self.rows[position]]

    def open_at(self, at: float) -> np.ndarray:
        """Mask of the items that exist and are within their window at a moment."""
        return (self.created <= at) & (self.opens <= at) & (at <= self.closes)


def snapshot_of(catalogue: Catalogue, entries: Iterable[tuple], number: int = 0) -> Snapshot:
    """A snapshot from (item id, ref, created, opens, closes) tuples; None opens and closes mean always."""
    entries = sorted(entries, key=lambda e: (e[2], e[0]))
    rows = catalogue.rows(e[1] for e in entries)
    names = [catalogue.items[row].label for row in rows]
    label_names, labels = (
        np.unique(np.array(names, dtype=object).astype(str), return_inverse=True) if names else ((), np.zeros(0))
    )
    return Snapshot(
        catalogue=catalogue,
        ids=np.array([e[0] for e in entries], dtype=object),
        rows=rows,
        created=np.array([e[2] for e in entries], dtype=np.float64),
        opens=np.array([-np.inf if e[3] is None else e[3] for e in entries], dtype=np.float64),
        closes=np.array([np.inf if e[4] is None else e[4] for e in entries], dtype=np.float64),
        regions=np.array([catalogue.items[row].numbers.get("region", 0.0) for row in rows], dtype=np.float64),
        labels=np.asarray(labels, dtype=np.int32),
        label_names=tuple(map(str, label_names)),
        position={e[0]: n for n, e in enumerate(entries)},
        number=number,
    )


def to_item(revision: ItemRevision) -> Item:
    return Item(
        id=revision.item_id,
        text=revision.text,
        label=revision.label,
        tags=tuple(revision.tags),
        numbers=revision.numbers,
        ref=revision.pk,
    )


class LiveCatalogue:
    """Follows one domain's entries; a change elsewhere is read at the next `snapshot` call, and only what changed."""

    def __init__(self, domain: str):
        self.domain = domain
        self.catalogue = Catalogue(load=self._load)
        self._entries: dict[str, tuple] = {}
        self._snapshot: Snapshot | None = None
        self._lock = threading.Lock()

    def _load(self, refs: list[int]) -> list[Item]:
        return [to_item(r) for r in ItemRevision.objects.filter(domain=self.domain, pk__in=refs)]

    def snapshot(self, numbers: Mapping[str, int]) -> Snapshot:
        """The snapshot at the number in `numbers` (from `revisions.current()`)."""
        wanted = numbers.get(f"catalogue:{self.domain}", 0)
        ready = self._snapshot
        if ready is not None and ready.number == wanted:
            return ready
        with self._lock:
            if self._snapshot is None or self._snapshot.number != wanted:
                self._snapshot = self._refresh(wanted)
            return self._snapshot

    def known_ref(self, item_id: str, numbers: Mapping[str, int]) -> int | None:
        """The item's current ref where memory has it at that number; None means "ask the database"."""
        ready = self._snapshot
        if ready is None or ready.number != numbers.get(f"catalogue:{self.domain}", 0):
            return None
        position = ready.position.get(item_id)
        return None if position is None else ready.item(position).ref

    def _refresh(self, wanted: int) -> Snapshot:
        since = -1 if self._snapshot is None else self._snapshot.number
        if wanted < since:  # another database behind the same process (tests)
            self._entries, since, self.catalogue = {}, -1, Catalogue(load=self._load)
        changed = CatalogueEntry.objects.filter(domain=self.domain, changed__gt=since).select_related("revision")
        for entry in changed.iterator(chunk_size=2000):
            if entry.listed:
                self.catalogue.add(to_item(entry.revision))
                self._entries[entry.item_id] = (
                    entry.item_id,
                    entry.revision_id,
                    entry.created,
                    entry.opens,
                    entry.closes,
                )
            else:
                self._entries.pop(entry.item_id, None)
        return snapshot_of(self.catalogue, self._entries.values(), wanted)


_live: dict[str, LiveCatalogue] = {}


def live(domain: str) -> LiveCatalogue:
    return _live.setdefault(domain, LiveCatalogue(domain))


def forget_all() -> None:
    """Drop every in-memory catalogue (tests; after a database was exchanged)."""
    _live.clear()


def current(domain: str) -> Snapshot:
    return live(domain).snapshot(revisions.current())
