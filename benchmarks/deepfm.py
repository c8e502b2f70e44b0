"""DeepFM: training against established torch implementations on the same attempts, and scoring 5,000 problems for one member.

`python -m benchmarks deepfm`. The others are no requirement of the site; where they are to be compared, install them beside it:
`pip install --no-deps --target FOLDER torch-rechub deepctr-torch` and set MOA_BENCH_SITE=FOLDER.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

import numpy as np
import torch

from benchmarks.timing import p50, p95, show, side_by_side, verdict
from ml.families.items import Catalogue, Item, TrainingData
from ml.families.trace import Trace
from ml.families.verbs import VERBS
from ml.families.vulnerability import network, prepare, training
from ml.families.vulnerability.attempts import COLUMNS, attempts_of
from ml.families.vulnerability.family import DeepFM

PROBLEMS, MEMBERS, ATTEMPTS, TAGS = 5000, 1500, 120_000, 40
SIZE, HIDDEN, DROPOUT, BATCH = 16, 64, 0.3, 2048
TARGET_MS = 5


def main(size: int, *, quick: bool = False) -> None:
    torch.set_num_threads(1)
    data = log(ATTEMPTS // 20 if quick else ATTEMPTS)
    rows, tags = training_rows(data)
    steps = {"moa": ours(rows, tags), **others(rows, tags)}
    print_training(steps, rows, 5 if quick else 60)
    print_scoring(data, 10 if quick else 200)


def log(attempts: int) -> TrainingData:
    """Random attempts: members with abilities, problems with levels and up to three tags."""
    chance = np.random.default_rng(0)
    level = chance.integers(1, 16, PROBLEMS)
    items = [
        Item(str(n), f"problem {n}", "", tuple(f"tag {t}" for t in chance.integers(0, TAGS, chance.integers(1, 4))),
             {"level": float(level[n])}, n + 1)
        for n in range(PROBLEMS)
    ]  # fmt: skip
    member, item = chance.integers(0, MEMBERS, attempts), chance.integers(0, PROBLEMS, attempts)
    ability = chance.normal(0, 1, MEMBERS)
    failed = chance.random(attempts) < 1 / (1 + np.exp(ability[member] - (level[item] - 8) / 4))
    verb = np.where(failed, VERBS["fail"], VERBS["solve"]).astype(np.int16)
    time_ = 1.7e9 + np.sort(chance.uniform(0, 1e7, attempts))
    return TrainingData(items, member, item, np.ones(attempts, np.float32), time_, verb)


def training_rows(data: TrainingData):
    """Rows as the family trains on them, and the tags of problems."""
    attempts = attempts_of(data)
    made = prepare.table(data.items, attempts, np.ones(len(attempts), bool), prepare.known_tags(data.items))
    scale = prepare.scale_of(made.columns)
    columns = [network.standard(scale, part) for part in (made.columns, made.unseen_columns)]
    before = network.recent(made.place)
    rows = training.Rows(columns[0], attempts.item, attempts.failed, before, columns[1], made.tags.shape[0])
    return rows, made.tags


def ours(rows, tags) -> Callable[[np.ndarray], None]:
    """One step of this site's training: forward, backward, Adam, decay of the problems' vectors, average of the weights."""
    net = training.Network(PROBLEMS, tags, rows.columns.shape[1], SIZE, HIDDEN, DROPOUT)
    average = training.Network(PROBLEMS, tags, rows.columns.shape[1], SIZE, HIDDEN, DROPOUT)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.004)
    return lambda chosen: training.step(net, average, optimizer, rows, chosen, 0.06, 0.2, 0.99)


def others(rows, tags) -> dict[str, Callable[[np.ndarray], None]]:
    """Steps of the libraries that are installed, of the same size and with the same fields."""
    if folder := os.environ.get("MOA_BENCH_SITE"):
        sys.path.append(folder)
    found = {}
    for name, make in (("torch-rechub", rechub), ("deepctr-torch", deepctr)):
        try:
            found[name] = make(rows, tags)
        except ImportError as error:
            print(f"{name} left out: {error} (see the docstring of benchmarks/deepfm.py)")
    return found


def fields(rows, tags) -> dict[str, np.ndarray]:
    """What the libraries read: problem, main tag, recently solved and failed problems (0: none), columns."""
    main_tag = np.array([tags.indices[at] for at in tags.indptr[:-1]])
    past = np.where(rows.before >= 0, rows.item[rows.before] + 1, 0)
    lost = (rows.failed[rows.before] > 0) & (rows.before >= 0)
    won = (rows.failed[rows.before] == 0) & (rows.before >= 0)
    return {
        "item": rows.item + 1,
        "tag": main_tag[rows.item],
        "won": np.where(won, past, 0),
        "lost": np.where(lost, past, 0),
        "columns": rows.columns,
    }


def rechub(rows, tags):
    from torch_rechub.basic.features import DenseFeature, SequenceFeature, SparseFeature
    from torch_rechub.models.ranking import DeepFM as Other

    item, tag = SparseFeature("item", PROBLEMS + 1, SIZE), SparseFeature("tag", TAGS, SIZE)
    past = [SequenceFeature(name, PROBLEMS + 1, SIZE, pooling="mean", padding_idx=0) for name in ("won", "lost")]
    dense = DenseFeature("columns", len(COLUMNS))
    net = Other([item, tag, *past, dense], [item, tag, *past], {"dims": [HIDDEN, HIDDEN // 2], "dropout": DROPOUT})
    given = fields(rows, tags)
    return _plain_step(net, lambda chosen: {k: torch.as_tensor(v[chosen]) for k, v in given.items()}, rows)


def deepctr(rows, tags):
    from deepctr_torch.inputs import DenseFeat, SparseFeat, VarLenSparseFeat
    from deepctr_torch.models import DeepFM as Other

    past = [SparseFeat(name, PROBLEMS + 1, embedding_dim=SIZE) for name in ("won", "lost")]
    features = [
        SparseFeat("item", PROBLEMS + 1, embedding_dim=SIZE),
        SparseFeat("tag", TAGS, embedding_dim=SIZE),
        *(VarLenSparseFeat(feature, network.RECENT, "mean") for feature in past),
        DenseFeat("columns", len(COLUMNS)),
    ]  # fmt: skip
    net = Other(features, features, dnn_hidden_units=(HIDDEN, HIDDEN // 2), dnn_dropout=DROPOUT)
    given = fields(rows, tags)
    parts = [np.asarray(part, np.float32).reshape(len(rows.item), -1) for part in given.values()]
    whole = np.concatenate(parts, 1)
    return _plain_step(net, lambda chosen: torch.as_tensor(whole[chosen]), rows)


def _plain_step(net, batch, rows):
    optimizer = torch.optim.Adam(net.parameters(), lr=0.004)
    net.train()

    def step(chosen: np.ndarray) -> None:
        optimizer.zero_grad()
        found = net(batch(chosen)).reshape(-1)
        true = torch.as_tensor(rows.failed[chosen].astype(np.float32))
        torch.nn.functional.binary_cross_entropy(found, true).backward()
        optimizer.step()

    return step


def print_training(steps, rows, rounds: int) -> None:
    chance = np.random.default_rng(1)
    batch = min(BATCH, len(rows.item))
    tasks = {name: (lambda step=step: step(chance.integers(0, len(rows.item), batch))) for name, step in steps.items()}
    taken = side_by_side(tasks, rounds)
    cells = [[name, f"{batch / p50(taken[name]) * 1000:,.0f}", p50(taken[name]), p95(taken[name])] for name in steps]
    show(f"Training DeepFM, steps of {batch} attempts, one thread", "what|examples/s|p50, ms|p95, ms", cells)


def print_scoring(data: TrainingData, rounds: int) -> None:
    family = DeepFM()
    base = family.fit(data, {"epochs": 2})
    catalogue = Catalogue(data.items)
    family.features(base, catalogue)
    chance, packed = np.random.default_rng(2), {}
    for events in (0, 30, 300, 1000):
        trace = Trace()
        for number in range(events):
            verb = VERBS["fail" if chance.random() < 0.4 else "solve"]
            trace.add(1_700_000_000 + 600 * number, int(chance.integers(1, PROBLEMS + 1)), verb, 2000)
        packed[events] = trace.pack()
    tasks = {
        str(events): lambda bytes_=bytes_: family.open(base, {"history": b"", "trace": bytes_}, catalogue).score()
        for events, bytes_ in packed.items()
    }
    taken = side_by_side(tasks, rounds)
    cells = [[name, p50(taken[name]), p95(taken[name]), verdict(p50(taken[name]) < TARGET_MS)] for name in tasks]
    title = f"Scoring {PROBLEMS:,} problems for one member: unpack, features, network (target: under {TARGET_MS} ms)"
    show(title, "attempts|p50, ms|p95, ms|target", cells)
    start = time.perf_counter()
    family.open(base, None, catalogue).explain(data.items[0])
    print(f"explaining one problem: {(time.perf_counter() - start) * 1000:.1f} ms")
