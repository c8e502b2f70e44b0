"""The topic tagger: what it gives, what it leaves, what it reports."""

import numpy as np
import pytest

from ml.estimators import get
from ml.estimators.topics import NEVER, Tagged
from ml.families.base import digest

WORDS = {
    "graphs": "그래프 정점 간선 edge vertex",
    "dp": "부분 수열 최댓값 optimal knapsack",
    "math": "소수 약수 prime divisor",
}
TAGGER = get("topic_tagger")


def problems(count=120, seed=0) -> Tagged:
    chance = np.random.default_rng(seed)
    texts, tags = [], []
    for _ in range(count):
        own = [tag for tag in WORDS if chance.random() < 0.4] or ["math"]
        words = [word for tag in own for word in chance.choice(WORDS[tag].split(), 4)]
        texts.append(" ".join(["문제", "출력", *words]))
        tags.append([*own, *(["noise"] if chance.random() < 0.2 else [])])
    return Tagged(texts, tags)


@pytest.fixture(scope="module")
def base():
    return TAGGER.fit(problems())


def test_texts_get_their_tags_in_both_languages(base):
    found = TAGGER.predict(base, ["정점과 간선", "prime divisor", "전혀 다른 이야기"])
    assert [[tag for tag, _ in row] for row in found[:2]] == [["graphs"], ["math"]]
    assert all(0 < share <= 1 for row in found for _, share in row)


def test_a_tag_that_no_text_tells_is_never_given(base):
    threshold = base.state["thresholds"][TAGGER.tag_names(base).index("noise")]
    assert threshold == NEVER


def test_fit_is_deterministic_and_plain(base):
    again = TAGGER.fit(problems())
    assert (again.version, again.fingerprint) == (base.version, base.fingerprint)
    digest(base.state)


def test_the_report_has_precision_per_tag():
    metrics, picture = TAGGER.evaluate(problems())
    assert picture is None
    assert metrics["precision"] > 0.9
    assert metrics["precision"] > metrics["commonest_precision"]
    assert {row["tag"] for row in metrics["per_tag"]} == {"graphs", "dp", "math", "noise"}


def test_too_little_is_named():
    with pytest.raises(ValueError, match="topic_tagger: 2 tagged problems"):
        TAGGER.fit(Tagged(["a", "b"], [["x"], ["y"]]))
    assert "not evaluated" in TAGGER.evaluate(Tagged(["a", "b"], [["x"], ["y"]]))[0]["note"]


def test_parameters_are_validated():
    with pytest.raises(ValueError, match=r"topic_tagger.precision"):
        TAGGER.fit(problems(), {"precision": 2})


def test_rows_of_held_out_texts_are_the_same_again():
    from ml.evaluation.outcomes import packed

    rows = TAGGER.outcomes(problems())
    assert rows.kind == "labelled"
    assert set(rows.categories) >= set(WORDS)
    assert rows.y.sum() > 50
    assert rows.score[rows.y == 1].mean() > rows.score[rows.y == 0].mean() + 0.3
    assert packed(TAGGER.outcomes(problems())) == packed(rows)
    with pytest.raises(ValueError):
        TAGGER.outcomes(problems(2))
