"""What runs in the task queue: fitting bases. Tasks are idempotent, since the queue delivers at least once."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from recommendations import catalogue, model_settings
from recommendations.data import log_of
from recommendations.domains import domains

logger = logging.getLogger(__name__)


def train_family(domain: str, family: str, promote: bool = True, progress=None):
    """Fit one base on the whole log and catalogue; returns the ModelVersion. Equal data gives the version that is there."""
    from ml import registry, training

    kind, params = domains[domain], None
    if family in kind.estimators:
        data = kind.estimator_data(family)
    else:
        params = model_settings.in_force(domain, family)
        data = log_of(kind, catalogue.current(domain)).training(extra=kind.training_extra())
    version = training.train(domain, family, data, params, progress=progress)
    if promote:
        registry.promote(version)
    return version


def refresh_popularity() -> None:
    """Scheduled: popularity follows the log."""
    _train_all((domain.name, "popularity") for domain in domains if "popularity" in domain.families)


def retrain() -> None:
    """Scheduled nightly: all bases of all domains, after healing the catalogue. Adopted bases stay until staff train anew."""
    from recommendations.publishing import publish_all

    for domain in domains:
        publish_all(domain)
    pairs = [(domain.name, family) for domain in domains for family in domain.models]
    _train_all(pair for pair in pairs if not _adopted(*pair))


def _train_all(pairs: Iterable[tuple[str, str]]) -> None:
    """Train each; one that fails keeps no other from being trained. What is empty (ValueError) is no failure."""
    failed = []
    for domain, family in pairs:
        try:
            train_family(domain, family)
        except ValueError as error:
            logger.info("not trained: domain=%s family=%s: %s", domain, family, error)
        except Exception as error:
            logger.exception("training failed: domain=%s family=%s", domain, family)
            failed.append(f"{domain}/{family}: {error}")
    if failed:
        raise RuntimeError("; ".join(failed))


def _adopted(domain: str, family: str) -> bool:
    """Whether the production base was taken over from somebody else's pipeline (`adopt_pipeline`)."""
    from ml.models import ModelVersion

    found = ModelVersion.objects.filter(domain=domain, family=family, status="production").values_list(
        "metrics", flat=True
    )
    return any("origin" in metrics for metrics in found)
