"""Scoring every item for one member, against one float32 product of an items × 64 matrix with a vector."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from benchmarks.timing import p50, p95, ratio, show, side_by_side, verdict
from fixtures import load
from ml.families.history import History, fixed
from ml.families.items import Catalogue, Item, TrainingData
from ml.families.naive_bayes import NaiveBayes
from ml.families.naive_bayes_personal import Features
from ml.families.rows import SparseRows

SIZES = (1200, 20_000, 200_000)
EVENTS, FACTORS = 100, 64


def main(size: int, *, quick: bool = False) -> None:
    family, items = NaiveBayes(), demo_items()
    base = family.fit(TrainingData(items))
    rows = []
    for count in SIZES[:1] if quick else SIZES:
        taken = side_by_side(tasks(family, base, items, count), 20 if quick else 400 if count < 100_000 else 60, warm=5)
        for name, text in (("ready", "score"), ("whole", "open, lifts of 100 events, score")):
            factor = ratio(taken[name], taken["product"])
            figures = [p50(taken[name]), p95(taken[name]), p50(taken["product"]), f"{factor:.1f}×"]
            rows.append([count, text, *figures, verdict(factor <= 3)])
    show(
        f"Scoring all items for one member of {EVENTS} events (target: within 3×)",
        f"items|what|p50, ms|p95, ms|items × {FACTORS} product, p50, ms|ratio|target",
        rows,
    )


def demo_items() -> list[Item]:
    """The demo data's activities as models see them."""
    rows = load.raw("activities")
    return [
        Item(str(n), f"{row['title']}\n{row['intro']}\n{row['content']}", row["category"], ref=n)
        for n, row in enumerate(rows, 1)
    ]


def tasks(family: NaiveBayes, base, items: list[Item], count: int) -> dict:
    """What is compared at `count` items."""
    rng = np.random.default_rng(4)
    catalogue = tiled(family, base, items, count, rng)
    history = History()
    for ref in rng.integers(1, len(items) + 1, EVENTS):
        history.add(int(ref), fixed(1))
    ready = family.open(base, {"history": history}, catalogue)
    matrix = rng.standard_normal((count, FACTORS), np.float32)
    vector = rng.standard_normal(FACTORS, np.float32)
    return {
        "product": lambda: matrix @ vector,
        "ready": lambda: ready.score(),
        "whole": lambda: family.open(base, {"history": history}, catalogue).score(),
    }


def tiled(family: NaiveBayes, base, items: list[Item], count: int, rng) -> Catalogue:
    """A catalogue of `count` items with the features of `items`, again and again: reading 200,000 texts takes minutes."""
    catalogue = Catalogue(items)
    known = family.features(base, catalogue)
    more = np.concatenate([np.arange(len(items)), rng.integers(0, len(items), max(count - len(items), 0))])
    catalogue.extend(Item(str(n), ref=n) for n in range(len(items) + 1, count + 1))
    empty = sp.csr_matrix((count - len(items), known.counts.columns), dtype=np.float32)
    telling = SparseRows(known.telling.columns).append(known.telling.matrix()[more])
    codes = known.codes[more]
    catalogue.memo[family.name, base.version] = Features(
        known.counts.append(empty), codes, codes, telling, known.labels
    )
    return catalogue
