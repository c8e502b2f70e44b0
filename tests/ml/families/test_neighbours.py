"""popularity, item_item, matrix_factorization and content: each against a straightforward computation."""

import numpy as np
import pytest

from ml.families import get
from ml.families.item_item import like_matrix
from ml.families.items import Catalogue, Example, Item, TrainingData
from tests.ml.families import world

DATA = world.data()
OTHER = {"운동": slice(0, 12), "문화": slice(12, 24), "음식": slice(24, 36)}


def opened(name: str, params=None, learn=(0, 1)):
    family = get(name)
    base, catalogue = family.fit(DATA, params), Catalogue(DATA.items)
    personal = family.open(base, None, catalogue)
    for number in learn:
        personal.learn_one(Example(DATA.items[number], 3.0))
    return family, base, catalogue, personal


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("item_item", {"method": "knn"}),
        ("item_item", {"method": "ease", "regularization": 10.0}),
        ("matrix_factorization", {"factors": 8}),
        ("content", {}),
    ],
)
def test_liking_one_topic_ranks_it_first(name, params):
    scores = opened(name, params)[-1].score()
    assert scores[OTHER["운동"]].mean() > max(scores[OTHER["문화"]].mean(), scores[OTHER["음식"]].mean())


@pytest.mark.parametrize("name", ["item_item", "content"])
def test_a_dislike_costs_what_is_like_it(name):
    personal = opened(name, learn=())[-1]
    personal.learn_one(Example(DATA.items[0], 3.0))
    before = personal.score()
    personal.learn_one(Example(DATA.items[1], -3.0))
    assert personal.score()[1:12].sum() < before[1:12].sum()


def test_a_dislike_costs_the_item_itself_in_matrix_factorization():
    liked = opened("matrix_factorization", {"factors": 8}, learn=(0,))[-1]
    before = liked.score()[1]
    liked.learn_one(Example(DATA.items[1], -3.0))
    assert liked.score()[1] < before


@pytest.mark.parametrize("name", ["item_item", "matrix_factorization", "content"])
def test_similar_are_of_the_same_topic_and_never_itself(name):
    family, base, catalogue, personal = opened(name, {"factors": 8} if name == "matrix_factorization" else {})
    found = family.similar(base, catalogue, 4, 5)
    assert 4 not in [row for row, _ in found]
    assert [value for _, value in found] == sorted((value for _, value in found), reverse=True)
    assert sum(row < 12 for row, _ in found) >= 3
    likeness = personal.similar(4)
    assert (likeness.dtype, likeness.shape, likeness[4]) == (np.dtype(np.float32), (36,), 0)
    assert [float(likeness[row]) for row, _ in found] == [value for _, value in found]


def test_cosine_neighbours():
    family, base, *_ = opened("item_item", {"method": "knn", "shrink": 2.0, "neighbours": 36})
    likes = like_matrix(DATA).toarray()
    count = likes.sum(0)
    expected = (likes.T @ likes) / (np.sqrt(np.outer(count, count)) + 2)
    np.fill_diagonal(expected, 0)
    assert np.allclose(family.table(base).toarray(), expected, rtol=1e-3, atol=1e-6)
    few = family.table(family.fit(DATA, {"method": "knn", "shrink": 2.0, "neighbours": 3}))
    assert np.diff(few.indptr).max() == 3
    assert np.allclose(few.toarray().sum(1), np.sort(expected, axis=1)[:, -3:].sum(1), rtol=1e-3)


