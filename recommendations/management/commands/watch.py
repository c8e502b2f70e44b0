"""`manage.py watch`: what the hourly task does, now; `--rebuild` counts all days anew from the log."""

from django.core.management.base import BaseCommand, CommandError

from recommendations.watch.run import watch


class Command(BaseCommand):
    help = "Bring the daily figures of what is recommended up to the log; --rebuild counts all days anew."

    def add_arguments(self, parser):
        parser.add_argument("--rebuild", action="store_true", help="count every day anew, not only what is new")

    def handle(self, *, rebuild, **options):
        try:
            watch(rebuild=rebuild, say=self.stdout.write)
        except RuntimeError as error:
            raise CommandError(str(error)) from None
