"""Which column of a file is which of ours; checked before anything is written."""

from __future__ import annotations

from collections.abc import Sequence

from recommendations.importing.lines import FileError

SHOWN = 40


def parse_maps(pairs: Sequence[str]) -> list[tuple[str, str]]:
    """`--map theirs=ours` options as pairs; `theirs=` leaves a column out."""
    maps = []
    for pair in pairs:
        theirs, sign, ours = pair.rpartition("=")
        if not (sign and theirs.strip()):
            raise FileError(f"--map {pair}: write --map theirs=ours")
        maps.append((theirs.strip(), ours.strip()))
    return maps


def assign(
    found: Sequence[str], maps: Sequence[tuple[str, str]], *, known: Sequence[str], required: Sequence[str]
) -> dict[str, str]:
    """Our column → the file's column.

    Raises
    ------
    FileError : a mapped column that is not there or not ours, two columns for one of ours, a required one missing.
    """
    assigned: dict[str, str] = {}
    listing = _listing(found, known, required)
    for theirs, ours in maps:
        if theirs not in found:
            raise FileError(f"--map {theirs}={ours}: the file has no column {theirs!r}. {listing}")
        if ours and ours not in known:
            raise FileError(f"--map {theirs}={ours}: there is no column {ours!r} here. {listing}")
        if ours in assigned:
            raise FileError(f"--map: both {assigned[ours]!r} and {theirs!r} are mapped to {ours!r}; choose one")
        if ours:
            assigned[ours] = theirs
    mapped = {theirs for theirs, _ in maps}
    for column in found:
        if column in known and column not in mapped:
            assigned.setdefault(column, column)
    missing = [column for column in required if column not in assigned]
    if missing:
        raise FileError(f"missing: {', '.join(missing)}. {listing}")
    return assigned


def ignored(found: Sequence[str], maps: Sequence[tuple[str, str]], assigned: dict[str, str]) -> list[str]:
    """Columns of the file that are not used, except those left out on purpose."""
    used = {*assigned.values(), *(theirs for theirs, _ in maps)}
    return [column for column in found if column not in used]


def shown(columns: Sequence[str]) -> str:
    """Columns for a message: a file may name thousands, and put anything in a name."""
    names = [column[:40] if column.isprintable() and column else repr(column[:40]) for column in columns[:SHOWN]]
    more = f" and {len(columns) - SHOWN} more" if len(columns) > SHOWN else ""
    return f"{', '.join(names) or 'none'}{more}"


def _listing(found: Sequence[str], known: Sequence[str], required: Sequence[str]) -> str:
    optional = [column for column in known if column not in required]
    return (
        f"Columns found: {shown(found)}. Needed: {', '.join(required)}; "
        f"optional: {', '.join(optional)}. Other names are matched with --map theirs=ours."
    )
