"""Versions of bases: save, promote, roll back, and load what is in production, cached by the "models" revision."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import metadata
from typing import Any

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max

from ml import estimators, families, release
from ml import revisions as revision_numbers
from ml.families.base import Base
from ml.release import RegistryError
from ml.served import Cache, Trials
from ml.store import stores
from ml.values import freeze, jsonable

logger = structlog.get_logger(__name__)
STORE = "bases"
CACHED_BASES = 64


class BrokenVersion(RegistryError):
    """The stored base of a version is missing or does not verify."""


_cache = Cache()


def clear_cache() -> None:
    """Forget all cached bases of this process."""
    _cache.clear()


def save_version(
    domain: str,
    base: Base,
    *,
    metrics: Mapping[str, Any] | None = None,
    picture: bytes | None = None,
    rows: int = 0,
    window: Any = None,
    seed: int = 0,
):
    """Store `base` and register it as a candidate; an equal version that is already there is returned (and repaired).

    Parameters
    ----------
    metrics : plain values, shown in the admin. picture : a PNG, such as a confusion matrix.
    rows, window, seed : how many training rows, their time window (plain JSON value) and the random seed.
    """
    from ml.models import ModelVersion

    store, version = stores[STORE], base.version
    key = f"base/{domain}/{base.family}/{version}"
    state = {
        "family": base.family,
        "state": dict(base.state),
        "params": dict(base.params),
        "fingerprint": base.fingerprint,
        "format": format_of(base.family),
    }
    fields = {
        "metrics": jsonable(metrics or {}),
        "picture": picture,
        "rows": rows,
        "window": window,
        "seed": seed,
        "params": jsonable(dict(base.params)),
        "fingerprint": base.fingerprint,
        "code_version": code_version(),
    }
    with transaction.atomic():
        row = ModelVersion.objects.filter(domain=domain, family=base.family, version=version).first()
        if row is None or row.broken or store.size(key) == 0:
            store.put(key, state)
        fields["bytes"] = store.size(key)
        if row is None:
            return _insert(domain, base.family, version, fields)
        if row.broken:
            fields["broken"] = ""
            revision_numbers.bump("models")
        if row.status == ModelVersion.Status.REMOVED:
            fields["status"] = ModelVersion.Status.CANDIDATE
        if picture is None:
            fields.pop("picture")
        for name, value in fields.items():
            setattr(row, name, value)
        row.save(
            update_fields=list(fields)
        )  # somebody may release it at this moment: what else the row holds is theirs
        return row


def format_of(family: str) -> int:
    """Which form of state today's code of a family or estimator reads and writes; RegistryError for an unknown one."""
    for kind, names in ((families, families.FAMILIES), (estimators, estimators.ESTIMATORS)):
        if family in names:
            return kind.get(family).format
    raise RegistryError(f"this site has no family {family!r}")


def exists(domain: str, base: Base) -> bool:
    """Whether an equal version, in working order, is there already."""
    from ml.models import ModelVersion

    return ModelVersion.objects.filter(domain=domain, family=base.family, version=base.version, broken="").exists()


def code_version() -> str:
    """What made a base: the site's CODE_VERSION, where set, and the numeric libraries."""
    libraries = [f"{name} {metadata.version(name)}" for name in ("numpy", "scipy", "scikit-learn")]
    return ", ".join([*filter(None, [str(getattr(settings, "CODE_VERSION", ""))]), *libraries])[:100]


def _insert(domain: str, family: str, version: str, fields: dict):
    """A new row with the next number; two processes that save at once get different numbers."""
    from ml.models import ModelVersion

    versions = ModelVersion.objects.filter(domain=domain, family=family)
    for _ in range(10):
        number = (versions.aggregate(n=Max("number"))["n"] or 0) + 1
        try:
            with transaction.atomic():
                return ModelVersion.objects.create(
                    domain=domain, family=family, version=version, number=number, **fields
                )
        except IntegrityError:
            if (row := versions.filter(version=version).first()) is not None:
                return row
    raise RegistryError(f"{domain}/{family}: no free version number after ten attempts, try again")


