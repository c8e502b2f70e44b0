"""A member's own ALS vector after an event: solved from what they did, against keeping a private copy of the model."""

from __future__ import annotations

import tempfile
from pathlib import Path

import joblib
import numpy as np
import scipy.sparse as sp
from implicit.cpu.als import AlternatingLeastSquares

from benchmarks.timing import p50, p95, ratio, show, side_by_side, verdict
from ml.families.base import Base
from ml.families.history import History, fixed
from ml.families.items import Catalogue, Item
from ml.families.matrix_factorization import MatrixFactorization
from ml.families.rows import join_names

SIZES, EVENTS, FACTORS = (1200, 20_000, 200_000), 100, 64
LIMIT = 1.0  # milliseconds


def main(size: int, *, quick: bool = False) -> None:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for count in SIZES[:1] if quick else SIZES:
            for recency in (0.0, 0.1):
                taken = side_by_side(tasks(count, recency, Path(folder)), 20 if quick else 100, warm=3)
                own, copy = taken["own"], taken["copy"]
                figures = [p50(own), p95(own), p50(copy), f"{ratio(copy, own):.0f}×", verdict(p50(own) < LIMIT)]
                rows.append([count, recency, *figures])
    show(
        f"A member's own vector, {FACTORS} factors, {EVENTS} events, from the stored bytes (target: under {LIMIT:g} ms)",
        "items|recency|p50, ms|p95, ms|private copy: load, solve, dump, p50, ms|ratio|target",
        rows,
    )


def tasks(count: int, recency: float, folder: Path) -> dict:
    """What is compared at `count` items: the same history, vectors and confidence."""
    rng = np.random.default_rng(5)
    family, vectors = MatrixFactorization(), rng.normal(0, 0.3, (count, FACTORS)).astype(np.float32)
    items = [Item(str(n), ref=n) for n in range(1, count + 1)]
    catalogue = Catalogue(items)
    params = family.with_defaults({"recency": recency, "factors": FACTORS})
    base = Base(family.name, {"ids": join_names([item.id for item in items]), "items": vectors}, params)
    refs = np.sort(rng.choice(np.arange(1, count + 1), EVENTS, replace=False))
    stored = stored_delta(refs)
    family.features(base, catalogue)
    path = folder / f"{count}.joblib"
    joblib.dump(private_model(vectors, params), path)
    seen = sp.csr_matrix((np.ones(EVENTS, np.float32), (np.zeros(EVENTS, int), refs - 1)), (1, count))

    def copy():
        model = joblib.load(path)
        model.user_factors = model.recalculate_user(np.array([0]), seen)
        joblib.dump(model, path)

    return {"own": lambda: family.open(base, stored, catalogue).vector(), "copy": copy}


def stored_delta(refs: np.ndarray) -> dict[str, bytes]:
    """The bytes that a store holds of one view of each item, an hour after one another."""
    from ml.families.trace import Trace
    from ml.families.verbs import code

    history, trace = History(), Trace()
    for n, ref in enumerate(refs.tolist()):
        history.add(ref, fixed(1))
        trace.add(1_700_000_000 + 3600 * n, ref, code("view"), fixed(1))
    return {"history": history.pack(), "trace": trace.pack()}


def private_model(vectors: np.ndarray, params: dict) -> AlternatingLeastSquares:
    """A model of `implicit` for one member, with these item vectors."""
    model = AlternatingLeastSquares(
        factors=vectors.shape[1], regularization=params["regularization"], alpha=1 + params["alpha"], num_threads=1
    )
    model.item_factors, model.user_factors = vectors, np.zeros((1, vectors.shape[1]), np.float32)
    return model
