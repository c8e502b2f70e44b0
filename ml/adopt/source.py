"""A file's bytes: its size and sha256 are checked before anything looks at them, then it is decompressed within bounds."""

from __future__ import annotations

import bz2
import hashlib
import hmac
import lzma
import re
import zlib
from pathlib import Path
from stat import S_ISREG

from ml.adopt.errors import AdoptError

MAX_FILE = 256 * 1024 * 1024
MAX_CONTENT = 256 * 1024 * 1024  # after decompression
LZMA_MEMORY = 256 * 1024 * 1024  # a header may ask for a dictionary of 4 GB
_SHA = re.compile(r"[0-9a-f]{64}")
_OTHERS = {
    b"\x04\x22\x4d\x18": "lz4",
    b"\x28\xb5\x2f\xfd": "zstandard",
    b"PK\x03\x04": "zip",
    b"ZF": "joblib before 0.10",
}


def content(path: str | Path, sha256: str) -> bytes:
    """The decompressed content of the file whose hash the operator vouches for; AdoptError for any other file."""
    wanted = sha256.strip().lower()
    if not _SHA.fullmatch(wanted):
        raise AdoptError("--sha256 is not a SHA-256: 64 hexadecimal digits, as `sha256sum FILE` prints them")
    data = _read(Path(path))
    if not hmac.compare_digest(hashlib.sha256(data).hexdigest(), wanted):
        raise AdoptError(
            f"{path} does not have the given SHA-256, so nothing in it was read. Ask whoever made the file for the hash "
            "(`sha256sum FILE` where it was made); do not take it from the copy that you received."
        )
    return decompressed(data)


def _read(path: Path) -> bytes:
    try:
        if not S_ISREG(path.stat().st_mode):  # a pipe or device has no end
            raise AdoptError(f"{path} is not a file")
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except OSError as error:
        raise AdoptError(f"{path} cannot be read: {error.strerror or error}") from error
    if len(data) > MAX_FILE:
        raise AdoptError(f"{path} is larger than {MAX_FILE >> 20} MB; text pipelines are not")
    return data


def decompressed(data: bytes) -> bytes:
    """`data` as it was before joblib compressed it; plain data as it is."""
    for magic, name in _OTHERS.items():
        if data.startswith(magic):
            raise AdoptError(
                f"compressed by {name}, which is not read here. Load it where it was made and dump it again: "
                "joblib.dump(joblib.load(FILE), NEW, compress=('zlib', 3))"
            )
    maker = _decompressor(data)
    if maker is None:
        return data
    try:
        out = maker.decompress(data, MAX_CONTENT + 1)
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise AdoptError(f"the compressed file is damaged: {shown_error(error)}") from error
    except MemoryError as error:
        raise AdoptError("the compressed file asks for more memory than it may have") from error
    if len(out) > MAX_CONTENT:
        raise AdoptError(f"the file expands to more than {MAX_CONTENT >> 20} MB; text pipelines do not")
    if not maker.eof:
        raise AdoptError("the compressed file is truncated")
    return out


def shown_error(error: Exception) -> str:
    return str(error)[:100] or type(error).__name__


def _decompressor(data: bytes):
    """What undoes each of joblib's compressions, told by the first bytes as joblib does."""
    if data[:2] == b"\x1f\x8b":
        return zlib.decompressobj(16 + zlib.MAX_WBITS)
    if data[:1] == b"\x78":
        return zlib.decompressobj()
    if data[:3] == b"BZh":
        return bz2.BZ2Decompressor()
    if data[:6] == b"\xfd7zXZ\0":
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, LZMA_MEMORY)
    if data[:2] == b"\x5d\0":
        return lzma.LZMADecompressor(lzma.FORMAT_ALONE, LZMA_MEMORY)
    return None
