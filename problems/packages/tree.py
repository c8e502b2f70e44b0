"""The files of a package, whatever they came in: a folder, a .zip or a .tar(.gz).

Nothing is trusted: names, sizes, kinds and links are checked before a byte is used, archives are unpacked into a private
folder under numbers instead of their names, and links are followed in the list of names, never by the file system.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from problems.packages import archives, limits
from problems.packages.errors import PackageError
from problems.packages.names import Names

LINK_DEPTH = 8
SETTINGS = "problem.yaml"
PARTS = ("sample", "secret")
GRADING = ("testdata.yaml", "test_group.yaml")


class Tree:
    """Files by their path in the package ("data/sample/1.in"), with their place on disk."""

    def __init__(self, files: dict[str, Path], name: str):
        self._files = files
        #: what the package is called: its folder's or archive's name without endings
        self.name = name

    def __contains__(self, path: str) -> bool:
        return path in self._files

    def paths(self, folder: str = "") -> list[str]:
        """All paths, or those below a folder, sorted."""
        start = f"{folder.rstrip('/')}/" if folder else ""
        return sorted(path for path in self._files if path.startswith(start))

    def names(self, folder: str) -> list[str]:
        """Names of the files and folders right inside a folder, sorted."""
        start = len(folder.rstrip("/")) + 1
        return sorted({path[start:].partition("/")[0] for path in self.paths(folder)})

    def has_folder(self, folder: str) -> bool:
        return any(path.startswith(f"{folder.rstrip('/')}/") for path in self._files)

    def read(self, path: str) -> bytes:
        """A file's bytes; bounded, for a file may have grown since it was looked at."""
        with self._files[path].open("rb") as file:
            data = file.read(limits.FILE_BYTES + 1)
        if len(data) > limits.FILE_BYTES:
            raise PackageError(f"{path}: larger than {limits.FILE_BYTES // limits.MB} MB")
        return data

    def text(self, path: str, limit: int = limits.TEXT_BYTES) -> str:
        """A file that people wrote: UTF-8 without NUL, with `\\n` at the ends of lines."""
        data = self.read(path)
        if len(data) > limit:
            raise PackageError(f"{path}: larger than {limit // 1024} KB, which is no text that somebody wrote")
        return decode(data, path).replace("\r\n", "\n").replace("\r", "\n")

    def test(self, path: str) -> bytes:
        """Test data: UTF-8 without NUL, with Unix line ends."""
        data = self.read(path)
        decode(data, path)
        return data.replace(b"\r\n", b"\n")


def decode(data: bytes, path: str) -> str:
    if b"\x00" in data:
        raise PackageError(f"{path}: holds NUL bytes; text was expected")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PackageError(f"{path}: is not UTF-8 (byte {error.start}); save it as UTF-8") from None


@contextmanager
def open_tree(path: Path) -> Iterator[Tree]:
    """The package at `path`; what was unpacked is gone afterwards.

    Raises
    ------
    PackageError : nothing there, no archive, broken, too large, names or links that lead out, no problem.yaml.
    """
    with _files(path) as files:
        yield _package(files, _stem(Path(path)))


@contextmanager
def open_data(path: Path) -> Iterator[Tree]:
    """Test data alone: `sample/` and `secret/`, inside `data/` or not, or .in and .ans files, which are hidden tests then.

    Raises
    ------
    PackageError : as `open_tree`.
    """
    with _files(path) as files:
        parts = {name: name.split("/") for name in files}
        at = {name: next((n for n, part in enumerate(way[:-1]) if part in PARTS), None) for name, way in parts.items()}
        if any(place is not None for place in at.values()):
            found = {"/".join(parts[name][place:]): files[name] for name, place in at.items() if place is not None}
            tops = {way[-1]: files[name] for name, way in parts.items() if at[name] is None and way[-1] in GRADING}
        else:
            found, tops = {f"secret/{name}": place for name, place in files.items()}, {}
        yield Tree({f"data/{name}": place for name, place in {**tops, **found}.items()}, _stem(Path(path)))


@contextmanager
def _files(path: Path) -> Iterator[dict[str, Path]]:
    path = Path(path)
    if not path.exists():
        raise PackageError(f"{path}: there is no such file or folder")
    with TemporaryDirectory(prefix="moa-package-") as folder:
        names = Names()
        if path.is_dir():
            archives.list_folder(path, names)
        else:
            archives.unpack(path, Path(folder), names)
        yield names.resolved(LINK_DEPTH)


def _stem(path: Path) -> str:
    name = path.resolve().name
    for ending in (".tar.gz", ".tgz", ".tar", ".zip", ".kpp", ".gz"):
        if not path.is_dir() and name.lower().endswith(ending):
            return name[: -len(ending)]
    return name


def _package(files: dict[str, Path], name: str) -> Tree:
    """The part of the files that is the package: where problem.yaml is, at the top or in one folder."""
    homes = sorted({posixpath.dirname(path) for path in files if posixpath.basename(path) == SETTINGS}, key=len)
    homes = [home for home in homes if not any(home != other and f"{home}/".startswith(f"{other}/") for other in homes)]
    homes = [""] if "" in homes else homes
    if not homes:
        raise PackageError(f"{SETTINGS} is missing: this is no problem package in the Kattis/ICPC format")
    if len(homes) > 1:
        listed = ", ".join(homes[:5])
        raise PackageError(f"there are {len(homes)} packages in it ({listed}); import them one by one")
    home = homes[0]
    start = f"{home}/" if home else ""
    inside = {path[len(start) :]: place for path, place in files.items() if path.startswith(start)}
    return Tree(inside, posixpath.basename(home) or name)
