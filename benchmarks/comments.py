"""`python -m benchmarks.comments`: the comment filter against a word list, and what one-sided decisions do to it.

On the test part that `fixtures.comments.build` leaves out; needs the data folder beside the repository.
"""

from __future__ import annotations

import numpy as np

from fixtures.comments.build import read, split
from ml.estimators.comments.features import hashed, tidy
from ml.estimators.comments.filter import CommentFilter, Decisions

WORDS = [
    "시발",
    "씨발",
    "씨팔",
    "ㅅㅂ",
    "ㅆㅂ",
    "병신",
    "ㅂㅅ",
    "빙신",
    "개새",
    "새끼",
    "새기",
    "지랄",
    "ㅈㄹ",
    "좆",
    "존나",
    "졸라",
    "미친",
    "또라이",
    "닥쳐",
    "꺼져",
    "뒤져",
    "뒈져",
    "죽여",
    "찢어",
    "썅",
    "쌍년",
    "쌍놈",
    "년들",
    "놈들",
    "걸레",
    "창녀",
    "보지",
    "자지",
    "한남",
    "김치녀",
    "된장녀",
    "맘충",
    "틀딱",
    "급식충",
    "일베",
    "홍어",
    "좌빨",
    "수꼴",
    "쓰레기",
    "벌레",
    "극혐",
    "역겹",
    "더럽",
    "추하",
    "못생",
    "돼지",
    "찐따",
    "호구",
]


def word_list(texts) -> np.ndarray:
    return np.array([any(word in tidy(text) for word in WORDS) for text in texts])


def line(name: str, flagged: np.ndarray, abusive: np.ndarray) -> None:
    precision, recall = abusive[flagged].mean() if flagged.any() else 0.0, flagged[abusive].mean()
    print(f"{name:34}{precision:10.3f}{recall:8.3f}{flagged[~abusive].mean():15.4f}")


def main() -> None:
    texts, abusive, source = read()
    _train, validation, test = split(texts, abusive, source)
    model, asked, truth = CommentFilter(), [texts[n] for n in test], abusive[test]
    base = model.fit(Decisions.of([], []))
    rows = hashed(asked)
    score = model.predict(base, rows)
    print(f"{'':34}{'precision':>10}{'recall':>8}{'clean flagged':>15}")
    line("word list", word_list(asked), truth)
    for name in ("hold", "hide"):
        line(f"filter, {name} at {base.state[name]:.2f}", score >= base.state[name], truth)
    same = np.quantile(score, 1 - word_list(asked).mean())
    line("filter, flagging as many as the list", score > same, truth)
    rng = np.random.default_rng(1)
    for name, label, pool in (
        ("400 abusive ones called abusive", True, validation[abusive[validation]]),
        ("400 clean ones called abusive", True, validation[~abusive[validation]]),
        ("400 clean ones called clean", False, validation[~abusive[validation]]),
    ):
        picks = [texts[n] for n in rng.choice(pool, 400, replace=False)]
        taught = model.fit(Decisions.of(picks, [label] * 400))
        line(f"after {name}", model.predict(taught, rows) >= base.state["hold"], truth)
        print(f"{'':34}{len(taught.state['waiting'])} decisions wait for a manager")


if __name__ == "__main__":
    main()
