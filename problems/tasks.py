"""What the judge's cluster of the task queue runs. Tasks are idempotent: a token delivered twice finds the row taken."""

import logging
import time
from datetime import timedelta

from django.utils import timezone

from problems.models import Trial
from problems.services import queue
from problems.services.health import check_sandbox
from problems.services.judging import judge_row, recover

logger = logging.getLogger(__name__)
#: Seconds after which a worker hands its turn on, so that a stop or a recycling of the worker waits for one row only.
TURN = 3.0
#: How long trial runs are kept.
KEPT = timedelta(days=1)


def judge_waiting():
    """Judge what waits, whose turn it is first, until nothing does or the turn is over. Nothing is run without a sandbox."""
    if not check_sandbox().ok:
        return 0
    recover()
    count, until = 0, time.monotonic() + TURN
    while (row := queue.claim(worker := queue.worker_name())) is not None:
        try:
            judge_row(row, worker)
        except Exception:
            logger.exception("%s %s: the judge broke down", type(row).__name__, row.pk)
            queue.extend(row, worker, -queue.LEASE.total_seconds())  # recovered at once
            recover()
        count += 1
        if time.monotonic() > until or not check_sandbox().ok:
            queue.send_token()
            break
    return count


def keep_judging():
    """Scheduled each minute: test the sandbox, take rows back from dead workers, wake workers whose tokens were lost."""
    check_sandbox()
    recover()
    Trial.objects.filter(queued_at__lt=timezone.now() - KEPT).delete()
    if queue.rows_waiting():
        queue.send_token()
