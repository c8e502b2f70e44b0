"""The web processes look after the task queue: a worker that is dead cannot mail that it is.

After a request, at most once a minute for each process, in a thread, so that nobody waits for it. A monitor that asks
`/healthz` keeps it going where no visitor does.
"""

from __future__ import annotations

import logging
import threading
import time

from django.core.signals import request_finished
from django.db import connection

logger = logging.getLogger(__name__)

EVERY = 60.0  # seconds

_last = time.monotonic()
_lock = threading.Lock()


def start() -> None:
    """Look from now on; for the web server's entry points."""
    request_finished.connect(_after_request, dispatch_uid="watch pulse")


def _after_request(**kwargs) -> None:
    if time.monotonic() - _last >= EVERY and _due():
        threading.Thread(target=look, name="watch-pulse", daemon=True).start()


def _due() -> bool:
    global _last
    with _lock:
        if time.monotonic() - _last < EVERY:
            return False
        _last = time.monotonic()
        return True


def look() -> None:
    """Check what may be wrong with the queue; whatever fails is logged, for there is nobody to tell."""
    from recommendations.watch import alerts

    try:
        alerts.check(alerts.QUICK)
    except Exception:
        logger.exception("the task queue could not be looked after")
    finally:
        connection.close()
