"""`manage.py import_items DOMAIN FILE`: load or update items from CSV or JSON Lines (docs/how-to/import.md)."""

from recommendations.importing import items
from recommendations.importing.command import ImportCommand


class Command(ImportCommand):
    help = "Load items from CSV or JSON Lines; known ids are updated. Bad rows are reported, the rest is loaded."
    required = items.REQUIRED
    summary = items.SUMMARY

    def verify(self, kind, options):
        kind.import_items([])  # says so where the domain takes none

    def known_columns(self, kind):
        return (*items.COLUMNS, *kind.import_columns)

    def load(self, kind, table, columns, report, options):
        items.load_items(kind, table, columns, report, source=options["source"], unit=options["time_unit"])
