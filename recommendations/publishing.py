"""How rows become item revisions and catalogue entries: in bulk, a revision only where the content changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.db import connection, transaction

from ml import revisions
from ml.families.base import digest
from ml.families.items import Item
from recommendations.domains import Domain, domains
from recommendations.models import CatalogueEntry, ItemRevision

CHUNK = 500


def sha_of(item: Item) -> str:
    return digest([item.text, item.label, list(item.tags), dict(item.numbers)])


def publish(domain: str, rows: Iterable) -> list[int]:
    """Tell the catalogue that rows are new or changed, in the transaction that wrote them; returns their refs in order."""
    return publish_rows(domains[domain], list(rows))


def withdraw(domain: str, ids: Iterable) -> None:
    """Take items out of the catalogue; what members learned from them stays theirs."""
    with transaction.atomic():
        number = revisions.bump(f"catalogue:{domain}")
        entries = CatalogueEntry.objects.filter(domain=domain, item_id__in=[str(i) for i in ids])
        entries.update(listed=False, changed=number)


def publish_rows(domain: Domain, rows: Sequence) -> list[int]:
    """Revisions and entries for `rows`; returns the refs in order. One revision-number bump for all."""
    if not rows:
        return []
    with transaction.atomic():
        number = revisions.bump(f"catalogue:{domain.name}")
        return [ref for chunk in _chunks(rows) for ref in _publish_chunk(domain, chunk, number)]


def publish_all(domain: Domain, progress=None) -> int:
    """Bring the catalogue in line with all rows, healing what was written past `publish`; returns how many rows there are."""
    query = domain.get_catalogue().order_by("pk")
    done, seen, batch = 0, set(), []
    for row in query.iterator(chunk_size=CHUNK):
        batch.append(row)
        seen.add(str(row.pk))
        if len(batch) == CHUNK:
            publish_rows(domain, batch)
            done, batch = done + len(batch), []
            if progress:
                progress(done)
    publish_rows(domain, batch)
    gone = set(CatalogueEntry.objects.filter(domain=domain.name, listed=True).values_list("item_id", flat=True)) - seen
    if gone:
        withdraw(domain.name, gone)
    _refresh_statistics()
    return done + len(batch)


def _refresh_statistics() -> None:
    """Without statistics SQLite fetches a page's few rows by walking all that are open; a sample takes milliseconds."""
    if connection.vendor == "sqlite":  # PostgreSQL looks after its own
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA analysis_limit = 1000")
            cursor.execute("ANALYZE")


def _chunks(rows: Sequence) -> Iterator[Sequence]:
    return (rows[n : n + CHUNK] for n in range(0, len(rows), CHUNK))


def _publish_chunk(domain: Domain, rows: Sequence, number: int) -> list[int]:
    items = [domain.item(row) for row in rows]
    shas = [sha_of(item) for item in items]
    known = _refs(domain.name, items)
    missing = {(i.id, sha): i for i, sha in zip(items, shas, strict=True) if (i.id, sha) not in known}
    if missing:
        ItemRevision.objects.bulk_create(
            [
                ItemRevision(
                    domain=domain.name,
                    item_id=i.id,
                    sha=sha,
                    text=i.text,
                    label=i.label,
                    tags=list(i.tags),
                    numbers=dict(i.numbers),
                )
                for (_, sha), i in missing.items()
            ],
            ignore_conflicts=True,
        )
        known = _refs(domain.name, items)
    refs = [known[item.id, sha] for item, sha in zip(items, shas, strict=True)]
    entries = []
    for row, item, ref in zip(rows, items, refs, strict=True):
        opens, closes = domain.window(row)
        entries.append(
            CatalogueEntry(
                domain=domain.name,
                item_id=item.id,
                revision_id=ref,
                listed=domain.is_listed(row),
                created=item.numbers.get("created", 0.0),
                opens=opens,
                closes=closes,
                changed=number,
            )
        )
    CatalogueEntry.objects.bulk_create(
        entries,
        update_conflicts=True,
        unique_fields=["domain", "item_id"],
        update_fields=["revision", "listed", "created", "opens", "closes", "changed"],
    )
    return refs


def _refs(domain: str, items: Sequence[Item]) -> dict[tuple[str, str], int]:
    rows = ItemRevision.objects.filter(domain=domain, item_id__in=[i.id for i in items])
    return {(item_id, sha): pk for item_id, sha, pk in rows.values_list("item_id", "sha", "pk")}
