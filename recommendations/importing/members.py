"""The members behind the names in a file: known ones are found, unknown ones become placeholders who cannot log in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password

CHUNK = 2000
ADDRESS = "imported-{}@placeholder.invalid"


def members_for(ids: Iterable[str], source: str = "") -> tuple[dict[str, Any], set[int]]:
    """External id → member, and the primary keys of those made now.

    What follows the namespace of `source` may also be the e-mail address of a real member.
    """
    model = get_user_model()
    wanted = sorted(ids)
    found: dict[str, Any] = {}
    for chunk in _chunks(wanted):
        found.update({str(user.external_id): user for user in model.objects.filter(external_id__in=chunk)})
    prefix = f"{source}:" if source else ""
    addresses: dict[str, list[str]] = {}
    for one in wanted:
        if "@" in one and one not in found:
            addresses.setdefault(one.removeprefix(prefix).lower(), []).append(one)
    for chunk in _chunks(list(addresses)):
        for user in model.objects.filter(email__in=chunk, is_placeholder=False):
            found.update(dict.fromkeys(addresses[user.email.lower()], user))
    made = model.objects.bulk_create([placeholder(one) for one in wanted if one not in found], batch_size=500)
    found.update({str(user.external_id): user for user in made})
    return found, {user.pk for user in made}


def placeholder(external_id: str):
    """An unsaved placeholder, the same for the same id."""
    mark = hashlib.sha256(external_id.encode()).hexdigest()[:16]
    return get_user_model()(
        email=ADDRESS.format(mark),
        nickname=f"imported-{mark}",
        password=make_password(None),
        external_id=external_id,
        is_placeholder=True,
        is_active=False,
    )


def _chunks(values: list[str]):
    return (values[n : n + CHUNK] for n in range(0, len(values), CHUNK))
