"""Fills a web process's memory beside its first requests: numeric libraries, catalogues, bases and their features."""

from __future__ import annotations

import logging
import threading

from django.db import connection

from recommendations import selectors
from recommendations.domains import domains

logger = logging.getLogger(__name__)


def warm_up() -> None:
    """Rank each domain's first feed once; a failure is logged, the first request will meet it again."""
    try:
        for domain in domains:
            for feed in domain.feeds[:2]:
                selectors.feed(domain.name, feed.name, n=1)
    except Exception:
        logger.exception("warm-up failed")
    finally:
        connection.close()


def start() -> None:
    """Warm up in a thread. For servers only, after their workers were made: a fork would hang on the libraries' threads."""
    threading.Thread(target=warm_up, name="warm-up", daemon=True).start()
