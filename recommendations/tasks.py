"""What runs in the task queue: fitting bases. Tasks are idempotent, since the queue delivers at least once."""

from __future__ import annotations

import logging

from recommendations import catalogue
from recommendations.data import log_of
from recommendations.domains import domains

logger = logging.getLogger(__name__)


def train_family(domain: str, family: str, promote: bool = True, progress=None):
    """Fit one base on the whole log and catalogue; returns the ModelVersion. Equal data gives the version that is there."""
    from ml import registry, training

    kind = domains[domain]
    data = log_of(kind, catalogue.current(domain)).training()
    version = training.train(domain, family, data, progress=progress)
    if promote:
        registry.promote(version)
    return version


def train_domain(domain: str, promote: bool = True) -> list[str]:
    return [str(train_family(domain, family, promote).pk) for family in domains[domain].families]


def refresh_popularity() -> None:
    """Scheduled: popularity follows the log."""
    for domain in domains:
        if "popularity" in domain.families:
            train_family(domain.name, "popularity")


def retrain() -> None:
    """Scheduled nightly: all bases of all domains, after healing the catalogue."""
    from recommendations.publishing import publish_all

    for domain in domains:
        publish_all(domain)
        train_domain(domain.name)
