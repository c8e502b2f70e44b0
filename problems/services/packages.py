"""Problem packages into the database: all of a package or nothing, the same problem again at each import."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from django.db import IntegrityError, transaction
from django.utils import timezone

from problems import importing
from problems.judge import Comparison
from problems.models import Problem, Tag, TestCase, TestGroup
from problems.packages import Package, PackageError, open_package
from problems.packages.testdata import read_tests
from problems.packages.tree import open_data
from problems.services import pictures, timing
from problems.services.catalogue import publish_problems

#: tests are written in portions, so that large ones do not fill the memory
PORTION_BYTES = 16 * 1024 * 1024


@dataclass
class Imported:
    """What became of a package."""

    problem: Problem
    created: bool
    tests: int
    samples: int
    warnings: list[str] = field(default_factory=list)


def import_package(path: Path | str, *, slug: str = "", measure: bool = True) -> Imported:
    """Read the package at `path` and make its problem, or bring the one with its uuid or slug up to date.

    A new problem is published if it has a statement, else it is a draft; one that is there keeps its state, its level
    where the package gives none, and the tags of staff.

    `measure=False` runs nothing: for requests, which must not take minutes.

    Raises
    ------
    PackageError : what is wrong or not supported; nothing has been written.
    """
    with open_package(Path(path), slug) as package:
        # Before the transaction: measuring takes its time, and SQLite lets nobody else write meanwhile.
        measured = timing.measured(package) if measure else timing.Measured(why="it was not measured")
        try:
            with transaction.atomic():
                done = _write(package, bool(slug), measured)
                publish_problems([done.problem])
        except IntegrityError as error:
            raise PackageError(f"another import or change came in between, nothing was written ({error})") from None
    return done


def import_packages(paths: Iterable[Path | str]) -> list[Imported]:
    """Import several packages, all or none; quick where they state their time limits, as nothing is measured then."""
    with transaction.atomic():
        return [import_package(path) for path in paths]


def replace_tests(problem: Problem, path: Path | str) -> int:
    """Give a problem the tests of an archive or folder, with their groups; returns how many there are.

    Raises
    ------
    PackageError : what is wrong; the tests stay as they were.
    """
    with open_data(Path(path)) as tree:
        package = Package(tree, problem.slug, scoring=problem.scoring == Problem.Scoring.POINTS)
        package.validator, package.validator_args = problem.validator, problem.validator_args
        read_tests(package, any(name.endswith("test_group.yaml") for name in tree.paths()))
        with transaction.atomic():
            _write_tests(Problem.objects.select_for_update().get(pk=problem.pk), package)
    return len(package.tests)


def _write(package: Package, slug_given: bool, measured: timing.Measured) -> Imported:
    problem = find(package, slug_given)
    created = problem is None
    if problem is None:
        problem = Problem(slug=package.slug, memory_limit_mb=timing.MEMORY_MB)
        problem.status = Problem.Status.PUBLISHED if package.statements else Problem.Status.DRAFT
        if package.level is None:
            package.warnings.append("the package gives no level (moa_level); it is 1 until staff change it")
    elif slug_given:
        problem.slug = package.slug
    _describe(problem, package)
    problem.time_limit = timing.time_limit(package, measured, None if created else problem.time_limit)
    pictures.place(problem, package)
    problem.save()
    _tag(problem, package)
    _write_tests(problem, package)
    samples = sum(test.is_sample for test in package.tests)
    return Imported(problem, created, len(package.tests), samples, package.warnings)


def find(package: Package, slug_given: bool) -> Problem | None:
    """The problem that the package is of: by its uuid, else by its slug.

    Raises
    ------
    PackageError : the slug is another problem's.
    """
    rows = Problem.objects.select_for_update()
    by_uuid = rows.filter(external_id=package.uuid).first() if package.uuid else None
    by_slug = rows.filter(slug=package.slug).first()
    if by_uuid is not None and by_slug is not None and by_uuid != by_slug and slug_given:
        raise PackageError(f"the slug {package.slug!r} is another problem's; choose another with --slug")
    if by_uuid is None and by_slug is not None and package.uuid and by_slug.external_id not in (None, package.uuid):
        raise PackageError(
            f"the slug {package.slug!r} is another problem's (its uuid differs); choose another with --slug"
        )
    return by_uuid or by_slug


def _describe(problem: Problem, package: Package) -> None:
    for language in ("ko", "en"):
        setattr(problem, f"title_{language}", package.titles.get(language, ""))
        if package.statements:
            setattr(problem, f"statement_{language}", package.statements.get(language, ""))
    how = Comparison() if package.validator else Comparison.from_flags(package.validator_args)
    for name in Comparison.__slots__:
        setattr(problem, name, getattr(how, name))
    problem.validator, problem.validator_args = package.validator, package.validator_args if package.validator else []
    problem.scoring = Problem.Scoring.POINTS if package.scoring else Problem.Scoring.PASS_FAIL
    problem.author, problem.source, problem.licence = package.author, package.source, package.licence
    problem.external_id = package.uuid or problem.external_id
    problem.level = package.level or problem.level
    problem.memory_limit_mb = package.memory_limit_mb or problem.memory_limit_mb
    problem.output_limit_kb = package.output_limit_kb or problem.output_limit_kb


def _tag(problem: Problem, package: Package) -> None:
    """Keywords that are tags here become the author's tags; others are named, not made."""
    if not package.keywords:
        return
    known = importing.known_tags()
    keys = [importing.key_of(word) for word in package.keywords]
    # In the legacy format a name of two words falls apart: "binary search" comes as two.
    pairs = {f"{one}_{two}": (one, two) for one, two in pairwise(keys)}
    found: list[Tag] = []
    used: set[str] = set()
    for key in keys:
        joined = next((pair for pair, parts in pairs.items() if parts[0] == key and pair in known), None)
        if joined:
            found.append(known[joined])
            used |= set(pairs[joined])
        elif key in known and key not in used:
            found.append(known[key])
            used.add(key)
    unknown = [word for word, key in zip(package.keywords, keys, strict=True) if key not in used]
    if unknown:
        package.warnings.append(f"keywords that are no tags here: {', '.join(unknown)[:200]}")
    importing.set_tags([(problem, found)])


def _write_tests(problem: Problem, package: Package) -> None:
    """Replace tests and groups. Submissions name their tests, so that they stay readable."""
    problem.tests.all().delete()
    problem.groups.all().delete()
    rows: dict[str, TestGroup] = {}
    for order, group in enumerate(package.groups):
        values = {**vars(group), "parent": rows.get(group.parent or "") if group.parent is not None else None}
        rows[group.name] = TestGroup(problem=problem, order=order, **values)
        if group.parent is not None or any(one.parent is not None for one in package.groups):
            rows[group.name].save()  # one by one: a group's parent needs its key
    TestGroup.objects.bulk_create([row for row in rows.values() if row.pk is None])
    portion: list[TestCase] = []
    size = 0
    for order, test in enumerate(package.tests):
        row = TestCase(
            problem=problem, group=rows.get(test.group), name=test.name, order=order, is_sample=test.is_sample
        )
        row.input, row.answer = package.tree.test(test.input), package.tree.test(test.answer)
        portion.append(row)
        size += len(row.input_packed) + len(row.answer_packed)
        if size > PORTION_BYTES:
            TestCase.objects.bulk_create(portion)
            portion, size = [], 0
    TestCase.objects.bulk_create(portion, batch_size=100)
    problem.updated_at = timezone.now()
