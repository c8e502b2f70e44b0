"""Bytes per member after 100 events, by what a delta holds: `python -m benchmarks.delta_forms` (docs/adr/0001)."""

from __future__ import annotations

import csv
import io
import random
import zlib
from collections import Counter
from pathlib import Path

import joblib
import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

from ml.families.history import History, fixed

FILE = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "ynat" / "train.csv"
ROWS, EVENTS, LABELS = 20_000, 100, 7


def texts() -> list[str]:
    """News titles where the data is there, else words drawn at random."""
    if FILE.exists():
        with FILE.open(encoding="utf-8") as file:
            return [row["title"] for _n, row in zip(range(ROWS), csv.DictReader(file), strict=False)]
    draw = random.Random(0)
    words = ["".join(draw.choices("가나다라마바사아자차카타파하", k=draw.randint(2, 4))) for _ in range(5000)]
    return [" ".join(draw.choices(words, k=8)) for _ in range(ROWS)]


def history_bytes(learned: list[int]) -> int:
    history = History()
    for row in learned:
        history.add(row + 1, fixed(1.0))
    return len(history.pack())


def counts_bytes(counter: CountVectorizer, chosen: list[str]) -> tuple[int, int]:
    """Sparse counts as (index, thousandths) varint-sized pairs would be: 4 + 4 bytes each; and compressed."""
    total: Counter[int] = Counter()
    for row in counter.transform(chosen):
        total.update(dict(zip(row.indices.tolist(), row.data.tolist(), strict=True)))
    packed = np.array(sorted(total.items()), np.int32).T.tobytes()
    return len(packed), len(zlib.compress(packed, 9))


def copy_bytes(analyzer: str, ngrams: tuple[int, int], corpus: list[str]) -> tuple[int, CountVectorizer]:
    counter = CountVectorizer(analyzer=analyzer, ngram_range=ngrams, max_features=50_000)
    pipeline = make_pipeline(counter, MultinomialNB())
    pipeline.fit(corpus, [n % LABELS for n in range(len(corpus))])
    buffer = io.BytesIO()
    joblib.dump(pipeline, buffer)
    return len(buffer.getvalue()), counter


def main() -> None:
    corpus = texts()
    learned = random.Random(1).sample(range(len(corpus)), EVENTS)
    print(f"{EVENTS} events over {len(corpus)} texts")
    print(f"history of references: {history_bytes(learned):>10,} bytes, whatever the features")
    for analyzer, ngrams in (("word", (1, 1)), ("char_wb", (1, 3))):
        full, counter = copy_bytes(analyzer, ngrams, corpus)
        plain, packed = counts_bytes(counter, [corpus[row] for row in learned])
        print(f"{analyzer} {ngrams}: sparse counts {plain:>9,} bytes, zlib {packed:,}; full private copy {full:,}")


if __name__ == "__main__":
    main()
