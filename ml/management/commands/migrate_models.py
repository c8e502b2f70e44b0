"""`manage.py migrate_models --from A --to B`: copy stored models between stores, verified and resumable."""

from typing import cast

from django.core.management.base import BaseCommand, CommandError

from ml.store import InvalidStoreError, StoreError, stores
from ml.store.migrate import copy, resign
from ml.store.sealed import SealedStore


class Command(BaseCommand):
    help = (
        "Copy stored models from one store to another. Safe to run again: equal copies are skipped, newer ones in the "
        "target are kept. Switch the setting over afterwards, then run it once more for what was learned meanwhile."
    )

    def add_arguments(self, parser):
        parser.add_argument("--from", dest="source", required=True, metavar="ALIAS", help="store to read")
        parser.add_argument(
            "--to", dest="target", required=True, metavar="ALIAS", help="store to write; the same: sign anew"
        )
        parser.add_argument("--domain", help="only this domain")
        parser.add_argument("--overwrite", action="store_true", help="the source wins also where the target is newer")

    def handle(self, *, source, target, domain, overwrite, **options):
        try:
            origin, destination = stores[source], stores[target]
            if source == target:
                result = resign(cast(SealedStore, origin), domain, self.progress)
            else:
                result = copy(origin, destination, domain, self.progress, overwrite=overwrite)
        except InvalidStoreError as error:
            raise CommandError(str(error)) from error
        except StoreError as error:
            raise CommandError(f"{error} (run the command again to go on)") from error
        for problem in result.problems:
            self.stderr.write(problem)
        summary = ", ".join(f"{count} {what}" for what, count in result.counts.items())
        self.stdout.write(self.style.SUCCESS(f"{result.total} models: {summary}"))
        if result.problems:
            raise CommandError(f"{len(result.problems)} models were not copied, see above")

    def progress(self, done: int, total: int) -> None:
        if done == total or done % 500 == 0:
            self.stdout.write(f"{done} / {total}")
