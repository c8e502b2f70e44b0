"""`manage.py import_events DOMAIN FILE`: record and learn events from CSV or JSON Lines (docs/how-to/import.md)."""

import math

from recommendations.domains import UnknownVerb
from recommendations.importing import events
from recommendations.importing.command import ImportCommand
from recommendations.importing.lines import FileError


class Command(ImportCommand):
    help = "Load events from CSV or JSON Lines. Unknown users become placeholders; the same file again records nothing."
    known = events.COLUMNS
    summary = events.SUMMARY

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--verb", help="of rows that name none")
        parser.add_argument("--min-value", type=float, help="leave out rows whose value is smaller or missing")

    def verify(self, kind, options):
        if options["verb"] is not None and options["verb"] not in kind.verbs:
            raise UnknownVerb(options["verb"], list(kind.verbs))
        if options["min_value"] is not None and not math.isfinite(options["min_value"]):
            raise FileError("--min-value must be a finite number")
        kind.import_items([])  # a domain without external ids has no items that a file could speak of

    def required_columns(self, options):
        verb = () if options["verb"] else ("verb",)
        value = ("value",) if options["min_value"] is not None else ()
        return ("user", "item", *verb, *value)

    def load(self, kind, table, columns, report, options):
        chosen = events.start(options["verb"], options["min_value"], options["source"], options["time_unit"])
        events.load_events(kind, table, columns, report, chosen)
