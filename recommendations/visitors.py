"""Hooks that accounts calls: a visitor became a member, a member takes their data along, a member is erased."""

from __future__ import annotations

from accounts import hooks
from recommendations import personal
from recommendations.domains import domains
from recommendations.models import Event
from recommendations.row_keys import drop_rows
from recommendations.services import adopt_visitor

EXPORTED = (
    "pk",
    "domain",
    "sequence",
    "item_id",
    "verb",
    "weight",
    "value",
    "occurred_at",
    "recorded_at",
    "feed",
    "forgotten_at",
)


def export(user) -> dict:
    """All events of a member, forgotten ones as tombstones, and each model's state in numbers."""
    events = Event.objects.filter(user=user).order_by("domain", "sequence")
    return {
        "events": [
            dict(zip(EXPORTED, row, strict=True)) for row in events.values_list(*EXPORTED).iterator(chunk_size=2000)
        ],
        "models": {
            domain.name: [
                {"revision": ref, "liked": liked / 1000, "disliked": disliked / 1000}
                for ref, liked, disliked in personal.history_of(personal.load(user.pk, domain))
            ]
            for domain in domains
        },
    }


def erase(user) -> None:
    for domain in domains:
        personal.erase(user.pk, domain)
        drop_rows(domain.name, user.pk)


hooks.on_login("recommendations", adopt_visitor)
hooks.on_export("recommendations", export)
hooks.on_erase("recommendations", erase)
