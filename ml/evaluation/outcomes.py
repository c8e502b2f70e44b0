"""What a model said of held-out decisions, row by row: kept small, and so that the rows of two models can be paired.

A decision is a moment at which a member took one item out of several candidates. Its rows are the one taken and some that were
not. Keys follow from member, moment and item alone, so that two evaluations of the same decision name its rows alike; they are
hashes under a secret of the site, from which nobody reads who it was.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from dataclasses import dataclass, field, fields, replace
from typing import Any, NamedTuple

import numpy as np

MOST_ROWS = 20_000
#: what a row's `y` says: an item was taken; an attempt failed; a label belongs to a text; a text is abusive; somebody ordered
KINDS = ("taken", "failed", "labelled", "flagged", "ordered")


@dataclass(frozen=True)
class Outcomes:
    """Equally long arrays, one entry for each (decision, item), in order of keys.

    Attributes
    ----------
    key, member : uint64 hashes of the row and of whose it is.
    y : 1 where it happened, else 0. score : 0–1, the model's probability of a yes.
    rank : place among all candidates of the decision (0 first, ties count half); NaN where nothing was ranked.
    category : number in `categories`, -1 without.
    groups : grouping ("history" for all domains, further ones by domain) → (names, number of each row or -1).
    """

    key: np.ndarray
    member: np.ndarray
    y: np.ndarray
    score: np.ndarray
    rank: np.ndarray
    category: np.ndarray
    categories: tuple[str, ...] = ()
    groups: dict[str, tuple[tuple[str, ...], np.ndarray]] = field(default_factory=dict)
    kind: str = "taken"

    def __len__(self) -> int:
        return len(self.key)

    def part(self, which: np.ndarray) -> Outcomes:
        """The rows that a mask or an array of numbers picks."""
        arrays = {name: getattr(self, name)[which] for name in ARRAYS}
        groups = {name: (names, codes[which]) for name, (names, codes) in self.groups.items()}
        return replace(self, **arrays, groups=groups)

    @property
    def ranked(self) -> np.ndarray:
        """Mask of the rows that rank measures read: what was taken, with its place."""
        return (self.y == 1) & np.isfinite(self.rank)


ARRAYS = tuple(f.name for f in fields(Outcomes) if f.name not in ("categories", "groups", "kind"))
_TYPES = (np.uint64, np.uint64, np.uint8, np.float32, np.float32, np.int16)


class Paired(NamedTuple):
    """Rows of two models over the same keys; `common` is how many there are (0: nothing can be paired)."""

    a: Outcomes
    b: Outcomes
    common: int


def pair(a: Outcomes, b: Outcomes) -> Paired:
    """The rows that both have. A key whose outcome differs (an event was forgotten since) is left out."""
    _keys, at, other = np.intersect1d(a.key, b.key, assume_unique=True, return_indices=True)
    same = a.y[at] == b.y[other]
    return Paired(a.part(at[same]), b.part(other[same]), int(same.sum()))


def hash_of(*parts: object, secret: bytes = b"") -> int:
    """A stable number of 64 bits of these parts."""
    text = "\x1f".join(map(str, parts)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8, key=secret[:64]).digest(), "little")


def mixed(one: int | np.ndarray, other: np.ndarray) -> np.ndarray:
    """Keys of rows from those of decision and items: the finaliser of SplitMix64 (Steele et al., OOPSLA 2014) over their sum."""
    with np.errstate(over="ignore"):
        z = np.asarray(one, np.uint64) + np.asarray(other, np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def made(columns: dict, **more) -> Outcomes:
    """Outcomes of unsorted columns: in order of keys, each once, at most `MOST_ROWS` (those with the smallest member hashes)."""
    arrays = [np.asarray(columns[name]).astype(kind) for name, kind in zip(ARRAYS, _TYPES, strict=True)]
    named: dict[str, Any] = dict(zip(ARRAYS, arrays, strict=True))
    found = Outcomes(**named, **more)
    if len(found) > MOST_ROWS:
        cut = np.partition(found.member, MOST_ROWS)[MOST_ROWS]
        found = found.part(found.member < cut)  # whole members
    _keys, first = np.unique(found.key, return_index=True)
    return found.part(first)


def packed(outcomes: Outcomes) -> bytes:
    """Compressed plain arrays (NumPy's npz, without pickles); equal outcomes give equal bytes."""
    arrays: dict[str, Any] = {name: getattr(outcomes, name) for name in ARRAYS}
    arrays["kind"] = np.array(outcomes.kind)
    arrays["categories"] = np.array(outcomes.categories, str)
    arrays["score"], arrays["rank"] = arrays["score"].astype(np.float16), arrays["rank"].astype(np.float32)
    for name, (names, codes) in outcomes.groups.items():
        arrays[f"names of {name}"], arrays[f"group {name}"] = np.array(names, str), codes.astype(np.int16)
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)
    return out.getvalue()


def unpacked(data: bytes) -> Outcomes:
    """Inverse of `packed` (scores to three digits); ValueError for anything else."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            arrays = [file[name].astype(kind) for name, kind in zip(ARRAYS, _TYPES, strict=True)]
            groupings = [name.removeprefix("group ") for name in file.files if name.startswith("group ")]
            groups = {n: (tuple(map(str, file[f"names of {n}"])), file[f"group {n}"]) for n in groupings}
            categories, kind = tuple(map(str, file["categories"])), str(file["kind"])
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError("the stored rows of this evaluation are damaged: evaluate the version again") from error
    columns = [*arrays, *(codes for _names, codes in groups.values())]
    if kind not in KINDS or any(column.shape != arrays[0].shape or column.ndim != 1 for column in columns):
        raise ValueError("the stored rows of this evaluation are damaged: evaluate the version again")
    named: dict[str, Any] = dict(zip(ARRAYS, arrays, strict=True))
    return Outcomes(**named, categories=categories, groups=groups, kind=kind)
