"""How many old versions of a model keep their bases; rows, metrics and the log of releases stay."""

from __future__ import annotations

from functools import partial

import structlog
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from ml import parameters, registry, release
from ml.parameters import Parameter
from ml.store import stores

SCOPE = "ml.training"
REMOVED = gettext_noop("its base was removed, since newer versions are kept in its place")
logger = structlog.get_logger(__name__)


def declare() -> None:
    """What staff may set."""
    help_text = _(
        "After a training the bases and pictures of older versions are deleted, their metrics stay. Never deleted: "
        "production, the version before it, canary, shadow, and what was adopted from elsewhere."
    )
    keep = Parameter("keep_versions", 10, min=2, max=1000, label=_("Versions kept per model"), help=help_text)
    parameters.define(SCOPE, [keep], title=_("Training of models"))


def prune(domain: str, family: str, trained=None) -> int:
    """Remove the bases of all but the newest versions of a model; how many. `trained`: a version that stays whatever its age."""
    from ml.models import ModelVersion

    keep = parameters.get(SCOPE)["keep_versions"]
    rows = ModelVersion.objects.filter(domain=domain, family=family).exclude(status=ModelVersion.Status.REMOVED)
    with transaction.atomic():
        locked = list(rows.select_for_update().defer("picture", "params").order_by("-number"))
        last = release.last_promotion(domain, family)  # no promotion goes on while the rows are locked
        safe = {getattr(last, "previous_id", None), getattr(trained, "pk", None)}
        old = [row for row in locked[keep:] if not (row.pk in safe or _needed(row))]
        ModelVersion.objects.filter(pk__in=[row.pk for row in old]).update(
            status=ModelVersion.Status.REMOVED, broken=REMOVED, picture=None, bytes=0
        )
        for row in old:
            transaction.on_commit(partial(stores[registry.STORE].delete, row.key), robust=True)
    if old:
        logger.info("versions_removed", domain=domain, family=family, numbers=[row.number for row in old])
    return len(old)


def _needed(row) -> bool:
    """Whether it serves, is tried, or could not be made again by training."""
    return bool(row.status == "production" or row.canary or row.shadow or "origin" in row.metrics)
