"""All that is trained, by domain: what serves and how good it is, what waits beside it, how its last training went."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import Max, Q

from ml import names
from ml.admin import columns
from ml.models import ModelVersion, TrainingRun


def by_domain(trained: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """`trained`: (domain, family or estimator) → domains in that order with their models; four queries in all."""
    versions, runs = _versions(), _last_runs()
    models: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for domain, family in trained:
        run = runs.get((domain, family))
        models[domain].append(
            {
                "domain": domain,
                "family": family,
                "name": names.of(family),
                "production": versions.get((domain, family, "production")),
                "candidate": versions.get((domain, family, "candidate")),
                "run": run,
                "busy": run is not None and run.status in ("queued", "running"),
            }
        )
    return [{"name": names.domain(domain), "models": rows} for domain, rows in models.items()]


def _versions() -> dict[tuple[str, str, str], dict[str, Any]]:
    """(domain, family, status) → version in production or newest sound candidate, with its figure."""
    rows = ModelVersion.objects.filter(Q(status="production") | Q(status="candidate", broken=""))
    newest = rows.values("domain", "family", "status").annotate(number=Max("number")).order_by()
    wanted = Q(pk__in=[])
    for row in newest:
        wanted |= Q(**row)
    found = ModelVersion.objects.filter(wanted).defer("picture").annotate(**columns.EVALUATED)
    return {
        (row.domain, row.family, row.status): {"row": row, "quality": columns.quality(row.metrics, row)}
        for row in found
    }


def _last_runs() -> dict[tuple[str, str], TrainingRun]:
    newest = TrainingRun.objects.filter(kind="train").values("domain", "family").annotate(last=Max("pk")).order_by()
    rows = TrainingRun.objects.filter(pk__in=[row["last"] for row in newest]).select_related("version").defer("log")
    return {(row.domain, row.family): row for row in rows}
