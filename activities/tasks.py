"""Work for the task queue: training the filter of comments."""

import datetime as dt

from django.utils import timezone
from django_q.models import Schedule
from django_q.tasks import schedule

from activities.services.screening import DOMAIN, ESTIMATOR
from ml.runs import AlreadyRunning
from recommendations.tasks import train_family

AGAIN = dt.timedelta(minutes=1)


def train_filter() -> None:
    """Train the filter and put it into production; where it is being trained, without the newest decisions, again later."""
    try:
        train_family(DOMAIN, ESTIMATOR)
    except AlreadyRunning:
        schedule(f"{__name__}.train_filter", schedule_type=Schedule.ONCE, next_run=timezone.now() + AGAIN, repeats=-1)
