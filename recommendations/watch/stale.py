"""Days whose counts hold somebody who left: noted when a log is erased, counted anew by the next run."""

from __future__ import annotations

from django.db.models import QuerySet
from django.db.models.functions import TruncDate
from django.db.models.signals import pre_delete
from django.dispatch import receiver

from accounts.models import User
from recommendations.models import Event
from recommendations.watch.models import StaleDay


def mark(events: QuerySet[Event]) -> None:
    """Note the days of events that are about to be removed."""
    days = events.annotate(date=TruncDate("occurred_at")).values_list("domain", "date").distinct().order_by()
    StaleDay.objects.bulk_create([StaleDay(domain=domain, day=day) for domain, day in days])


@receiver(pre_delete, sender=User, dispatch_uid="stale days")
def _member_goes(sender, instance, **kwargs) -> None:
    mark(Event.objects.filter(user=instance))
