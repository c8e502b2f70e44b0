"""The names in a package: checked one by one, counted, with the links among them followed at the end."""

from __future__ import annotations

import posixpath
import unicodedata
from pathlib import Path

from problems.packages import limits
from problems.packages.errors import PackageError

#: left behind by systems and version control
LITTER = {"__MACOSX", ".DS_Store", ".git", ".gitignore", "__pycache__", "Thumbs.db"}


class Names:
    """Collects files, then resolves links: `add`, `link`, and `resolved` at the end."""

    def __init__(self) -> None:
        self.count = 0
        self.total = 0
        self._files: dict[str, Path] = {}
        self._links: dict[str, str] = {}

    def clean(self, name: str) -> str | None:
        """The path that a name means, or None for litter.

        Raises
        ------
        PackageError : too many names, absolute ones, `..`, backslashes, control characters, broken Unicode.
        """
        self.count += 1
        if self.count > limits.FILES:
            raise PackageError(f"more than {limits.FILES:,} files; a package has some hundred")
        if not name or "\\" in name or any(unicodedata.category(char) in {"Cc", "Cs"} for char in name):
            raise PackageError(f"{shown(name)}: a file name with characters that none has")
        if name.startswith("/") or (len(name) > 1 and name[1] == ":"):
            raise PackageError(f"{shown(name)}: an absolute path; names are relative to the package")
        parts = [part for part in name.split("/") if part not in ("", ".")]
        if ".." in parts:
            raise PackageError(f"{shown(name)}: leads out of the package")
        if len(name) > limits.PATH_LENGTH or len(parts) > limits.PATH_DEPTH:
            raise PackageError(f"{shown(name)}: the path is too long or too deep")
        if not parts or any(part in LITTER or part.startswith("._") for part in parts):
            return None
        return "/".join(parts)

    def add(self, path: str, place: Path, size: int) -> None:
        if path in self._files or path in self._links:
            raise PackageError(f"{shown(path)}: is in the package twice")
        self.grow(path, size)
        self._files[path] = place

    def grow(self, path: str, size: int) -> None:
        """Count a file's bytes; refuses what is too large."""
        if size > limits.FILE_BYTES:
            raise PackageError(f"{shown(path)}: larger than {limits.FILE_BYTES // limits.MB} MB")
        self.total += size
        if self.total > limits.TOTAL_BYTES:
            raise PackageError(f"the files are larger than {limits.TOTAL_BYTES // limits.MB} MB together")

    def link(self, path: str, target: str, *, from_top: bool = False) -> None:
        """A symbolic link, or a hard link of a tar (whose target is counted from the top)."""
        if path in self._files or path in self._links:
            raise PackageError(f"{shown(path)}: is in the package twice")
        if not target or target.startswith("/") or "\x00" in target or "\\" in target:
            raise PackageError(f"{shown(path)}: a link to {shown(target)}, outside the package")
        found = posixpath.normpath(target if from_top else posixpath.join(posixpath.dirname(path), target))
        if found == ".." or found.startswith("../"):
            raise PackageError(f"{shown(path)}: a link to {shown(target)}, outside the package")
        self._links[path] = found

    def resolved(self, depth: int) -> dict[str, Path]:
        """All files, links followed: one to a file stands for it, one to a folder for all in it."""
        files = dict(self._files)
        waiting = dict(self._links)
        for _round in range(depth):
            if not waiting:
                return files
            for path, target in list(waiting.items()):
                if target in files:
                    files[path] = files[target]
                elif inside := [name for name in files if name.startswith(f"{target}/")]:
                    if path.startswith(f"{target}/"):
                        raise PackageError(f"{shown(path)}: a link to a folder that it is in")
                    files.update({path + name[len(target) :]: files[name] for name in inside})
                else:
                    continue
                del waiting[path]
                if len(files) > limits.FILES:
                    raise PackageError(f"more than {limits.FILES:,} files through links")
        if waiting:
            path, target = next(iter(sorted(waiting.items())))
            raise PackageError(f"{shown(path)}: a link to {shown(target)}, which is not in the package")
        return files


def shown(name: str) -> str:
    """A name for a message: whatever somebody put into it, it prints."""
    return name[:80] if name.isprintable() and name else repr(name[:80])
