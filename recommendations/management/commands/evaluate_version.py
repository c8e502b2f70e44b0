"""`manage.py evaluate_version DOMAIN FAMILY [--model-version V]`: measure a version by time, row by row, for comparisons."""

from django.core.management.base import BaseCommand, CommandError

from ml import outcomes, registry, runs
from recommendations.domains import Unknown, domains
from recommendations.tasks import evaluate_version


class Command(BaseCommand):
    help = "Evaluate a version of a model on held-out decisions of today's log and keep the rows beside it."

    def add_arguments(self, parser):
        parser.add_argument("domain")
        parser.add_argument("family")
        parser.add_argument(
            "--model-version", help="hash, number or alias (production, candidate); default: the newest sound one"
        )

    def handle(self, *, domain, family, model_version, **options):
        try:
            able = [name for name in domains[domain].models if outcomes.possible(name)]
            if family not in able:
                raise CommandError(f"{domain} has no model {family!r} that keeps rows; it has: {', '.join(able)}")
            version = registry.find(domain, family, model_version)
            run = runs.claim(runs.queue_run(domain, family, kind="evaluate", version=version).pk)
        except (Unknown, registry.RegistryError, runs.AlreadyRunning) as error:
            raise CommandError(str(error)) from None
        try:
            evaluate_version(version, run)
        except BaseException as error:
            runs.fail(run, error)
            if isinstance(error, registry.RegistryError):
                raise CommandError(str(error)) from None
            raise
        found, rows = outcomes.of(version)
        if rows is None:
            raise CommandError(f"{version} is not evaluated: {found.note}")
        self.stdout.write(f"{version}: {len(rows)} rows, {found.info.get('decisions', 0)} decisions")
        for name, (mean, low, high) in found.info["figures"].items():
            self.stdout.write(f"{name:<10} {mean:.4f} [{low:.4f}, {high:.4f}]")
