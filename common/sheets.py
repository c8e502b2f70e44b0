"""CSV and Excel as staff's tables go out and come in: Excel opens both as they are, and no cell of theirs is run."""

from __future__ import annotations

from typing import Any

from import_export.formats.base_formats import BINARY_FORMATS, CSV, XLSX

#: What a spreadsheet takes for the beginning of a formula (OWASP, "CSV injection").
RUN = ("=", "+", "-", "@", "\t", "\r")
QUOTE = "'"  # what spreadsheets themselves write before a text that looks like a formula


def quoted(cell: Any) -> Any:
    """A text that would be run gets a quote before it; numbers, days and truth values stay what they are."""
    return QUOTE + cell if isinstance(cell, str) and cell.startswith(RUN) else cell


def unquoted(cell: Any) -> Any:
    """The text as it was before `quoted`."""
    return cell[1:] if isinstance(cell, str) and cell.startswith(QUOTE) and cell[1:].startswith(RUN) else cell


class _Safe:
    """Quotes cells on the way out and takes the quotes off on the way in. (The library would make a text of every cell.)"""

    def _escape_formulae(self, dataset: Any) -> None:
        rows = [[quoted(cell) for cell in row] for row in dataset]
        headers = dataset.headers
        dataset.wipe()
        dataset.headers = headers
        dataset.extend(rows)

    def create_dataset(self, in_stream: Any, **kwargs: Any) -> Any:
        dataset = super().create_dataset(in_stream, **kwargs)  # type: ignore[misc]
        rows = [[unquoted(cell) for cell in row] for row in dataset]
        headers = dataset.headers
        dataset.wipe()
        dataset.headers = headers
        dataset.extend(rows)
        return dataset


class Csv(_Safe, CSV):
    """With a byte order mark: without it Excel reads Korean as something else."""

    def export_data(self, dataset: Any, **kwargs: Any) -> str:
        return "\ufeff" + super().export_data(dataset, **kwargs)


class Xlsx(_Safe, XLSX):
    """Numbers stay numbers, days stay days."""


BINARY_FORMATS.append(Xlsx)  # those to which the library hands values rather than texts


FORMATS = (Csv, Xlsx)
