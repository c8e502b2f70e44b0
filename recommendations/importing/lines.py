"""Numbered lines of a file of any size: decompressed, decoded, and never more of one line in memory than the cap."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

MAX_LINE = 1 << 20
SAMPLE = 1 << 18
UTF8_MARK = codecs.BOM_UTF8
WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
KOREAN = "cp949"  # contains EUC-KR; the bytes of its characters are never a line break

Bad = Callable[[int, str], None]
Note = Callable[[str], None]


class FileError(ValueError):
    """A file that cannot be imported at all, with the reason and the way out."""


class Lines:
    """Iterates over (line number, text); lines that cannot be read are reported to `bad` and come as None.

    Parameters
    ----------
    encoding : None: UTF-8, or CP949 where the first line beyond ASCII is not UTF-8.
    """

    def __init__(self, path: str | Path, *, bad: Bad, note: Note, encoding: str | None = None):
        self.encoding = checked_encoding(encoding)
        self.bad, self.note = bad, note
        self.size, self._file, self._stream = open_stream(path)
        self._returned: deque[tuple[int, str | None]] = deque()
        self._numbered = self._read()
        sample = self._peek()
        if sample.startswith(WIDE_MARKS):
            raise FileError("the file is UTF-16; convert it first: iconv -f utf-16 -t utf-8")
        if sample.startswith(b"PK\x03\x04"):
            raise FileError("the file is a ZIP archive or a spreadsheet; save the table as CSV in UTF-8")
        if self.encoding is None:
            self._decide([line for line in sample.split(b"\n")[:-1] if not line.isascii()])

    def __iter__(self) -> Iterator[tuple[int, str | None]]:
        return self

    def __next__(self) -> tuple[int, str | None]:
        return self._returned.popleft() if self._returned else next(self._numbered)

    def give_back(self, lines: list[tuple[int, str | None]]) -> None:
        """Have `lines` read again, before what follows."""
        self._returned.extendleft(reversed(lines))

    @property
    def position(self) -> float:
        """How much of the file has been read, 0 to 1."""
        return min(1.0, self._file.tell() / self.size) if self.size else 1.0

    def close(self) -> None:
        self._stream.close()
        self._file.close()

    def _peek(self) -> bytes:
        try:
            return self._stream.peek(SAMPLE)
        except (EOFError, OSError, zlib.error) as error:
            raise FileError(f"the compressed file is damaged: {error}") from None

    def _read(self) -> Iterator[tuple[int, str | None]]:
        number = 0
        try:
            while raw := self._stream.readline(MAX_LINE + 1):
                number += 1
                yield number, self._text(number, raw)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            self.bad(number + 1, f"the compressed file is damaged here, the rest is lost: {error}")

    def _text(self, number: int, raw: bytes) -> str | None:
        if len(raw) > MAX_LINE and not raw.endswith(b"\n"):
            self._skip_line()
            self.bad(number, f"the line is longer than {MAX_LINE:,} bytes")
            return None
        if number == 1:
            raw = raw.removeprefix(UTF8_MARK)
        if b"\x00" in raw:
            self.bad(number, "the line contains a NUL byte")
            return None
        if self.encoding is None and not raw.isascii():
            self._decide([raw])
        try:
            return raw.decode(self.encoding or "ascii")
        except UnicodeDecodeError as error:
            byte = raw[error.start]
            self.bad(number, f"byte 0x{byte:02x} is not valid {self.encoding}; another --encoding may fit")
            return None

    def _skip_line(self) -> None:
        while (rest := self._stream.readline(MAX_LINE)) and not rest.endswith(b"\n"):
            pass

    def _decide(self, lines: list[bytes]) -> None:
        """Choose the encoding by lines beyond ASCII: what most of them are; so one damaged line decides nothing."""
        if not lines:
            return
        unicode, korean = (sum(decodes(line, encoding) for line in lines) for encoding in ("utf-8", KOREAN))
        if 2 * unicode < len(lines) < 2 * korean:
            self.encoding = KOREAN
            self.note("The file is not UTF-8 and is read as CP949 (EUC-KR). If texts look wrong, give --encoding.")
        else:
            self.encoding = "utf-8"


def open_stream(path: str | Path) -> tuple[int, Any, Any]:
    """Size, raw file, and the file's content, decompressed where it is gzip (whatever its name)."""
    path = Path(path)
    if path.is_dir():
        raise FileError(f"{path} is a folder; give a file")
    try:
        file = io.BufferedReader(io.FileIO(path), SAMPLE)
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}") from None
    if file.peek(2)[:2] == b"\x1f\x8b":
        return path.stat().st_size, file, io.BufferedReader(gzip.GzipFile(fileobj=file), SAMPLE)
    return path.stat().st_size, file, file


def checked_encoding(name: str | None) -> str | None:
    """The codec's own name. Refuses unknown ones and those in which a line break is not the byte 10."""
    if name is None:
        return None
    try:
        found = codecs.lookup(name).name
        if "a\n".encode(found) != b"a\n" and found != "utf-8-sig":
            raise FileError(f"{found} cannot be read line by line; convert the file first: iconv -f {found} -t utf-8")
    except (LookupError, UnicodeError):
        raise FileError(f"there is no encoding {name!r}; common ones: utf-8, cp949, euc-kr, latin-1") from None
    return "utf-8" if found == "utf-8-sig" else found


def decodes(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
