"""The comment filter: what it flags, what staff teach it, and that one-sided teaching does not make it flag everybody."""

import json
import unicodedata

import numpy as np
import pytest

from fixtures.comments import build
from fixtures.comments.build import packed
from fixtures.comments.words import listed as words_of
from fixtures.load import read
from ml import estimators
from ml.estimators.comments.features import hashed, letters, tidy
from ml.estimators.comments.filter import PRETRAINED, Decisions, pretrained, unpacked
from ml.estimators.comments.report import shares, wilson
from ml.evaluation import outcomes
from ml.evaluation.outcomes import pair

FILTER = estimators.get("comment_filter")
NOTHING = Decisions.of([], [])
CLEAN = sorted({row["text"] for row in read("comments")})[:400]


@pytest.fixture(scope="module")
def base():
    return FILTER.fit(NOTHING)


def share(base, texts):
    return float((FILTER.predict(base, texts) >= base.state["hold"]).mean())


def test_letters_are_read_as_a_person_does():
    assert tidy("와\u200b아아아아아!!!!!") == "와아아!!"
    assert letters("시")[1:] == unicodedata.normalize("NFD", "시")
    assert tidy("안녕 😀 좋아요!! 내일 봐요") == "안녕 😀 좋아요!! 내일 봐요"
    assert (tidy(""), tidy("👍"), tidy("\u3164")) == ("", "👍", "")


@pytest.mark.parametrize(
    "disguised",
    [
        "ㅂㅕㅇㅅㅣㄴ아",
        "병\u200b신아",
        "병\u3164신아",
        "병\u0301신아",
        "병.신.아",
        "병1신아",
        "병@신아",
        "병♡신아♡",
        "병 신 아",
    ],
    ids=["jamo", "zero-width", "filler", "accent", "dots", "digit", "at", "hearts", "spaces"],
)
def test_disguises_are_taken_off(base, disguised):
    assert tidy(disguised) == "병신아"
    assert FILTER.predict(base, [disguised])[0] >= base.state["hide"]


def test_an_insult_in_the_middle_of_a_long_text_is_found(base):
    long = " ".join(CLEAN)[:800]
    asked = [long, f"{long[:400]} 이 병신아 꺼져라 {long[400:]}", "가" * 900, "이 병신아 꺼져라", ""]
    held = FILTER.predict(base, asked) >= base.state["hold"]
    assert held.tolist() == [False, True, False, True, False]
    assert FILTER.predict(base, []).shape == (0,)


def test_rows_are_shipped_as_they_were():
    rows = hashed(["안녕하세요 반갑습니다", "", "ㅋㅋㅋ"])
    assert abs(rows - unpacked(packed("rows", rows), "rows")).max() < 1e-3


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


needs_data = pytest.mark.skipif(not build.DATA.is_dir(), reason="the shared data are not beside the repository")


@needs_data
@pytest.mark.parametrize("called", [True, False], ids=["called-abusive", "called-clean"])
@pytest.mark.parametrize("said", [True, False], ids=["abusive", "clean"])
def test_one_sided_decisions_on_comments_that_it_never_saw(base, said, called):
    texts, abusive, source = build.read()
    _train, validation, test = build.split(texts, abusive, source)
    clean, foul = (hashed([texts[n] for n in test if abusive[n] == side]) for side in (False, True))
    picks = [texts[n] for n in validation if abusive[n] == said][:400]
    taught = FILTER.fit(Decisions.of(picks, [called] * 400))
    assert share(taught, clean) - share(base, clean) <= 0.005
    assert share(base, foul) - share(taught, foul) <= 0.04


@needs_data
def test_it_beats_a_word_list_on_the_test_part(base):
    texts, abusive, source = build.read()
    test = build.split(texts, abusive, source)[2]
    asked, truth = [texts[n] for n in test], abusive[test]
    score, words = FILTER.predict(base, asked), words_of(asked)
    assert score[truth].mean() > score[~truth].mean()
    filtered, by_list = shares(truth, score >= base.state["hold"]), shares(truth, words)
    assert filtered["recall"][1] > by_list["recall"][2]  # the intervals do not meet
    assert truth[score >= np.sort(score)[-words.sum()]].mean() > by_list["precision"][0]


def test_versions_are_measured_on_shipped_rows_beside_the_word_list():
    metrics, picture = FILTER.evaluate(NOTHING)
    test = metrics["test"]
    assert picture.startswith(b"\x89PNG")
    assert {"hold", "hide", "word_list", "as_many", "curve", "confusion"} <= test.keys()
    for name in ("hold", "hide", "word_list"):
        for value, low, high in test[name].values():
            assert 0 <= low <= value <= high <= 1
    assert test["hold"]["recall"][1] > test["word_list"]["recall"][2]
    assert np.array(test["confusion"]).sum() == test["n"] == len(pretrained()["test_label"])
    json.dumps(metrics, allow_nan=False)


@pytest.mark.parametrize(
    ("hits", "rows", "wanted"), [(0, 0, [0, 0, 0]), (10, 10, [1, 0.7225, 1]), (50, 100, [0.5, 0.4038, 0.5962])]
)
def test_intervals_are_wilsons(hits, rows, wanted):
    assert wilson(hits, rows) == pytest.approx(wanted, abs=1e-4)


def test_training_again_gives_the_same():
    data = Decisions.of(CLEAN[:30], [True, False] * 15)
    assert FILTER.fit(data).version == FILTER.fit(data).version
    report, picture = FILTER.evaluate(data)
    assert (report["decisions"], picture) == (30, FILTER.evaluate(data)[1])
    assert report["agreement_after"] >= report["agreement_before"]


def test_rows_of_the_test_part_pair_two_versions(base):
    rows = FILTER.outcomes(NOTHING, base=base)
    known = pretrained()
    assert (rows.kind, len(rows), int(rows.y.sum())) == ("flagged", len(known["test_label"]), known["test_label"].sum())
    assert rows.groups["word list"][0] == ("listed", "unlisted")
    assert (rows.groups["word list"][1] == 0).sum() == known["test_listed"].sum()
    taught = FILTER.fit(Decisions.of(CLEAN[:40], [False] * 40))
    _a, _b, common = pair(rows, FILTER.outcomes(NOTHING, base=taught))
    assert common == len(rows)
    assert outcomes.packed(FILTER.outcomes(NOTHING)) == outcomes.packed(rows)
