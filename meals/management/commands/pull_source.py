"""`manage.py pull_source`: import what is new or changed in the operational database (SOURCE_DATABASE_URL)."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from meals.source import SourceError, pull
from meals.source.pull import BATCH


class Command(BaseCommand):
    help = "Read foods, menus and orders that are new or changed from the source database, read-only, in batches."

    def add_arguments(self, parser):
        parser.add_argument("--batch", type=int, default=BATCH, help="rows of one statement")
        parser.add_argument("--limit", type=int, help="rows of one table in this run; the next one goes on from there")

    def handle(self, *, batch, limit, **options):
        if batch < 1 or (limit is not None and limit < 1):
            raise CommandError("--batch and --limit are numbers from 1 on")
        try:
            with translation.override("en"):
                outcome = pull(batch=batch, limit=limit, write=self.stderr.write)
        except SourceError as error:
            raise CommandError(str(error)) from None
        for name in outcome.missing:
            self.stdout.write(f"{name}: the source has no such table")
        for name, counts in outcome.counts.items():
            told = ", ".join(f"{count:,} {kind}" for kind, count in sorted(counts.items())) or "nothing new"
            self.stdout.write(f"{name}: {told}")
        if outcome.errors:
            raise CommandError("; ".join(f"{name}: {error}" for name, error in outcome.errors.items()))
