"""`manage.py import_orders FILE`: load or update orders from CSV or JSON Lines."""

from meals.importing import import_orders, orders
from meals.importing.rows import SUMMARY, load_rows
from recommendations.importing.command import ImportCommand


class Command(ImportCommand):
    help = "Load orders from CSV or JSON Lines; known ids are updated. Bad rows are reported, the rest is loaded."
    domain = "meals"
    known = orders.COLUMNS
    required = orders.REQUIRED
    summary = SUMMARY

    def load(self, kind, table, columns, report, options):
        load_rows(import_orders, table, columns, report, source=options["source"], unit=options["time_unit"])
