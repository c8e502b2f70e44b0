"""`manage.py import_problem PATH`: a problem package in the Kattis/ICPC format becomes a problem of this site."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from problems.packages import PackageError, open_package
from problems.services.packages import import_package
from problems.services.selfcheck import Outcome, try_programs


class Command(BaseCommand):
    help = (
        "Import a problem package (folder, .zip or .tar.gz) in the Kattis/ICPC format, legacy or 2023-07. "
        "The same package again updates the same problem. See docs/how-to/problem-package.md."
    )

    def add_arguments(self, parser):
        parser.add_argument("path", type=Path, help="folder, .zip or .tar.gz")
        parser.add_argument("--slug", default="", help="address of the problem (default: the package's name)")
        parser.add_argument(
            "--try",
            action="store_true",
            dest="trial",
            help="afterwards judge the package's own Python submissions; fails where a verdict is not the expected one",
        )

    def handle(self, *, path, slug, trial, **options):
        try:
            done = import_package(path, slug=slug)
        except PackageError as error:
            raise CommandError(f"{path}: {error}") from None
        problem = done.problem
        hidden = done.tests - done.samples
        made = "made" if done.created else "updated"
        points = (
            f", {problem.groups.filter(name='').values_list('points', flat=True).first():g} points"
            if _scored(problem)
            else ""
        )
        self.stdout.write(
            f"{problem.slug}: {made} ({problem.status}), id {problem.pk}, “{problem.title}”; {done.samples} samples, "
            f"{hidden} hidden tests{points}; {problem.time_limit:g} s, {problem.memory_limit_mb} MB"
        )
        for warning in done.warnings:
            self.stdout.write(f"  note: {warning}")
        if trial:
            self._try(path, slug, problem)

    def _try(self, path, slug, problem):
        with open_package(path, slug) as package:
            results: list[Outcome] = try_programs(problem, package.programs)
        for one in results:
            mark = "ok" if one.as_expected else "NOT AS EXPECTED"
            points = "" if one.points is None else f", {one.points:g} points"
            self.stdout.write(f"  {one.path}: {one.verdict}{points}, {one.time_ms} ms  {mark}")
        wrong = [one.path for one in results if not one.as_expected]
        if wrong:
            raise CommandError(
                f"{len(wrong)} of {len(results)} submissions were not judged as expected: {', '.join(wrong)}"
            )


def _scored(problem):
    return problem.scoring == problem.Scoring.POINTS