def test_ease_is_the_closed_form():
    family, base, *_ = opened("item_item", {"method": "ease", "regularization": 7.0, "neighbours": 36})
    likes = like_matrix(DATA).toarray().astype(float)
    inverse = np.linalg.inv(likes.T @ likes + 7 * np.eye(36))
    expected = -inverse / np.diag(inverse)
    np.fill_diagonal(expected, 0)
    assert np.allclose(family.table(base).toarray(), expected, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize(("transform", "sure"), [("sum", [1 + 4 * 6, 1 + 4 * 4]), ("binary", [1 + 4, 1 + 4])])
def test_member_vector_is_the_exact_least_squares_solution(transform, sure):
    params = {"factors": 8, "alpha": 4.0, "transform": transform}
    _, base, _, personal = opened("matrix_factorization", params, learn=(0, 0, 5))
    personal.learn_one(Example(DATA.items[5], -1.0))
    items = base.state["items"].astype(float)
    confidence, preference = np.ones(36), np.zeros(36)
    confidence[[0, 5]], preference[[0, 5]] = sure, [1, 3 / 4]
    system = items.T @ (items * confidence[:, None]) + base.params["regularization"] * np.eye(8)
    assert np.allclose(personal.vector(), np.linalg.solve(system, items.T @ (confidence * preference)), atol=1e-5)


def test_item_vectors_solve_the_same_problem_as_the_members():
    """At the end of the training an item's vector is the least-squares solution given the members' (Hu et al. 2008)."""
    params = {"factors": 4, "alpha": 3.0, "iterations": 100, "regularization": 2.0}
    family, base, catalogue, _ = opened("matrix_factorization", params)
    likes, refs = like_matrix(DATA).toarray(), [item.ref for item in DATA.items]
    members = np.zeros((len(likes), 4))
    for number, row in enumerate(likes):
        own = family.open(base, None, catalogue)
        for at in np.flatnonzero(row):
            own.learn_one(Example(DATA.items[at], 1.0))
        members[number] = own.vector()
    assert len(refs) == likes.shape[1]
    for at in (0, 13, 30):
        system = members.T @ (members * (1 + 3 * likes[:, at])[:, None]) + 2 * np.eye(4)
        expected = np.linalg.solve(system, members.T @ (4 * likes[:, at]))
        assert np.allclose(base.state["items"][at], expected, atol=0.02)


@pytest.mark.parametrize("name", ["item_item", "matrix_factorization"])
def test_with_recency_the_latest_leads(name):
    def shares(recency, times):
        params = {"recency": recency} | ({"factors": 8} if name == "matrix_factorization" else {})
        family = get(name)
        personal = family.open(family.fit(DATA, params), None, Catalogue(DATA.items))
        for number, at in zip((0, 1, 13, 14), times, strict=True):
            personal.learn_one(Example(DATA.items[number], 1.0, at, "like"))
        again = family.open(personal.base, personal.delta, personal.catalogue)
        assert np.array_equal(personal.score(), again.score())
        return personal.score()[:12].mean() - personal.score()[12:24].mean()

    sport_first, culture_first, unknown = (10.0, 20.0, 30.0, 40.0), (30.0, 40.0, 10.0, 20.0), (5.0, 5.0, 5.0, 5.0)
    assert shares(0.0, sport_first) == shares(0.0, culture_first) == shares(2.0, unknown)
    assert shares(2.0, sport_first) < shares(2.0, culture_first)


def test_ease_takes_the_most_liked_only():
    family, base, *_ = opened("item_item", {"most": 10, "neighbours": 36})
    count = like_matrix(DATA).toarray().sum(0)
    taken = np.flatnonzero(np.diff(family.table(base).indptr))
    assert len(taken) == 10
    assert count[taken].min() >= np.sort(count)[-10]


def test_popularity_counts_decayed_likes():
    items = [Item(name, ref=at + 1) for at, name in enumerate("abc")]
    day = 86_400.0
    data = TrainingData(
        items,
        np.array([0, 1, 2, 0], np.int32), np.array([0, 0, 1, 1], np.int32),
        np.ones(4, np.float32), np.array([0.0, 0.0, 10 * day, 10 * day]),
    )  # fmt: skip
    family = get("popularity")
    scores = family.open(family.fit(data, {"half_life": 10.0, "smoothing": 0.0}), None, Catalogue(items)).score()
    assert np.allclose(scores, np.log1p([1.0, 2.0, 0.0]))


def test_new_revisions_of_an_item_count_as_the_item():
    personal = opened("item_item", learn=(0,))[-1]
    before = personal.score()
    personal.learn_one(Example(Item("item-1", "고친 글", "운동", ref=777), 3.0))
    assert np.allclose(personal.score()[: len(before)], before)
    assert [part.name for part in personal.explain(DATA.items[1]).contributions] == ["item-1"]
