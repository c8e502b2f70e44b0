"""The hourly task, and the same for the command."""

from __future__ import annotations

import logging
from collections.abc import Callable

from recommendations.domains import domains
from recommendations.watch import aggregation, alerts, drift, health, queue, workers

logger = logging.getLogger(__name__)


def watch(*, rebuild: bool = False, mails: bool = True, say: Callable[[str], object] = logger.info) -> None:
    """Count what is new, or all; measure health, drift and queue; mail alerts. Twice does no harm.

    One domain that fails keeps no other from being watched.

    Raises
    ------
    RuntimeError : domains that failed, by name.
    """
    workers.rescue()
    queue.measure()
    failed = []
    for domain in domains:
        try:
            days = aggregation.aggregate(domain, rebuild=rebuild)
            health.measure(domain)
            drift.measure(domain)
        except Exception as error:
            logger.exception("watching failed: domain=%s", domain.name)
            failed.append(f"{domain.name}: {error}")
        else:
            say(f"{domain.name}: {days} days counted")
    if mails:
        alerts.check()
    if failed:
        raise RuntimeError("; ".join(failed))
