"""`manage.py auto_order --date YYYY-MM-DD --dining-type lunch|dinner`: order for those who opted in and have not ordered."""

import datetime as dt
import json
from collections import Counter

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from meals.auto import auto_order
from meals.models import DiningType

SHOWN = 50


class Command(BaseCommand):
    help = (
        "Order the best meal within their limits for every opted-in member without an order. Runs any number of times."
    )

    def add_arguments(self, parser):
        parser.add_argument("--date", required=True, help="the day of the meal, YYYY-MM-DD, in the site's time zone")
        parser.add_argument("--dining-type", required=True, help="lunch or dinner")
        parser.add_argument("--now", help="the moment that counts for cutoffs, ISO-8601 (default: now)")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be ordered")

    def handle(self, *, date, dining_type, now, dry_run, **options):
        if dining_type not in DiningType.values:
            raise CommandError(f"--dining-type {dining_type}: choose lunch or dinner")
        day, moment = _day(date), _moment(now)
        summary = auto_order(day, dining_type, now=moment, dry_run=dry_run)
        if dry_run:
            self._show(summary)
        for reason, count in sorted(Counter(map(str, summary.skipped.values())).items()):
            self.stdout.write(f"left out, {reason}: {count:,}")
        self.stdout.write(json.dumps(summary.counts))

    def _show(self, summary):
        for user_id, menu in list(summary.ordered.items())[:SHOWN]:
            self.stdout.write(f"member {user_id}: would get {menu.food.name} ({menu.price:,} won), menu {menu.pk}")
        self._more(summary.ordered)
        left = {user_id: reason for user_id, reason in summary.skipped.items() if reason != "has_order"}
        for user_id, reason in list(left.items())[:SHOWN]:
            self.stdout.write(f"member {user_id}: would get nothing, {reason}")
        self._more(left)

    def _more(self, rows):
        if len(rows) > SHOWN:
            self.stdout.write(f"… and {len(rows) - SHOWN:,} more")


def _day(text):
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"--date {text}: give a date such as 2026-05-01") from None


def _moment(text):
    if text is None:
        return timezone.now()
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise CommandError(f"--now {text}: give a time such as 2026-05-01T09:30:00+09:00")
    return timezone.make_aware(found) if timezone.is_naive(found) else found
