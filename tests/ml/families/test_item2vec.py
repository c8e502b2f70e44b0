"""Item2vec: sequences, neighbours, cold items, the last solved."""

import numpy as np
import pytest

from ml.families import get
from ml.families.item2vec import sequences
from ml.families.items import Catalogue, Example, Item, TrainingData
from ml.families.verbs import VERBS

FAMILY = get("item2vec")
TOPICS = ("graph tree edge", "sum product number")


def log(members=60, each=8) -> TrainingData:
    """Twenty problems on two topics; members solve along one of them."""
    chance = np.random.default_rng(0)
    items = [
        Item(f"p{n}", f"{TOPICS[n // 10]} {n}", "", (f"topic {n // 10}",), {"level": 3.0}, n + 1) for n in range(20)
    ]
    rows = [
        (member, 10 * (member % 2) + int(at), VERBS["solve"], 1e9 + 100 * member + step)
        for member in range(members)
        for step, at in enumerate(chance.permutation(10)[:each])
    ]
    member, item, verb, time = (np.array(column) for column in zip(*rows, strict=True))
    return TrainingData(items, member, item, np.ones(len(rows), np.float32), time, verb.astype(np.int16))


DATA = log()


@pytest.fixture(scope="module")
def base():
    return FAMILY.fit(DATA)


def test_sequences_are_first_solves_in_order():
    solve, fail = VERBS["solve"], VERBS["fail"]
    verb = np.array([solve, fail, solve, solve, solve, solve], np.int16)
    data = TrainingData(
        DATA.items, np.array([0, 0, 0, 0, 1, 0]), np.array([3, 5, 2, 3, 1, 7]), np.ones(6, np.float32),
        np.array([1.0, 2, 3, 4, 5, 0]), verb,
    )  # fmt: skip
    assert [part.tolist() for part in sequences(data)] == [[7, 3, 2]]


def test_neighbours_are_solved_together(base):
    near = FAMILY.similar(base, Catalogue(DATA.items), 4, 5)
    assert {row // 10 for row, _ in near} == {0}
    assert 4 not in dict(near)


def test_a_cold_item_stands_with_its_topic(base):
    catalogue = Catalogue(DATA.items)
    row = catalogue.rows([catalogue.add(Item("new", "graph edge", "", ("topic 0",), {"level": 3.0}))])[0]
    near = FAMILY.similar(base, catalogue, int(row), 5)
    assert {at // 10 for at, _ in near} == {0}


def test_a_member_is_where_their_last_solved_are(base):
    catalogue = Catalogue(DATA.items)
    personal = FAMILY.open(base, None, catalogue)
    for number in (0, 1, 2, 10, 11, 12, 13, 14):
        personal.learn_one(Example(DATA.items[number], 5.0, 1e9 + number, "solve"))
    assert personal.recent().tolist() == [14, 13, 12, 11, 10]
    scores = personal.score()
    assert scores[15:].min() > scores[3:10].max()
    assert set(personal.closest(np.array([15, 3])).tolist()) <= {10, 11, 12, 13, 14}
    assert FAMILY.open(base, None, catalogue).closest(np.array([3])).tolist() == [-1]
