"""`--labels`: which label of this site each class of the pipeline becomes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from ml.adopt.errors import AdoptError, shown

MAX_FILE = 10_000_000


def parse(parts: Sequence[str]) -> dict[str, str]:
    """``theirs=ours`` pairs, or paths of JSON files that hold ``{"theirs": "ours"}``; AdoptError naming a bad one."""
    out: dict[str, str] = {}
    for part in parts:
        theirs, sign, ours = part.partition("=")
        if sign and not Path(part).is_file():
            pairs = [(theirs.strip(), ours.strip())]
        else:
            pairs = _file(part)
        for theirs, ours in pairs:
            if not theirs or not ours:
                raise AdoptError(f"--labels {shown(part)!r}: neither side of theirs=ours may be empty")
            if out.setdefault(theirs, ours) != ours:
                raise AdoptError(
                    f"--labels maps {shown(theirs)!r} twice, to {shown(out[theirs])!r} and {shown(ours)!r}"
                )
    return out


def _file(name: str) -> list[tuple[str, str]]:
    try:
        with Path(name).open(encoding="utf-8-sig") as file:
            found = json.loads(file.read(MAX_FILE))
    except OSError as error:
        raise AdoptError(f"--labels {shown(name)!r} is neither theirs=ours nor a JSON file that can be read") from error
    except (ValueError, RecursionError) as error:
        raise AdoptError(f"--labels {shown(name)}: not JSON ({shown(str(error))})") from error
    if not isinstance(found, dict) or not all(isinstance(ours, str) for ours in found.values()):
        raise AdoptError(f'--labels {shown(name)}: needed is an object of texts, {{"theirs": "ours", …}}')
    return [(theirs.strip(), ours.strip()) for theirs, ours in found.items()]


def apply(classes: Sequence[str], mapping: Mapping[str, str], ours: Mapping[str, str]) -> list[str]:
    """Our label for each class. `ours`: any accepted way to write a label → the label itself.

    AdoptError listing classes without a label, labels of the mapping that the pipeline or the site does not have, and
    labels that several classes would share (adding two classes up gives another classifier, not that one).
    """
    _refuse("the pipeline has classes that --labels does not map", [name for name in classes if name not in mapping])
    _refuse(
        f"--labels maps what the pipeline does not have (its classes: {_few(classes)})",
        [name for name in mapping if name not in set(classes)],
    )
    _refuse(
        f"--labels names labels that this domain does not have (it has: {_few(sorted(set(ours.values())))})",
        [mapping[name] for name in classes if mapping[name] not in ours],
    )
    out = [ours[mapping[name]] for name in classes]
    _refuse("several classes would become the same label", sorted({name for name in out if out.count(name) > 1}))
    return out


def _refuse(reason: str, culprits: Sequence[str]) -> None:
    if culprits:
        raise AdoptError(f"{reason}: {_few(culprits)}")


def _few(names: Sequence[str], most: int = 50) -> str:
    out = ", ".join(shown(name, 40) for name in names[:most])
    return out if len(names) <= most else f"{out} and {len(names) - most} more"
