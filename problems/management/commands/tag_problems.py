"""`manage.py tag_problems`: tags from the topic model for problems that nobody has tagged."""

from django.core.management.base import BaseCommand, CommandError

from problems.models import Problem
from problems.tagging import tag_untagged, untagged


class Command(BaseCommand):
    help = "Give problems without tags (or with the model's only) the tags that the topic model finds in their text."

    def add_arguments(self, parser):
        parser.add_argument("slugs", nargs="*", metavar="SLUG", help="only these problems")

    def handle(self, *, slugs, **options):
        chosen = Problem.objects.filter(slug__in=slugs) if slugs else None
        missing = set(slugs) - set(Problem.objects.filter(slug__in=slugs).values_list("slug", flat=True))
        if missing:
            raise CommandError(f"There is no problem {', '.join(sorted(missing))}.")
        asked = (untagged() if chosen is None else chosen & untagged()).count()
        try:
            count = tag_untagged(chosen)
        except LookupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{count} of {asked} problems without tags from people got tags")