def find(domain: str, family: str, version: str | int | None = None):
    """The version with this hash, number or alias (None: the newest usable one); RegistryError names the known ones.

    Aliases: `production`, and `candidate`, the newest usable one that never served.
    """
    from ml.models import ModelVersion

    versions = ModelVersion.objects.filter(domain=domain, family=family).order_by("-number")
    if version is None:
        row = versions.filter(broken="").first()
    elif version in ("production", "candidate"):
        sound = {} if version == "production" else {"broken": ""}
        row = versions.filter(status=version, **sound).first()
    else:
        text = str(version).lstrip("#")
        row = versions.filter(version=text).first()
        if row is None and text.isascii() and text.isdigit() and len(text) < 10:
            row = versions.filter(number=int(text)).first()
    if row is None:
        known = ", ".join(f"#{v.number} ({v.version})" for v in versions[:10]) or "none; train one first"
        wanted = "usable version" if version is None else f"version {version}"
        raise RegistryError(f"{domain}/{family} has no {wanted}; there are: {known}")
    return row


def promote(version, by=None, *, source: str = "", why: str = ""):
    """Put `version` into production and retire the one before it; RegistryError when its base cannot be loaded.

    `by`, `source` and `why` are kept in the log (`ml.release.Cause`).
    """
    release.refuse_removed(version)
    load(version.domain, version.family, version.version, cached=False)
    with transaction.atomic():
        return release.switch(version, "promote", release.Cause(by, source, why))


def rollback(domain: str, family: str, by=None, *, source: str = "", why: str = ""):
    """Put back the version that was in production before the present one; returns it."""
    from ml.models import Promotion

    last = release.last_promotion(domain, family)
    if last is None or last.previous is None:
        raise RegistryError(f"{domain}/{family}: there is no earlier version in production to go back to")
    release.refuse_removed(last.previous)
    load(domain, family, last.previous.version, cached=False)
    with transaction.atomic():
        if not Promotion.objects.filter(pk=last.pk, undone=False).update(undone=True):
            raise RegistryError(f"{domain}/{family} was rolled back by somebody else just now")
        return release.switch(last.previous, "rollback", release.Cause(by, source, why))


def production_versions(revisions: Mapping[str, int] | None = None) -> Mapping[tuple[str, str], tuple[str, str]]:
    """(domain, family) → (version in production, why it is broken or ""), one query per change of "models"."""
    return _cache.serving(revisions).production


def trials(revisions: Mapping[str, int] | None = None) -> Trials:
    """(domain, family) → sound versions that are tried beside production; read by the same query."""
    return _cache.serving(revisions).trials


def production(domain: str, family: str, revisions: Mapping[str, int] | None = None) -> Base | None:
    """The base that serves (domain, family); None when there is none, or it is broken (logged, shown in the admin)."""
    version, broken = production_versions(revisions).get((domain, family), ("", ""))
    if not version or broken:
        return None
    try:
        return load(domain, family, version)
    except BrokenVersion as error:
        logger.error("production_base_broken", domain=domain, family=family, version=version, reason=str(error))
        return None


def load(domain: str, family: str, version: str, *, cached: bool = True) -> Base:
    """The base of one version, from a cache of the last ones; BrokenVersion when it is missing or does not verify."""
    key = (domain, family, version)
    with _cache.lock:
        if cached and key in _cache.bases:
            _cache.bases.move_to_end(key)
            return _cache.bases[key]
    base = _read(domain, family, version)  # not under the lock: a thread within a write transaction may wait for it
    with _cache.lock:
        base = _cache.bases.setdefault(key, base) if cached else base
        _cache.bases[key] = base
        while len(_cache.bases) > CACHED_BASES:
            _cache.bases.popitem(last=False)
        return base


def _read(domain: str, family: str, version: str) -> Base:
    state = stores[STORE].get(f"base/{domain}/{family}/{version}")
    if state is None:
        raise _broken(
            domain, family, version, "its base is missing from the store, or failed verification and is in quarantine"
        )
    try:
        freeze(state["state"])
        base = Base(state["family"], state["state"], state["params"], state["fingerprint"])
    except (KeyError, TypeError) as error:
        raise _broken(domain, family, version, "its base does not have the expected form") from error
    if base.family != family:
        raise _broken(domain, family, version, f"its base is of the family {base.family!r}")
    made, read = state.get("format", 1), format_of(family)
    if made != read:
        raise _broken(domain, family, version, f"its base has format {made}, this code reads format {read}")
    base.cache["version"] = version  # the signature binds content to key; hashing a large vocabulary again takes 0.1 s
    return base


def _broken(domain: str, family: str, version: str, reason: str) -> BrokenVersion:
    """Mark the version and make the error."""
    from ml.models import ModelVersion

    rows = ModelVersion.objects.filter(domain=domain, family=family, version=version)
    if rows.exclude(broken=reason[:200]).update(broken=reason[:200]):
        revision_numbers.bump("models")
    _cache.bases.pop((domain, family, version), None)
    return BrokenVersion(f"{domain}/{family} {version}: {reason}. Train it again, or roll back.")
