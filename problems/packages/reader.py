"""Reads a problem package in the Kattis/ICPC format, legacy or 2023-07 and later, and says what is not supported."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from problems.addresses import RESERVED
from problems.packages import programs, settings, statements, testdata
from problems.packages.errors import PackageError
from problems.packages.package import Package
from problems.packages.tree import SETTINGS, Tree, open_tree

LEGACY = ("legacy", "legacy-icpc", "icpc")
MODERN = re.compile(r"20\d\d-\d\d(-draft)?")
KNOWN_TYPES = {"pass-fail", "scoring"}
REFUSED_TYPES = {
    "interactive": "interactive problems",
    "multi-pass": "multi-pass problems",
    "submit-answer": "problems where the answer itself is sent in (submit-answer)",
}
MEMORY_MB, OUTPUT_KB = (16, 4096), (1, 65536)
TIME_S = (0.1, 60.0)
SLUG = re.compile(r"[^a-z0-9_-]+")


@contextmanager
def open_package(path: Path, slug: str = "") -> Iterator[Package]:
    """The package at `path`, read and checked; its files can be read inside the `with`.

    Raises
    ------
    PackageError : what cannot be read or is not supported, all reasons in one message where there are several.
    """
    with open_tree(path) as tree:
        yield read(tree, slug)


def read(tree: Tree, slug: str = "") -> Package:
    top = settings.Reader(settings.load(tree.text(SETTINGS), SETTINGS), SETTINGS)
    version = top.text("problem_format_version", "legacy")
    modern = bool(MODERN.fullmatch(version))
    if not modern and version not in LEGACY:
        raise PackageError(f"{SETTINGS}: problem_format_version {version[:40]!r} is not known (legacy or 2023-07)")
    types = top.words("type") or ["pass-fail"]
    refuse(tree, top, types)
    package = Package(tree, slug=make_slug(slug or tree.name), scoring="scoring" in types)
    describe(package, top, modern)
    limits_of(package, top.inside("limits"))
    programs.read_validator(package, top, modern)
    statements.read_statements(package, top)
    testdata.read_tests(package, modern)
    programs.read_programs(package)
    return package


def refuse(tree: Tree, top: settings.Reader, types: list[str]) -> None:
    """Name everything that cannot be judged here, at once."""
    reasons = [REFUSED_TYPES[kind] for kind in types if kind in REFUSED_TYPES]
    reasons += [f"the problem type {kind[:40]!r}" for kind in types if kind not in {*KNOWN_TYPES, *REFUSED_TYPES}]
    validation = top.text("validation", "default")
    words = validation.split()
    if "interactive" in words:
        reasons.append(REFUSED_TYPES["interactive"])
    if "multi-pass" in words:
        reasons.append(REFUSED_TYPES["multi-pass"])
    if "score" in words:
        reasons.append("validators that give scores of their own (validation: custom score)")
    if words and words[0] not in ("default", "custom"):
        reasons.append(f"validation: {validation[:40]!r}")
    if top.inside("grading").flag("custom_scoring") or any(tree.has_folder(name) for name in ("graders", "grader")):
        reasons.append("graders of the package's own (graders/)")
    if any(path.endswith(".interaction") for path in tree.paths("data")):
        reasons.append(REFUSED_TYPES["interactive"])
    languages = top.data.get("languages")
    if isinstance(languages, list) and not {"python3", "python", "all"} & {str(one) for one in languages}:
        reasons.append("problems that do not allow Python 3 (languages)")
    if tree.has_folder("include"):
        reasons.append("code that is put beside the submission (include/)")
    if reasons:
        raise PackageError("not supported here: " + "; ".join(dict.fromkeys(reasons)))


def make_slug(name: str) -> str:
    slug = SLUG.sub("-", name.lower()).strip("-_")[:80]
    if not slug:
        raise PackageError(f"the name {name[:40]!r} makes no slug; give one with --slug")
    return f"problem-{slug}"[:80] if slug.isdigit() or slug in RESERVED else slug


def describe(package: Package, top: settings.Reader, modern: bool) -> None:
    package.uuid = top.text("uuid")[:100]
    package.keywords = keywords(top)
    package.author = people(top.data.get("credits") if modern else top.data.get("author"))[:300]
    package.source = people(top.data.get("source"))[:300]
    licence, owner = top.text("license"), top.text("rights_owner")
    package.licence = " · ".join(part for part in (licence, owner) if part)[:200]
    # An extension of this site's: the level, which the format does not know.
    level = top.number("moa_level", 1, 15)
    package.level = None if level is None else int(level)


def keywords(top: settings.Reader) -> list[str]:
    """Tags; the legacy format has them in one text, with blanks between."""
    return [word.strip(",;") for word in top.words("keywords")][:50]


def people(value: Any) -> str:
    """Names from all the shapes that the format allows: a text, a list, `{name, email}`, `{authors: …}`."""
    if isinstance(value, dict):
        return people(value.get("name") or value.get("authors") or list(value.values()))
    if isinstance(value, list):
        return ", ".join(filter(None, (people(one) for one in value)))
    return re.sub(r"\s*<[^>]*>", "", str(value)).strip() if isinstance(value, (str, int, float)) else ""


def limits_of(package: Package, top: settings.Reader) -> None:
    """Limits that the package states; what lies beyond this site's is cut, and said."""
    package.time_limit = top.number("time_limit", 0.001, 3600)
    if package.time_limit is not None and not TIME_S[0] <= package.time_limit <= TIME_S[1]:
        package.time_limit = min(max(package.time_limit, TIME_S[0]), TIME_S[1])
        package.warnings.append(f"the time limit is cut to {package.time_limit:g} s")
    memory, output = top.number("memory", 1, 1e6), top.number("output", 0.001, 1e6)
    if memory is not None:
        package.memory_limit_mb = bounded(package, "memory", int(memory), MEMORY_MB, "MB")
    if output is not None:
        package.output_limit_kb = bounded(package, "output", int(output * 1024), OUTPUT_KB, "KB")
    if (passes := top.number("validation_passes", 1, 1000)) and passes > 1:
        raise PackageError(f"not supported here: {REFUSED_TYPES['multi-pass']}")


def bounded(package: Package, name: str, value: int, bounds: tuple[int, int], unit: str) -> int:
    kept = min(max(value, bounds[0]), bounds[1])
    if kept != value:
        package.warnings.append(f"the {name} limit of {value} {unit} is cut to {kept} {unit}")
    return kept
