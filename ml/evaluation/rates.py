"""The rates of a confusion matrix, class against rest, and intervals of what follows from one.

Names as in Fawcett, "An introduction to ROC analysis" (Pattern Recognition Letters 27, 2006). A matrix has the truth in rows
and the prediction in columns; its cells count test rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ml.evaluation.ranking import Interval

DRAWS = 2000
#: In the order of the tables: prevalence, accuracy, sensitivity, … false omission rate.
NAMES = ("prevalence", "accuracy", "tpr", "precision", "specificity", "npv", "fpr", "fdr", "fnr", "for")


class Confusion(NamedTuple):
    """A confusion matrix that was found in metrics; `name` is the path to it."""

    name: str
    classes: list[str]
    matrix: np.ndarray


def per_class(matrix: Any, classes: Sequence[str]) -> list[dict[str, Any]]:
    """One row for each class: `label`, `support` and the ten rates of `NAMES`; None where nothing can be divided.

    Raises
    ------
    ValueError : the matrix is not square, not finite, negative, or has another size than there are classes.
    """
    cells = checked(matrix)
    if len(classes) != len(cells):
        raise ValueError(f"{len(classes)} classes do not fit a matrix of {len(cells)} rows")
    total = cells.sum()
    rows = []
    for number, label in enumerate(classes):
        tp = cells[number, number]
        fn, fp = cells[number].sum() - tp, cells[:, number].sum() - tp
        tn = total - tp - fn - fp
        values = (
            _share(tp + fn, total), _share(tp + tn, total), _share(tp, tp + fn), _share(tp, tp + fp), _share(tn, tn + fp),
            _share(tn, tn + fn), _share(fp, fp + tn), _share(fp, fp + tp), _share(fn, fn + tp), _share(fn, fn + tn),
        )  # fmt: skip
        rows.append({"label": str(label), "support": int(tp + fn), **dict(zip(NAMES, values, strict=True))})
    return rows


def checked(matrix: Any) -> np.ndarray:
    """The matrix as numbers; ValueError when it is none."""
    try:
        cells = np.asarray(matrix, float)
    except (TypeError, ValueError):
        cells = np.zeros(0)
    if cells.ndim != 2 or cells.shape[0] != cells.shape[1] or not cells.size:
        raise ValueError("a confusion matrix is square and not empty")
    if not np.isfinite(cells).all() or (cells < 0).any():
        raise ValueError("a confusion matrix holds counts")
    return cells


def _share(part: float, whole: float) -> float | None:
    return float(part / whole) if whole else None


def found_in(metrics: Any, path: str = "") -> Iterator[Confusion]:
    """All confusion matrices in a version's metrics, whatever they are nested in; two classes are "no" and "yes"."""
    if not isinstance(metrics, Mapping):
        return
    if "confusion" in metrics:
        try:
            matrix = checked(metrics["confusion"])
        except ValueError:
            pass
        else:
            names = metrics.get("classes")
            if not isinstance(names, list) or len(names) != len(matrix):
                names = ["no", "yes"] if len(matrix) == 2 else [str(n + 1) for n in range(len(matrix))]
            yield Confusion(path, [str(name) for name in names], matrix)
    for key, part in metrics.items():
        yield from found_in(part, f"{path} · {key}" if path else str(key))


def accuracy(cells: np.ndarray) -> np.ndarray:
    """Share on the diagonal, of one matrix or of many (… × classes × classes)."""
    return np.trace(cells, axis1=-2, axis2=-1) / np.maximum(cells.sum((-2, -1)), 1)


def f1_macro(cells: np.ndarray) -> np.ndarray:
    """Mean F1 over the classes that occur in the truth."""
    tp = np.diagonal(cells, axis1=-2, axis2=-1)
    truth, said = cells.sum(-1), cells.sum(-2)
    f1 = 2 * tp / np.maximum(truth + said, 1)
    held = truth > 0
    return (f1 * held).sum(-1) / np.maximum(held.sum(-1), 1)


MEASURES: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {"accuracy": accuracy, "f1_macro": f1_macro}


def draws(matrix: Any, seed: int = 0, count: int = DRAWS) -> np.ndarray:
    """Matrices of test sets drawn with replacement from the rows that made this one (count × classes × classes)."""
    cells = checked(matrix).round().astype(np.int64)
    total = int(cells.sum())
    if not total:
        return np.zeros((count, *cells.shape), np.int64)
    drawn = np.random.default_rng(seed).multinomial(total, cells.ravel() / total, count)
    return drawn.reshape(count, *cells.shape)


def interval(matrix: Any, measure: str, seed: int = 0, level: float = 0.95) -> Interval:
    """The measure with a percentile interval over test rows."""
    values = MEASURES[measure](draws(matrix, seed))
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(MEASURES[measure](checked(matrix))), float(low), float(high))


def difference(a: Any, b: Any, measure: str, seed: int = 0, level: float = 0.95) -> Interval:
    """a − b with a percentile interval, test rows of both drawn independently: wider than pairs would give."""
    of = MEASURES[measure]
    values = of(draws(a, seed)) - of(draws(b, seed + 1))
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(of(checked(a)) - of(checked(b))), float(low), float(high))
