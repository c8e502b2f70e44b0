"""Orders as purchases, and what members are expected to spend: `forecast` writes it, staff see it in the admin."""

import logging
from dataclasses import replace

import numpy as np
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django_q.tasks import async_task

from meals.models import Order, SpendingForecast
from ml import estimators, registry
from ml.estimators.spending.purchases import Purchases
from ml.estimators.spending.segments import segment, traits
from recommendations.row_keys import member_hash

DOMAIN, NAME, DAY = "meals", "spending", 86_400
BATCH = 2000
logger = logging.getLogger(__name__)


def purchases(at=None):
    """(what was ordered before `at` and not cancelled, key of each member number's user); days count from 1970 in UTC."""
    rows = Order.objects.live().filter(created_at__lt=at or timezone.now()).order_by("pk")
    found = list(rows.values_list("user_id", "created_at", "price").iterator(chunk_size=10_000))
    users, member = np.unique(np.array([user for user, _at, _price in found], np.int64), return_inverse=True)
    days = [when.timestamp() / DAY for _user, when, _price in found]
    bought = Purchases.of(member, days, [price for _user, _at, price in found], len(users))
    hashes = np.array([member_hash(DOMAIN, user) for user in users.tolist()], np.uint64)
    return replace(bought, hashes=hashes), users


def forecast(at=None):
    """Write a row for everybody who ever ordered, by the model in production; return how many. Nothing where there is none.

    Safe to run twice and beside itself: rows are written in the order of members, what is older goes.
    """
    base = registry.production(DOMAIN, NAME)
    if base is None:
        logger.info("spending: no model in production; manage.py train meals --family spending")
        return 0
    at = at or timezone.now()
    bought, users = purchases(at)
    rows = _rows(base, bought, users, at)
    with transaction.atomic():
        there = set(get_user_model().objects.filter(meal_orders__isnull=False).values_list("pk", flat=True))
        rows = [row for row in rows if row.user_id in there]  # who was erased meanwhile is gone
        fields = [field.name for field in SpendingForecast._meta.concrete_fields if not field.primary_key]
        SpendingForecast.objects.bulk_create(
            rows, batch_size=BATCH, update_conflicts=True, unique_fields=["user"], update_fields=fields
        )
        SpendingForecast.objects.filter(made_at__lt=at).delete()
    return len(rows)


def _rows(base, bought, users, at):
    if not len(bought):
        return []
    day = at.timestamp() / DAY
    found = estimators.get(NAME).predict(base, bought, day)
    known = traits(bought, day, found.member)
    names = segment(known).names
    columns = (users[found.member], found.expected, found.low, found.high, found.will_order, known[:, 0])
    counts = np.bincount(bought.member, minlength=bought.members)[found.member]
    more = (known[:, 1], counts, known[:, 2], names)
    return [
        SpendingForecast(
            user_id=user,
            expected=round(max(expected, 0)),
            low=round(low),
            high=round(high),
            will_order=min(max(will_order, 0.0), 1.0),
            recency=recency,
            frequency=frequency,
            orders=orders,
            amount=round(amount),
            segment=name,
            made_at=at,
            version=base.version,
        )
        for user, expected, low, high, will_order, recency, frequency, orders, amount, name in zip(
            *(column.tolist() for column in (*columns, *more)), strict=True
        )
    ]


def promoted(version, previous):
    """A new model is in production: the task queue makes its forecasts (`ml.release.listeners`)."""
    if (version.domain, version.family) == (DOMAIN, NAME):
        async_task("meals.tasks.forecast_spending")
