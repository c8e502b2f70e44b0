"""`manage.py rollback DOMAIN FAMILY`: put back the version that was in production before."""

from django.core.management.base import BaseCommand, CommandError

from ml import registry


class Command(BaseCommand):
    help = "Put back the model version that was in production before the present one."

    def add_arguments(self, parser):
        parser.add_argument("domain")
        parser.add_argument("family")
        parser.add_argument("--why", default="", help="the reason, for the log of releases")

    def handle(self, *, domain, family, why, **options):
        try:
            version = registry.rollback(domain, family, source="command", why=why)
        except registry.RegistryError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(self.style.SUCCESS(f"in production: {version}"))
