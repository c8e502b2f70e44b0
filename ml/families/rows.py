"""Feature tables that grow with a catalogue: sparse rows, row → base index, and names kept as bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp

from ml.families.history import History
from ml.families.items import Catalogue


def join_names(names: Sequence[str]) -> bytes:
    """Names as one blob (a list of 50,000 strings is several times as large); none may hold a NUL."""
    return "\0".join(names).encode()


def split_names(blob: bytes) -> list[str]:
    """Inverse of `join_names`."""
    return blob.decode().split("\0") if blob else []


def history_rows(history: History, catalogue: Catalogue) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(catalogue rows, likes, dislikes in 1/1000) of a history; revisions that no longer exist are left out.

    Every family of a member's asks for them, so the history keeps them; nobody may write to them.
    """
    if history.memo is None or history.memo[0] is not catalogue:
        entries = list(history)
        rows = catalogue.rows(ref for ref, _, _ in entries)
        if len(rows) < len(entries):
            entries = [entry for entry in entries if len(catalogue.rows(entry[:1]))]
        table = np.array(entries, np.float64).reshape(-1, 3)
        history.memo = (catalogue, rows, table[:, 1].copy(), table[:, 2].copy())
    return history.memo[1:]


class SparseRows:
    """CSR rows in arrays that double, so that one more row costs no copy of the table.

    Rows never change; `append` returns a longer view and leaves this one as it was, for threads that still read it.
    """

    def __init__(self, columns: int, dtype: np.typing.DTypeLike = np.float32):
        self.columns, self.rows, self.size = columns, 0, 0
        self._matrix: sp.csr_matrix | None = None
        self.indptr = np.zeros(64, np.int64)
        self.indices, self.data = np.zeros(1024, np.int32), np.zeros(1024, dtype)

    def append(self, matrix: sp.csr_matrix) -> SparseRows:
        out = SparseRows(self.columns, self.data.dtype)
        rows, size = out.rows, out.size = self.rows + matrix.shape[0], self.size + matrix.nnz
        out.indptr = _grown(self.indptr, rows + 1)
        out.indices, out.data = _grown(self.indices, size), _grown(self.data, size)
        out.indptr[self.rows + 1 : rows + 1] = matrix.indptr[1:] + self.size
        out.indices[self.size : size], out.data[self.size : size] = matrix.indices, matrix.data
        return out

    def take(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(columns, values, position in `rows`) of all entries of `rows`; repeated rows are repeated."""
        start = self.indptr[rows]
        length = self.indptr[rows + 1] - start
        owner = np.repeat(np.arange(len(rows)), length)
        at = np.arange(len(owner)) + np.repeat(start - np.cumsum(length) + length, length)
        return self.indices[at], self.data[at], owner

    def weighted_sum(self, rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Σ weight × row, float64: one number for each column."""
        part = self.matrix()[rows]
        shape = (self.columns, len(rows))
        return _made(sp.csc_matrix, shape, part.indptr, part.indices, part.data.astype(np.float64)) @ weights

    def products(self, rows: np.ndarray, others: np.ndarray) -> np.ndarray:
        """Products of each of `rows` with each of a few `others`, float32: rows × others."""
        columns, values, owner = self.take(others)
        used, place = np.unique(columns, return_inverse=True)
        table = np.zeros((len(used) + 1, len(others)), np.float32)  # the last row: columns that no other has
        table[place, owner] = values
        where = np.full(self.columns, len(used), np.int32)
        where[used] = np.arange(len(used))
        part = self.matrix()[rows]
        return _made(sp.csr_matrix, (len(rows), len(table)), part.indptr, where[part.indices], part.data) @ table

    def dot(self, vector: np.ndarray, rows: np.ndarray | None = None) -> np.ndarray:
        """float32 products of rows (None: all) with a dense vector."""
        if rows is not None and len(rows) * 4 < self.rows:
            columns, values, owner = self.take(rows)
            return np.bincount(owner, values * vector[columns], len(rows)).astype(np.float32)
        out = self.matrix() @ vector.astype(np.float32, copy=False)
        return out if rows is None else out[rows]

    def matrix(self) -> sp.csr_matrix:
        """The rows as a SciPy matrix that shares their memory; made once, for rows never change."""
        if self._matrix is None:
            self._matrix = self._make_matrix()
        return self._matrix

    def _make_matrix(self) -> sp.csr_matrix:
        # Both of one type: SciPy would copy all indices at every product otherwise, which takes longer than the product.
        kind = np.int32 if self.size < 2**31 else np.int64
        indptr, indices = self.indptr[: self.rows + 1].astype(kind), self.indices[: self.size].astype(kind, copy=False)
        return _made(sp.csr_matrix, (self.rows, self.columns), indptr, indices, self.data[: self.size])


def _made(kind: type, shape: tuple[int, int], indptr: np.ndarray, indices: np.ndarray, data: np.ndarray) -> Any:
    """A sparse matrix of these arrays; the checking constructor costs 50 µs more."""
    out = kind(shape, dtype=data.dtype)
    out.indptr, out.indices, out.data = indptr, indices, data
    return out


def _grown(array: np.ndarray, size: int) -> np.ndarray:
    if size <= len(array):
        return array
    out = np.zeros(max(size, 2 * len(array)), array.dtype)
    out[: len(array)] = array
    return out


class Positions:
    """Catalogue row → index of the item's id in a base (-1: the base has never seen it)."""

    def __init__(self, ids: Sequence[str]):
        self.index = {id: number for number, id in enumerate(ids)}
        self.of_row = np.zeros(0, np.int32)

    def extend(self, items: Sequence) -> Positions:
        """Cover `items`, the whole catalogue; rows that are covered already are not looked at."""
        new = [self.index.get(item.id, -1) for item in items[len(self.of_row) :]]
        self.of_row = np.concatenate([self.of_row, np.array(new, np.int32)])
        return self

    def spread(self, values: np.ndarray, rows: np.ndarray | None = None) -> np.ndarray:
        """`values` (one per base item) for catalogue rows; 0 for items that the base has never seen."""
        at = self.of_row if rows is None else self.of_row[rows]
        padded = np.append(values, values.dtype.type(0))
        return padded[at]  # index -1 is the padding
