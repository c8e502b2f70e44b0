"""CSV and JSON Lines as one thing: columns, and rows as dicts with the numbers of their lines."""

from __future__ import annotations

import csv
import itertools
import json
from collections.abc import Iterator
from pathlib import Path

from recommendations.importing.lines import MAX_LINE, Bad, FileError, Lines, Note

DELIMITERS = (",", "\t", ";")
RECORD_LINES = 2000
SAMPLE_ROWS = 100

Row = tuple[int, dict]


class Table:
    """A file's `columns` and, once, its `rows`. Bad rows are reported to `bad` and left out."""

    def __init__(self, path: str | Path, *, bad: Bad, note: Note, encoding: str | None = None):
        csv.field_size_limit(max(csv.field_size_limit(), MAX_LINE))
        self.lines = Lines(path, bad=bad, note=note, encoding=encoding)
        suffixes = [suffix.lower() for suffix in Path(path).suffixes if suffix.lower() != ".gz"]
        self.columns, self.rows = self._open(suffixes[-1] if suffixes else "", bad)

    @property
    def position(self) -> float:
        return self.lines.position

    def close(self) -> None:
        self.lines.close()

    def _open(self, suffix: str, bad: Bad) -> tuple[list[str], Iterator[Row]]:
        first = next((line for line in self.lines if line[1] is None or line[1].strip()), None)
        if first is None:
            raise FileError("the file is empty")
        number, text = first
        if suffix in {".jsonl", ".ndjson", ".json"} or (text or "").lstrip().startswith("{"):
            self.lines.give_back([first])
            return _json_table(self.lines, bad)
        if text is None:
            raise FileError(f"line {number}, which should name the columns, cannot be read")
        columns, delimiter = _header(text, suffix)
        return columns, _csv_rows(self.lines, columns, delimiter, bad)


def _header(text: str, suffix: str) -> tuple[list[str], str]:
    text = text.rstrip("\r\n")
    if "\r" in text:
        raise FileError("the lines end with CR alone; convert them first: tr '\\r' '\\n'")
    delimiter = "\t" if suffix == ".tsv" else max(DELIMITERS, key=text.count)
    try:
        columns = [cell.strip() for cell in next(csv.reader([text], delimiter=delimiter, strict=True))]
    except csv.Error as error:
        raise FileError(f"line 1, which should name the columns, is not CSV: {error}") from None
    twice = sorted({column for column in columns if column and columns.count(column) > 1})
    if twice:
        raise FileError(f"columns appear twice: {', '.join(twice)}")
    return columns, delimiter


def _csv_rows(lines: Lines, columns: list[str], delimiter: str, bad: Bad) -> Iterator[Row]:
    width = len(columns)
    for number, cells in _records(lines, delimiter, width, bad):
        if len(cells) != width:
            bad(number, f"the row has {len(cells)} columns, the header {width}")
        else:
            yield number, dict(zip(columns, cells, strict=True))


def _records(lines: Lines, delimiter: str, width: int, bad: Bad) -> Iterator[tuple[int, list[str]]]:
    for number, text in lines:
        if text is None or not text.strip():
            continue
        if '"' in text:
            cells = _quoted(lines, number, text, delimiter, width, bad)
            if cells is not None:
                yield number, cells
        else:
            yield number, text.rstrip("\r\n").split(delimiter)


def _quoted(lines: Lines, number: int, text: str, delimiter: str, width: int, bad: Bad) -> list[str] | None:
    """One record with quotes, over as many lines as it needs.

    A quote that nobody closes must not swallow what follows: then only this line is bad, and the others are read again.
    """
    taken: list[tuple[int, str | None]] = []

    def feed() -> Iterator[str]:
        size = len(text)
        yield text
        for line in lines:
            taken.append(line)
            size += len(line[1] or "")
            if line[1] is None or size > MAX_LINE or len(taken) > RECORD_LINES:
                return
            yield line[1]

    try:
        cells = next(csv.reader(feed(), delimiter=delimiter, strict=True))
        reason = "a quote is opened and not closed" if _swallowed(taken, delimiter, width) else ""
    except csv.Error as error:
        cells, reason = [], f"quotes are wrong: {error}"
        if "unexpected end" in str(error):
            reason = "a quote is opened and not closed"
    if not reason:
        return cells
    lines.give_back(taken)
    if delimiter == "\t" and text.count("\t") == width - 1:
        return text.rstrip("\r\n").split("\t")  # many tables with tabs know no quoting: quotes are characters
    bad(number, reason)
    return None


def _swallowed(taken: list[tuple[int, str | None]], delimiter: str, width: int) -> bool:
    """Whether the lines inside a quoted text are rows themselves: each has as many columns as the header."""
    inner = [text or "" for _, text in taken[:-1]]
    return width > 1 and bool(inner) and all(text.count(delimiter) == width - 1 for text in inner)


def _json_table(lines: Lines, bad: Bad) -> tuple[list[str], Iterator[Row]]:
    rows = _json_rows(lines, bad)
    sample = list(itertools.islice(rows, SAMPLE_ROWS))
    columns = list(dict.fromkeys(key for _, row in sample for key in row))
    return columns, itertools.chain(sample, rows)


def _json_rows(lines: Lines, bad: Bad) -> Iterator[Row]:
    first = True
    for number, text in lines:
        if text is None or not text.strip():
            continue
        if first and text.lstrip().startswith("["):
            raise FileError("the file is one JSON list; JSON Lines has one object per line: jq -c '.[]'")
        first = False
        try:
            row = json.loads(text, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            bad(number, f"not JSON: {error}"[:200])
            continue
        if isinstance(row, dict):
            yield number, row
        else:
            bad(number, "not a JSON object")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")
