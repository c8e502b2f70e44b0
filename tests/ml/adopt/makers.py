"""Pipelines as other sites made them, and pickles written opcode by opcode."""

import hashlib
import io
import pickle
import struct

import joblib
import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

from ml import adopt

TEXTS = [
    "한강 러닝 모임 달리기 주말",
    "실내 클라이밍 체험 운동 Café",
    "주말 등산 산행 운동 모임",
    "테니스 초보 레슨 운동",
    "와인 시음회 음식 주말",
    "홈베이킹 클래스 빵 음식",
    "동네 맛집 탐방 음식 모임 모임",
    "Café 핸드드립 커피 음식",
    "영어 회화 스터디 모임",
    "일본어 스터디 초보 언어",
    "중국어 회화 언어 클래스",
    "스페인어 초보 언어 주말",
] * 3
LABELS = (["1"] * 4 + ["2"] * 4 + ["3"] * 4) * 3
NUMBERS = [int(label) for label in LABELS]
OURS = {"1": "sports", "2": "food", "3": "languages"}
ASKED = ["주말 등산 모임", "맛있는 커피와 빵 클래스", "모르는 말뿐", "", "초보 초보 CAFE Café 언어"]

PIPELINES = {
    "count": make_pipeline(CountVectorizer(), MultinomialNB()),
    "bigrams": make_pipeline(CountVectorizer(ngram_range=(1, 2), stop_words=["모임"]), MultinomialNB(alpha=0.3)),
    "english": make_pipeline(CountVectorizer(stop_words="english", max_features=15), MultinomialNB()),
    "binary": make_pipeline(CountVectorizer(binary=True, strip_accents="unicode", min_df=2), MultinomialNB()),
    "pattern": make_pipeline(CountVectorizer(token_pattern=r"(\S)\S*", lowercase=False), MultinomialNB()),
    "char": make_pipeline(CountVectorizer(analyzer="char", ngram_range=(1, 3)), MultinomialNB()),
    "char_wb": make_pipeline(CountVectorizer(analyzer="char_wb", ngram_range=(2, 4)), MultinomialNB(fit_prior=False)),
    "tfidf": make_pipeline(TfidfVectorizer(), MultinomialNB(alpha=0.01)),
    "tfidf char_wb": make_pipeline(
        TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 2), sublinear_tf=True, norm="l1", strip_accents="ascii"),
        MultinomialNB(class_prior=[0.5, 0.3, 0.2]),
    ),
    "tf only": make_pipeline(TfidfVectorizer(use_idf=False, norm=None), MultinomialNB()),
    "float32": make_pipeline(TfidfVectorizer(dtype=np.float32, sublinear_tf=True), MultinomialNB()),
    "three steps": make_pipeline(CountVectorizer(), TfidfTransformer(smooth_idf=False), MultinomialNB()),
    "vocabulary": make_pipeline(CountVectorizer(vocabulary=["등산", "커피", "영어", "모임"]), MultinomialNB()),
    "alphas": make_pipeline(
        CountVectorizer(vocabulary=["등산", "커피", "영어", "모임"]), MultinomialNB(alpha=[0.1, 0.2, 0.3, 4.0])
    ),
    "grid": GridSearchCV(
        make_pipeline(TfidfVectorizer(), MultinomialNB()),
        {"multinomialnb__alpha": np.array([0.1, 1.0]), "tfidfvectorizer__ngram_range": [(1, 1), (1, 2)]},
        cv=2,
        scoring="f1_macro",
    ),
    "random": RandomizedSearchCV(
        make_pipeline(CountVectorizer(), MultinomialNB()), {"multinomialnb__alpha": [0.1, 0.5, 1.0]}, n_iter=2, cv=2
    ),
}


def fitted(name, labels=LABELS):
    """The pipeline of that name; scikit-learn's own, for the comparison."""
    return PIPELINES[name].fit(TEXTS, labels)


def dumped(value, **options):
    out = io.BytesIO()
    joblib.dump(value, out, **options)
    return out.getvalue()


def sha(data):
    return hashlib.sha256(data).hexdigest()


def write(folder, data, name="old.joblib"):
    """(path, sha256) of a file with `data`."""
    path = folder / name
    path.write_bytes(data)
    return path, sha(data)


def text(value):
    raw = value.encode()
    return pickle.BINUNICODE + struct.pack("<I", len(raw)) + raw


def name(module, attribute):
    return b"c" + f"{module}\n{attribute}\n".encode()


def call(module, attribute, *args):
    """Opcodes that call a global with arguments, themselves opcodes."""
    return name(module, attribute) + b"(" + b"".join(args) + b"tR"


def refusal(data):
    """The message of the refusal; fails when there is none."""
    with pytest.raises(adopt.AdoptError) as caught:
        adopt.describe(adopt.read(adopt.source.decompressed(data)))
    message = str(caught.value)
    assert 0 < len(message) < 1000
    assert message.isprintable()
    return message
