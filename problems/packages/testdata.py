"""Test data: which tests there are, in which order, and how their groups are graded.

Legacy packages say it in `testdata.yaml` (what a folder leaves out it has from the folder around it), later ones in
`test_group.yaml`. Problems without points need no groups: all tests must pass.
"""

from __future__ import annotations

from dataclasses import replace

from problems.packages import limits, settings
from problems.packages.errors import PackageError
from problems.packages.grading import legacy_group, modern_group, share_points
from problems.packages.package import Group, Package, Test
from problems.packages.programs import check_flags
from problems.packages.tree import GRADING, PARTS

ROOT = "data"
#: endings that would change how a test is run
REFUSED = {".args": "arguments of the program", ".files": "files beside the input"}


def read_tests(package: Package, modern: bool) -> None:
    """Fill in tests and groups.

    Raises
    ------
    PackageError : no tests, too many, an input without answer or an answer without input, unknown grading.
    """
    tree = package.tree
    top = read_group(package, "", None, modern)
    groups = [top]
    for part in PARTS:
        if tree.has_folder(f"{ROOT}/{part}"):
            walk(package, part, top, modern, groups)
    if not package.tests:
        raise PackageError("there are no tests: data/sample and data/secret hold no .in with .ans")
    if all(test.is_sample for test in package.tests):
        package.warnings.append("there is no hidden test data: submissions are judged on the samples alone")
    used = {test.group for test in package.tests}
    while inner := {group.parent for group in groups if group.name in used and group.parent is not None} - used:
        used |= inner
    groups = [group for group in groups if group.name in used]
    for group in groups:
        unknown = set(group.requires) - {one.name for one in groups}
        if unknown:
            raise PackageError(f"data/{group.name}: requires the group {sorted(unknown)[0]!r}, which has no tests")
    if package.scoring:
        share_points(groups, package.tests, modern)
        package.groups = groups
    else:
        package.groups = groups_with_flags(groups)
        kept = {group.name for group in package.groups}
        package.tests = [test if test.group in kept else replace(test, group="") for test in package.tests]


def groups_with_flags(groups: list[Group]) -> list[Group]:
    """Of a problem without points only the groups whose tests are compared in a way of their own."""
    return [replace(group, parent=None) for group in groups if group.name and group.validator_args is not None]


def walk(package: Package, name: str, parent: Group, modern: bool, groups: list[Group]) -> None:
    """Read the folder `name` below data/, its tests and the folders in it, in the order of names."""
    tree, folder = package.tree, f"{ROOT}/{name}"
    group = read_group(package, name, parent, modern)
    groups.append(group)
    names = tree.names(folder)
    stems = {one.rpartition(".")[0] for one in names if one.endswith(".ans")}
    for one in names:
        path, (stem, _dot, ending) = f"{folder}/{one}", one.rpartition(".")
        if path not in tree:
            if f".{ending}" in REFUSED and stem:
                raise PackageError(f"not supported here: {path} ({REFUSED[f'.{ending}']})")
            walk(package, f"{name}/{one}", group, modern, groups)
        elif f".{ending}" in REFUSED:
            raise PackageError(f"not supported here: {path} ({REFUSED[f'.{ending}']})")
        elif ending == "in":
            if stem not in stems:
                raise PackageError(f"{path}: the answer {stem}.ans is missing")
            package.tests.append(Test(f"{name}/{stem}", group.name, path, f"{folder}/{stem}.ans"))
        elif ending == "ans" and f"{folder}/{stem}.in" not in tree:
            raise PackageError(f"{path}: the input {stem}.in is missing")
    if len(package.tests) > limits.TESTS:
        raise PackageError(f"more than {limits.TESTS:,} tests; judging them would take too long")


def read_group(package: Package, name: str, parent: Group | None, modern: bool) -> Group:
    folder = f"{ROOT}/{name}".rstrip("/")
    found = [f"{folder}/{file}" for file in GRADING if f"{folder}/{file}" in package.tree]
    data = settings.load(package.tree.text(found[0]), found[0]) if found else {}
    reader = settings.Reader(data, found[0] if found else folder)
    group = (modern_group if modern else legacy_group)(reader, name, parent)
    key = "output_validator_args" if "output_validator_args" in reader else "output_validator_flags"
    if key in reader:
        group.validator_args = [*package.validator_args, *reader.words(key)]
        if not package.validator:
            check_flags(group.validator_args, f"{reader.path}: {key}")
    elif parent is not None:
        group.validator_args = parent.validator_args
    return group
