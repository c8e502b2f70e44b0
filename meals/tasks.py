"""What runs in the task queue for meals; everything may run twice."""

import datetime as dt
import logging
from collections import defaultdict

from django.utils import timezone

from meals import spending, variety_curve
from meals.auto import auto_order, mails
from meals.models import Menu
from meals.services import deliver
from ml import parameters

logger = logging.getLogger(__name__)


def order_due(now=None):
    """Scheduled every few minutes: automatic orders of the groups whose cutoff is near. Returns counts by slot."""
    now = now or timezone.now()
    lead = dt.timedelta(minutes=parameters.get("meals.auto")["lead"])
    near = Menu.objects.filter(status=Menu.Status.OFFERED, closes_at__gt=now, closes_at__lte=now + lead)
    slots = defaultdict(set)
    for date, dining_type, group in near.order_by().values_list("date", "dining_type", "group").distinct():
        slots[date, dining_type].add(group)
    done = {
        f"{date} {dining_type}": auto_order(date, dining_type, now=now, groups=groups).counts
        for (date, dining_type), groups in sorted(slots.items())
    }
    mails.send_pending()
    return done


def finish_days():
    """Scheduled daily: orders of days that are over count as delivered."""
    return deliver()


def pull_source():
    """Scheduled hourly: what is new or changed in the operational database. Nothing where none is configured."""
    from django.conf import settings

    from meals.source import pull

    if not settings.SOURCE_DATABASE_URL:
        return {}
    outcome = pull(write=logger.warning)
    if outcome.errors:
        raise RuntimeError("; ".join(f"{name}: {error}" for name, error in outcome.errors.items()))
    return {name: dict(counts) for name, counts in outcome.counts.items()}


def forecast_spending():
    """Scheduled daily, and after each new version: what each member will spend. Returns for how many."""
    return spending.forecast()


def diversity_curve(feed="today"):
    """Queued by staff: how accurate and how varied a feed is at several strengths of variety."""
    return variety_curve.refresh(feed)
