"""What `import_items` and `import_events` have in common: options, report, exit status."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, transaction
from django.utils import translation

from recommendations.domains import Domain, Unknown, domains
from recommendations.importing import columns as matching
from recommendations.importing.lines import FileError
from recommendations.importing.report import Report
from recommendations.importing.tables import Table
from recommendations.importing.values import UNITS

MAP_HELP = "the file's column THEIRS is our column OURS; THEIRS= leaves it out; repeatable"


class RolledBack(Exception):
    """--atomic, and a row was bad."""


class ImportCommand(BaseCommand):
    """Subclasses name their columns and load an opened table."""

    #: set where a command is of one domain alone
    domain: str = ""
    known: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    summary: tuple[str, ...] = ()

    def add_arguments(self, parser):
        if not self.domain:
            parser.add_argument("domain", help="such as activities")
        parser.add_argument("file", help="CSV (comma, tab or semicolon) or JSON Lines, also gzipped")
        parser.add_argument("--map", action="append", default=[], metavar="THEIRS=OURS", help=MAP_HELP)
        parser.add_argument("--source", default="", help="namespace for ids, so that those of two files never mix")
        parser.add_argument("--encoding", help="default: UTF-8, or CP949 (EUC-KR) where it is that")
        parser.add_argument("--time-unit", choices=sorted(UNITS), help="of times given as numbers (default: s)")
        parser.add_argument("--atomic", action="store_true", help="load nothing where any row is bad")
        parser.add_argument("--errors", metavar="FILE", help="write all bad rows to this file, as CSV: line, reason")

    def handle(self, *, file, errors, atomic, encoding, **options):
        try:
            kind = domains[self.domain or options["domain"]]
            with translation.override("en"), open_errors(errors, file) as sink:
                report = Report(self.stderr.write, sink)
                table = Table(file, bad=report.unreadable, note=report.note, encoding=encoding)
                with contextlib.closing(table):
                    self._run(kind, table, report, atomic, options)
        except (Unknown, FileError) as error:
            raise CommandError(str(error)) from None
        except NotImplementedError as error:
            raise CommandError(str(error)) from None
        except DatabaseError as error:  # locked by another import, full disk, migrations that have not run
            raise CommandError(f"the database refused: {error}") from error
        except KeyboardInterrupt:
            left = "nothing was loaded" if atomic else "what was loaded stays; the same command goes on with the rest"
            raise CommandError(f"stopped: {left}") from None

    def _run(self, kind: Domain, table: Table, report: Report, atomic: bool, options: dict) -> None:
        maps = matching.parse_maps(options["map"])
        self.verify(kind, options)
        known = self.known_columns(kind)
        assigned = matching.assign(table.columns, maps, known=known, required=self.required_columns(options))
        left = matching.ignored(table.columns, maps, assigned)
        if left:
            report.note(f"Columns not used: {matching.shown(left)}. Known here: {', '.join(known)}.")
        try:
            with transaction.atomic() if atomic else contextlib.nullcontext():
                self.load(kind, table, assigned, report, options)
                if atomic and report.counts["bad"]:
                    raise RolledBack
        except RolledBack:
            report.tell_bad()
            count = report.counts["bad"]
            raise CommandError(f"nothing was loaded: {count:,} bad rows, and --atomic was given") from None
        report.tell_bad()
        self.stdout.write(f"{kind.name}: {report.summary(self.summary)}")
        if not report.done:
            raise CommandError("nothing could be loaded" if report.counts["bad"] else "the file has no rows")

    def verify(self, kind: Domain, options: dict) -> None:
        """Refuse options that make no sense, before anything is read."""

    def known_columns(self, kind: Domain) -> tuple[str, ...]:
        return self.known

    def required_columns(self, options: dict) -> tuple[str, ...]:
        return self.required

    def load(self, kind: Domain, table: Table, columns: dict[str, str], report: Report, options: dict) -> None:
        raise NotImplementedError


@contextlib.contextmanager
def open_errors(path: str | None, source: str) -> Iterator[TextIO | None]:
    if path is None:
        yield None
        return
    if Path(path).exists() and Path(source).exists() and Path(path).samefile(source):
        raise FileError("--errors names the file that is to be imported")
    try:
        sink = Path(path).open("w", encoding="utf-8", newline="")  # noqa: SIM115  closed below
    except OSError as error:
        raise FileError(f"--errors {path}: cannot be written: {error.strerror}") from None
    with sink:
        yield sink
