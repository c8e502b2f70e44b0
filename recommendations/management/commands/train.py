"""`manage.py train [DOMAIN] [--family F] [--no-promote]`: fit bases and put them into production."""

import time

from django.core.management.base import BaseCommand, CommandError

from recommendations.domains import Unknown, domains
from recommendations.publishing import publish_all
from recommendations.tasks import train_claimed, train_family


class Command(BaseCommand):
    help = "Fit the bases of a domain (default: of all) on its catalogue and log, and promote them."

    def add_arguments(self, parser):
        parser.add_argument("domain", nargs="?")
        parser.add_argument("--family", action="append", help="only this family (repeatable)")
        parser.add_argument("--run", type=int, help="train this queued run; what the task queue calls")
        parser.add_argument("--no-promote", action="store_true", help="keep the new versions as candidates")

    def handle(self, *, domain, family, run, no_promote, **options):
        if run is not None:
            train_claimed(run, promote=not no_promote)
            return
        try:
            chosen = [domains[domain]] if domain else list(domains)
        except Unknown as error:
            raise CommandError(str(error)) from None
        for kind in chosen:
            unknown = set(family or ()) - set(kind.models)
            if unknown and domain:
                raise CommandError(
                    f"{kind.name} has no family {', '.join(sorted(unknown))}; it has: {', '.join(kind.models)}"
                )
            publish_all(kind)
            for name in kind.models:
                if not family or name in family:
                    began = time.perf_counter()
                    version = train_family(kind.name, name, promote=not no_promote, source="command")
                    self.stdout.write(
                        f"{kind.name} {name}: version {version.version}, {time.perf_counter() - began:.1f} s"
                    )
