"""`manage.py promote DOMAIN FAMILY [--version V]`: put a model version into production."""

from django.core.management.base import BaseCommand, CommandError

from ml import registry


class Command(BaseCommand):
    help = "Put a model version into production (the newest one, or --model-version with its hash or number)."

    def add_arguments(self, parser):
        parser.add_argument("domain")
        parser.add_argument("family")
        parser.add_argument("--why", default="", help="the reason, for the log of releases")
        parser.add_argument(
            "--model-version", metavar="V", help="hash or number of the version; default: the newest usable one"
        )

    def handle(self, *, domain, family, model_version, why, **options):
        try:
            found = registry.find(domain, family, model_version)
            version = registry.promote(found, source="command", why=why)
        except registry.RegistryError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(self.style.SUCCESS(f"in production: {version}"))
