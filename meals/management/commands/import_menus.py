"""`manage.py import_menus FILE`: load or update menus from CSV or JSON Lines."""

from meals.importing import import_menus, menus
from meals.importing.rows import SUMMARY, load_rows
from recommendations.importing.command import ImportCommand


class Command(ImportCommand):
    help = "Load menus from CSV or JSON Lines; known ids are updated. Bad rows are reported, the rest is loaded."
    domain = "meals"
    known = menus.COLUMNS
    required = menus.REQUIRED
    summary = SUMMARY

    def load(self, kind, table, columns, report, options):
        load_rows(import_menus, table, columns, report, source=options["source"], unit=options["time_unit"])
