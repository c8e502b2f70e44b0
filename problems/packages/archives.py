"""Reading folders, zips and tars into `Names`: links only noted, special files refused, sizes measured while unpacking."""

from __future__ import annotations

import gzip
import os
import stat
import tarfile
import zipfile
import zlib
from pathlib import Path
from typing import IO

from problems.packages import limits
from problems.packages.errors import PackageError
from problems.packages.names import Names, shown

CHUNK = 1 << 18
LINK_LENGTH = 1000
#: where a zip's end record can begin, and how large its table of contents may be (an entry has 46 bytes and its name)
END_LENGTH = 66_000
LISTING_BYTES = limits.FILES * 200
BROKEN = (zipfile.BadZipFile, tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, OSError, NotImplementedError)


def list_folder(root: Path, names: Names) -> None:
    """The files below a folder. Links are noted, not followed: what they name is looked up among the names."""
    stack = [root]
    while stack:
        folder = stack.pop()
        for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
            path = names.clean(Path(entry.path).relative_to(root).as_posix())
            if path is None:
                continue
            if entry.is_symlink():
                names.link(path, os.readlink(entry.path))
            elif entry.is_dir(follow_symlinks=False):
                stack.append(Path(entry.path))
            elif entry.is_file(follow_symlinks=False):
                names.add(path, Path(entry.path), entry.stat(follow_symlinks=False).st_size)
            else:
                raise PackageError(f"{shown(path)}: neither a file nor a folder nor a link")


def unpack(path: Path, target: Path, names: Names) -> None:
    """Unpack an archive into `target`, told by its content, whatever it is called."""
    if not path.is_file():
        raise PackageError(f"{path}: neither a folder nor a file")
    size = path.stat().st_size
    if size > limits.ARCHIVE_BYTES:
        raise PackageError(f"{path.name}: the archive is larger than {limits.ARCHIVE_BYTES // limits.MB} MB")
    try:
        if _starts(path, b"\x1f\x8b"):
            with gzip.open(path) as plain:
                _tar(_Bounded(plain, size), target, names)
        elif zipfile.is_zipfile(path):
            _zip(path, target, names, size)
        elif tarfile.is_tarfile(path):
            with path.open("rb") as plain:
                _tar(_Bounded(plain, size), target, names)
        else:
            raise PackageError(f"{path.name}: neither a folder nor a .zip, .tar.gz or .tar archive")
    except PackageError:
        raise
    except (*BROKEN, ValueError, RuntimeError) as error:
        raise PackageError(f"{path.name}: the archive is broken ({str(error)[:100] or type(error).__name__})") from None


def _starts(path: Path, magic: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(magic)) == magic


def _ratio(unpacked: int, packed: int) -> None:
    if unpacked > limits.RATIO_FROM and unpacked > limits.RATIO * max(packed, 1):
        raise PackageError(f"unpacks to more than {limits.RATIO} times its size: this looks like a zip bomb")


class _Bounded:
    """A stream that stops a bomb, for tarfile reads headers, padding and skipped members as it likes."""

    def __init__(self, stream: IO[bytes], packed: int):
        self._stream, self._packed, self._read = stream, packed, 0

    def read(self, size: int = -1) -> bytes:
        if size < 0 or size > limits.FILE_BYTES:
            raise PackageError(f"a member of the archive is larger than {limits.FILE_BYTES // limits.MB} MB")
        data = self._stream.read(size)
        self._read += len(data)
        _ratio(self._read, self._packed)
        if self._read > limits.TOTAL_BYTES + limits.FILES * 1536:
            raise PackageError(f"the files are larger than {limits.TOTAL_BYTES // limits.MB} MB together")
        return data


def _tar(stream: _Bounded, target: Path, names: Names) -> None:
    with tarfile.open(fileobj=stream, mode="r|", errorlevel=2) as archive:  # type: ignore[call-overload]
        for member in archive:
            path = names.clean(member.name)
            if path is None or member.isdir():
                continue
            if member.issym() or member.islnk():
                names.link(path, member.linkname, from_top=member.islnk())
            elif not member.isreg() or member.issparse():
                raise PackageError(f"{shown(path)}: neither a file nor a folder nor a link")
            else:
                names.grow(path, member.size)
                source = archive.extractfile(member)
                assert source is not None  # a regular file's
                place = target / str(names.count)
                size = _copy(source, place, path)
                names.total -= member.size  # counted before reading; `add` counts what was there
                names.add(path, place, size)


def _listing(path: Path) -> None:
    """Refuse a zip with a giant table of contents before zipfile reads it all into memory."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - END_LENGTH))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at >= 0 and len(tail) >= at + 16 and int.from_bytes(tail[at + 12 : at + 16], "little") > LISTING_BYTES:
        raise PackageError(f"more than {limits.FILES:,} files; a package has some hundred")


def _zip(path: Path, target: Path, names: Names, packed: int) -> None:
    _listing(path)
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if len(members) > limits.FILES:
            raise PackageError(f"more than {limits.FILES:,} files; a package has some hundred")
        for member in members:
            name = names.clean(member.orig_filename)
            if name is None or member.is_dir():
                continue
            if member.flag_bits & 1:
                raise PackageError(f"{shown(name)}: encrypted; zip it without a password")
            kind = stat.S_IFMT(member.external_attr >> 16)
            if kind == stat.S_IFLNK:
                with archive.open(member) as source:
                    names.link(name, source.read(LINK_LENGTH).decode("utf-8", "replace"))
            elif kind not in (0, stat.S_IFREG):
                raise PackageError(f"{shown(name)}: neither a file nor a folder nor a link")
            else:
                place = target / str(names.count)
                with archive.open(member) as source:
                    size = _copy(source, place, name)
                names.add(name, place, size)
                _ratio(names.total, packed)


def _copy(source: IO[bytes], place: Path, name: str) -> int:
    """Write at most a file's bytes, whatever the header said; returns how many there were."""
    size = 0
    with place.open("xb") as out:
        while chunk := source.read(CHUNK):
            size += len(chunk)
            if size > limits.FILE_BYTES:
                raise PackageError(f"{shown(name)}: larger than {limits.FILE_BYTES // limits.MB} MB")
            out.write(chunk)
    return size
