"""Changes of what serves whom: switched inside one transaction, each with a row that says who, from where and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import structlog
from django.db import transaction

from ml import revisions

MAX_WHY = 500
logger = structlog.get_logger(__name__)

#: Called as ``fn(version, previous)`` after a promotion or rollback has committed (`previous` may be None).
listeners: list[Callable[[Any, Any], None]] = []


class RegistryError(Exception):
    """A version cannot be saved, promoted, rolled back or loaded; the message says why and what to do."""


class Cause(NamedTuple):
    """Who changes something, from where (`Promotion.Source`; empty: the admin for a person, else code), and why."""

    by: Any = None
    source: str = ""
    why: str = ""


def record(version, action: str, cause: Cause, **fields: Any) -> None:
    """Write one change into the log."""
    from ml.models import Promotion

    source = cause.source or (Promotion.Source.ADMIN if cause.by else Promotion.Source.CODE)
    why = " ".join(cause.why.split())[:MAX_WHY]
    Promotion.objects.create(version=version, action=action, by=cause.by, source=source, why=why, **fields)
    shown = {key: value for key, value in fields.items() if key in ("old", "new")}
    logger.info("release", action=action, version=str(version), source=source, **shown)


def last_promotion(domain: str, family: str):
    """The promotion that brought the present version."""
    from ml.models import Promotion

    rows = Promotion.objects.filter(version__domain=domain, version__family=family, undone=False, action="promote")
    return rows.select_related("version", "previous").order_by("-id").first()


def switch(version, action: str, cause: Cause):
    """Inside a transaction: make `version` the only one in production; its trials end."""
    from ml.models import ModelVersion

    rows = list(
        ModelVersion.objects.select_for_update().filter(domain=version.domain, family=version.family).order_by("pk")
    )
    version = next(row for row in rows if row.pk == version.pk)
    previous = next((row for row in rows if row.status == "production"), None)
    refuse_removed(version)
    if previous is not None and previous.pk == version.pk:
        return version
    if previous is not None:
        ModelVersion.objects.filter(pk=previous.pk).update(status="retired")
    for kind in ("canary", "shadow"):
        if share := getattr(version, kind):
            record(version, kind, cause, old=share, new=0.0)
    ModelVersion.objects.filter(pk=version.pk).update(status="production", canary=0.0, shadow=0.0)
    version.status = "production"
    record(version, action, cause, previous=previous, undone=action == "rollback")
    revisions.bump("models")
    transaction.on_commit(lambda: _tell(version, previous))
    return version


def refuse_removed(version) -> None:
    """RegistryError for a version whose base was removed (`ml.retention`); to be asked with its row locked."""
    if version.status == "removed":
        raise RegistryError(f"{version}: {version.broken}. Train it again.")


def set_share(version, kind: str, share: float, cause: Cause) -> bool:
    """Inside a transaction, rows locked: the share of one kind; another version's trial of the kind ends. Whether it changed."""
    rows = type(version).objects.filter(domain=version.domain, family=version.family)
    changed = False
    for row in rows.filter(**{f"{kind}__gt": 0}).defer("picture", "metrics").order_by("pk"):
        if row.pk != version.pk and share:
            rows.filter(pk=row.pk).update(**{kind: 0.0})
            record(row, kind, cause, old=getattr(row, kind), new=0.0)
            changed = True
    old = rows.values_list(kind, flat=True).get(pk=version.pk)
    if old != share:
        rows.filter(pk=version.pk).update(**{kind: share})
        record(version, kind, cause, old=old, new=share)
        changed = True
    return changed


def _tell(version, previous) -> None:
    for listener in listeners:
        listener(version, previous)
