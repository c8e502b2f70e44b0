"""Trying a version beside production: as a canary for a share of members, or in the shadow, ranking without being shown.

Which versions are tried is read with what is in production (`ml.registry`), so a request asks nothing more. A change holds
from the next request in every process. A version that cannot be loaded falls back to production.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from hashlib import blake2b

import structlog
from django.db import transaction

from ml import families, registry, release, revisions
from ml.families.base import Base
from ml.registry import RegistryError
from ml.served import Trial

logger = structlog.get_logger(__name__)
KINDS = ("canary", "shadow")


def place_of(version: str, member: int) -> float:
    """Where a member stands between 0 and 1 in the order in which they get a version: the same in every process, always."""
    digest = blake2b(f"{version}:{member}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def base_for(domain: str, family: str, numbers: Mapping[str, int], member: int | None = None) -> Base | None:
    """The base that serves a member (None: a visitor, who is never in a canary)."""
    if member is not None:
        for trial in registry.trials(numbers).get((domain, family), ()):
            if trial.canary and place_of(trial.version, member) < trial.canary:
                base = _loaded(domain, family, trial.version)
                if base is not None:
                    return base
    return registry.production(domain, family, numbers)


def shadows(domain: str, names: Iterable[str], numbers: Mapping[str, int]) -> dict[str, Trial]:
    """Family → the version of it that also ranks, without being shown."""
    tried = registry.trials(numbers)
    if not tried:
        return {}
    found = {name: [t for t in tried.get((domain, name), ()) if t.shadow] for name in names}
    return {name: trials[0] for name, trials in found.items() if trials}


def _loaded(domain: str, family: str, version: str) -> Base | None:
    try:
        return registry.load(domain, family, version)
    except registry.BrokenVersion as error:  # marked as broken by this, so it ends for everybody
        logger.error("tried_base_broken", domain=domain, family=family, version=version, reason=str(error))
        return None


def set_share(version, kind: str, share: float, by=None, *, source: str = "", why: str = ""):
    """Try `version` as `kind` ("canary" or "shadow") with a share from 0 (stop) to 1; another one's trial of the kind ends.

    `by`, `source` and `why` are kept in the log (`ml.release.Cause`).

    Raises
    ------
    RegistryError : a share out of bounds; a version in production, broken, or of a model that ranks no feed; nothing changes.
    """
    if kind not in KINDS:
        raise RegistryError(f"{kind!r} is none of: {', '.join(KINDS)}")
    if not (math.isfinite(share) and 0 <= share <= 1):
        raise RegistryError(f"a share is a number from 0 to 1, not {share}")
    if share:
        if version.family not in families.FAMILIES:
            raise RegistryError(f"{version} ranks no feed, so it cannot be tried on requests")
        release.refuse_removed(version)
        registry.load(version.domain, version.family, version.version, cached=False)
    rows = type(version).objects.filter(domain=version.domain, family=version.family)
    with transaction.atomic():
        locked = {
            row.pk: row
            for row in rows.select_for_update()
            .only("pk", "domain", "family", "number", "version", "status", "broken")
            .order_by("pk")
        }
        if share and locked[version.pk].status == "production":
            raise RegistryError(f"{version} is in production already, there is nothing to try")
        if share:
            release.refuse_removed(locked[version.pk])
        if release.set_share(version, kind, share, release.Cause(by, source, why)):
            revisions.bump("models")
    version.refresh_from_db(fields=[kind])
    return version
