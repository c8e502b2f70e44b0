"""The programs in a package: its output validator, and the submissions that it was tried with."""

from __future__ import annotations

import ast
import posixpath
import re

from problems.judge.compare import Comparison
from problems.packages import settings
from problems.packages.errors import PackageError
from problems.packages.package import Package, Program

VALIDATORS = ("output_validators", "output_validator")
LANGUAGES = {
    ".c": "C", ".cc": "C++", ".cpp": "C++", ".cxx": "C++", ".c++": "C++", ".h": "C or C++", ".hpp": "C++",
    ".java": "Java", ".kt": "Kotlin", ".rs": "Rust", ".go": "Go", ".sh": "a shell script", ".ctd": "Checktestdata",
    ".viva": "VIVA", ".hs": "Haskell", ".js": "JavaScript", ".rb": "Ruby", ".pl": "Perl", ".cs": "C#",
}  # fmt: skip
PYTHON = (".py", ".py3", ".python3")
#: files beside a program that are none
ASIDE = re.compile(r"(README.*|.*\.(md|txt|yaml|yml|in|ans))$", re.IGNORECASE)
PYTHON2 = re.compile(r"#!.*python2")
SUBMISSIONS = 200


def read_validator(package: Package, top: settings.Reader, modern: bool) -> None:
    """Flags of the default validator, or the source of the package's own, which has to be Python."""
    package.validator_args = top.words("validator_flags")
    custom = top.text("validation", "default").startswith("custom")
    if not custom and not (modern and any(package.tree.has_folder(name) for name in VALIDATORS)):
        check_flags(package.validator_args, f"{top.path}: validator_flags")
        return
    paths = [path for name in VALIDATORS for path in package.tree.paths(name)]
    paths = [path for path in paths if not ASIDE.match(posixpath.basename(path))]
    if not paths:
        raise PackageError("problem.yaml asks for an output validator, and output_validators/ holds none")
    foreign = [path for path in paths if posixpath.splitext(path)[1].lower() not in PYTHON]
    if foreign:
        kinds = sorted({LANGUAGES.get(posixpath.splitext(path)[1].lower(), "no known language") for path in foreign})
        raise PackageError(
            f"not supported here: the output validator {foreign[0]} ({', '.join(kinds)}); only Python runs"
        )
    if len(paths) > 1:
        listed = ", ".join(paths[:5])
        raise PackageError(f"not supported here: output validators of several files ({listed}); put them into one")
    package.validator = package.tree.text(paths[0])
    check_python(package.validator, paths[0])


def check_flags(flags: list[str], where: str) -> None:
    """Refuse flags that the default validator does not know."""
    try:
        Comparison.from_flags(flags)
    except ValueError as error:
        raise PackageError(f"{where}: {error}") from None


def check_python(source: str, path: str) -> None:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise PackageError(f"{path}: is no Python 3 program ({error})") from None


def read_programs(package: Package) -> None:
    """The Python submissions; those in other languages are left out, and counted."""
    others = 0
    for folder in package.tree.names("submissions"):
        for name in package.tree.names(f"submissions/{folder}"):
            path = f"submissions/{folder}/{name}"
            inside = package.tree.paths(path)  # a folder is one program
            files = [one for one in inside or [path] if not ASIDE.match(posixpath.basename(one))]
            python = [one for one in files if posixpath.splitext(one)[1].lower() in PYTHON]
            if len(files) != 1 or len(python) != 1 or files[0] not in package.tree:
                others += bool(files)
                continue
            code = package.tree.text(python[0])
            if PYTHON2.match(code):
                others += 1
                continue
            package.programs.append(Program(python[0], folder, code))
    if len(package.programs) > SUBMISSIONS:
        raise PackageError(f"submissions/: more than {SUBMISSIONS} programs")
    if others:
        package.warnings.append(
            f"{others} submissions of the package are not in one file of Python 3 and are not tried"
        )
