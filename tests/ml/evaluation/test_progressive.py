"""The loop asks before it learns."""

import numpy as np

from ml.evaluation.diversity import coverage, gini, intra_list_distance, label_variety
from ml.evaluation.progressive import progressive


def test_predict_then_learn_in_order():
    seen = np.zeros(3)
    events = [(0, 1), (0, 1), (1, 2), (1, -1)]

    def learn(event):
        seen[event[1]] += event[1] >= 0

    outcome = progressive(
        events,
        rankers={"counts": lambda event: seen.copy(), "first": lambda event: np.array([3.0, 2, 1])},
        target=lambda event: event[1],
        member=lambda event: event[0],
        candidates=lambda event: np.ones(3, bool),
        learn=learn,
    )
    assert outcome.ranks["counts"].tolist() == [1.0, 0.0, 1.5, np.inf]
    assert outcome.ranks["first"].tolist() == [1.0, 1.0, 2.0, np.inf]
    assert outcome.members.tolist() == [0, 0, 1, 1]


def test_events_that_do_not_count_are_learned_only():
    learned = []
    outcome = progressive(
        [0, 1],
        rankers={"any": lambda event: np.zeros(2)},
        target=lambda event: event,
        member=lambda event: 0,
        candidates=lambda event: np.array([False, True]),
        learn=learned.append,
        counts=lambda event: event == 1,
    )
    assert learned == [0, 1]
    assert outcome.ranks["any"].tolist() == [0.0]


def test_diversity():
    lists = [[0, 1], [0, 2]]
    assert coverage(lists, 4) == 0.75
    assert gini([[0], [1]], 2) == 0.0
    assert gini([[0], [0]], 4) == 0.75
    assert intra_list_distance([0, 1], np.eye(2)) == 1.0
    assert label_variety([0, 1, 2], ["a", "a", "b"]) == 2 / 3
