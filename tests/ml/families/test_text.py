"""Cleaning, tokenisers and the fixed vocabulary."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from ml.families.text import TOKENIZERS, Vectorizer, choose_vocabulary, clean, join, strip_josa

TEXTS = ["주말 등산을 함께 해요", "등산은 <b>즐거워요</b>!", "C++ 스터디 &amp; 커피 ☕", "커피 맛집에서 만나요", ""]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("<p>주말&nbsp;<b>등산</b></p>", "주말 등산"),
        ("<script>alert('x')</script>모임<!-- 숨김 -->", "모임"),
        ("&lt;b&gt;굵게&lt;/b&gt;", "굵게"),
        ('“따옴표” ‘안’ "밖"…→끝', "따옴표 안 밖 끝"),
        ("나이 3 < 5 그리고 7 > 2", "나이 3 5 그리고 7 2"),
        ("\u1112\u1161\u11ab\u1100\u1173\u11af", "한글"),  # decomposed jamo, as macOS writes file names
        ("C++ 와 C# __init__ 50%", "c++ 와 c# init 50%"),
        ("   ", ""),
    ],
)
def test_clean(raw, expected):
    assert clean(raw) == expected


@given(st.text(max_size=60))
@settings(deadline=None)
def test_clean_gives_single_spaced_words(text):
    cleaned = clean(text)
    assert cleaned == " ".join(cleaned.split())
    assert "<" not in cleaned
    assert "\0" not in cleaned


def test_josa_are_stripped_from_long_enough_words():
    words = ("등산을", "서울에서", "친구들과", "나이", "회의", "club은", "커피", "보드게임까지")
    stems = ["등산", "서울", "친구들", "나이", "회의", "club", "커피", "보드게임"]
    assert [strip_josa(word) for word in words] == stems


def test_join_leaves_empty_fields_out():
    assert join(["제목", "", "소개"]) == "제목 소개"


@pytest.mark.parametrize("tokenizer", sorted(TOKENIZERS))
def test_equals_count_vectorizer(tokenizer):
    cleaned = [clean(text) for text in TEXTS]
    vocabulary = choose_vocabulary(cleaned, tokenizer, 60, 1)
    expected = CountVectorizer(analyzer=TOKENIZERS[tokenizer], vocabulary=vocabulary).transform(cleaned)
    vectorizer = Vectorizer(vocabulary, tokenizer)
    assert (vectorizer.transform(TEXTS).toarray() == expected.toarray()).all()
    assert (vectorizer.transform(TEXTS).toarray() == expected.toarray()).all()  # from the memory of words
    assert vectorizer.transform(TEXTS).dtype == np.float32
    for text, row in zip(TEXTS, expected, strict=True):
        features = [at for _, known in vectorizer.pieces(text) for at in known]
        assert sorted(features) == sorted(np.repeat(row.indices, row.data))


def test_vocabulary_keeps_what_most_texts_hold():
    assert choose_vocabulary(["가나 다라", "가나", "가나 마바 다라"], "words", 2, 1) == ["가나", "다라"]
    assert choose_vocabulary(["가나", "다라"], "words", 10, 2) == []
    assert choose_vocabulary([], "words", 10) == choose_vocabulary(["", ""], "words", 10) == []
    assert Vectorizer([], "words").transform(["가나"]).shape == (1, 0)
