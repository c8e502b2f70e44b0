"""The comment filter: what it flags, what staff teach it, and that one-sided teaching does not make it flag everybody."""

import numpy as np
import pytest

from fixtures.comments import build
from fixtures.load import read
from ml import estimators
from ml.estimators.comments.features import hashed, letters, tidy
from ml.estimators.comments.filter import PRETRAINED, Decisions, pretrained

FILTER = estimators.get("comment_filter")
NOTHING = Decisions.of([], [])
CLEAN = sorted({row["text"] for row in read("comments")})[:400]


@pytest.fixture(scope="module")
def base():
    return FILTER.fit(NOTHING)


def share(base, texts):
    return float((FILTER.predict(base, texts) >= base.state["hold"]).mean())


def test_tricks_of_spelling_leave_traces():
    assert tidy("와\u200b아아아아아!!!!!") == "와아아!!"
    assert letters("ㅅㅂ")[1:] == letters("ㅅㅂ".encode().decode())[1:]
    assert hashed(["시발"]).multiply(hashed(["ㅅㅣ발"])).sum() > 0.1


def test_what_members_of_the_demo_say_is_hardly_ever_held(base):
    assert share(base, CLEAN) < 0.02


def test_abuse_is_held(base):
    assert share(base, ["이 병신아 꺼져라", "개새끼들 지랄하네", "미친놈아 닥쳐"]) == 1.0


def test_the_shipped_arrays_are_small_and_hold_no_objects():
    assert PRETRAINED.stat().st_size < 3_000_000
    with np.load(PRETRAINED, allow_pickle=False) as file:
        assert {file[name].dtype.kind for name in file.files} <= set("fuib")


def test_staff_teach_a_new_word_and_take_it_back(base):
    insults = ["너 완전 쿠쿠삥뽕이네", "쿠쿠삥뽕 같은 소리하네", "이 쿠쿠삥뽕아", "쿠쿠삥뽕들 많네"] * 8
    asked = ["저런 쿠쿠삥뽕이 또 왔어"]
    taught = FILTER.fit(Decisions.of(insults, [True] * len(insults)))
    assert FILTER.predict(base, asked)[0] < 0.3
    assert FILTER.predict(taught, asked)[0] >= base.state["hold"]
    assert FILTER.fit(NOTHING).version == base.version


@pytest.mark.parametrize("called", [True, False], ids=["abusive", "clean"])
def test_four_hundred_one_sided_decisions_move_half_a_point_at_most(base, called):
    taught = FILTER.fit(Decisions.of(CLEAN, [called] * len(CLEAN)))
    watched = pretrained()["watched"]
    before, after = share(base, watched), share(taught, watched)
    assert after - before <= 0.005
    assert (len(taught.state["waiting"]) > 0) == called
    assert share(taught, ["이 병신아 꺼져라", "개새끼들 지랄하네"]) == 1.0


@pytest.mark.skipif(not build.DATA.is_dir(), reason="the shared data are not beside the repository")
def test_on_clean_comments_that_it_never_saw():
    texts, abusive, source = build.read()
    _train, validation, test = build.split(texts, abusive, source)
    clean = hashed([texts[n] for n in test if not abusive[n]])
    base = FILTER.fit(NOTHING)
    for side in (True, False):
        picks = [texts[n] for n in validation if abusive[n] == side][:400]
        taught = FILTER.fit(Decisions.of(picks, [True] * 400))
        assert share(taught, clean) - share(base, clean) <= 0.005


def test_training_again_gives_the_same():
    data = Decisions.of(CLEAN[:30], [True, False] * 15)
    assert FILTER.fit(data).version == FILTER.fit(data).version
    report, picture = FILTER.evaluate(data)
    assert (report["decisions"], picture) == (30, None)
    assert report["agreement_after"] >= report["agreement_before"]
