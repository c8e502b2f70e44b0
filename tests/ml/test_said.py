"""English texts of code in the reader's language."""

import pytest
from django.utils import translation

from ml import said, training
from tests.ml.test_training import data


@pytest.mark.parametrize(
    ("text", "korean"),
    [
        ("", ""),
        ("fit on 90 items and 3076 events", "항목 90개, 이벤트 3076건으로 학습"),
        ("version #3 again: same data, parameters and seed", "버전 #3와 같음: 데이터, 매개변수, 시드가 같음"),
        ("version #3", "버전 #3"),
        ("weights over 20000 choices", "선택 20000건으로 가중치 계산"),
        (
            "activities/popularity 0a1b: its base has format 1, this code reads format 2. Train it again, or roll back.",
            "activities/popularity 0a1b: 저장된 모델의 형식은 1이고, 이 사이트는 형식 2을(를) 읽습니다. "
            "다시 학습하거나 이전 버전으로 되돌리세요.",
        ),
        ("something that nobody named: 100 %", "something that nobody named: 100 %"),
    ],
    ids=["nothing", "gaps", "the longer one", "the shorter one", "a step", "a reason within", "unknown"],
)
def test_what_code_says_is_read_in_korean(text, korean):
    with translation.override("ko"):
        assert said.said(text) == korean
    with translation.override("en"):
        assert said.said(text) == text


def test_a_log_keeps_its_times_and_lines():
    with translation.override("ko"):
        assert said.log("10:00:01 evaluate\n10:00:02 fit on 3 rows\n") == "10:00:01 평가\n10:00:02 3행으로 학습"


@pytest.mark.django_db
def test_a_run_that_could_not_be_evaluated_says_so_in_its_log():
    def measure(base, say):
        raise ValueError("0 events are too few to evaluate on; at least 20 are needed")

    version = training.train("things", "popularity", data(), measure=measure)
    with translation.override("ko"):
        assert "평가하지 못함: 이벤트 0건으로는 평가할 수 없습니다" in said.log(version.runs.get().log)
