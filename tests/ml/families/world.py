"""A small world of Korean items and members with tastes, for every family's tests."""

import numpy as np

from ml.families.items import Catalogue, Example, Item, TrainingData

TOPICS = {
    "운동": ["등산", "축구", "달리기", "수영", "자전거", "풋살", "주말", "산행", "함께"],
    "문화": ["영화", "전시", "공연", "뮤지컬", "미술관", "관람", "주말", "후기", "함께"],
    "음식": ["맛집", "커피", "베이킹", "요리", "디저트", "카페", "저녁", "탐방", "함께"],
}


def items(per_topic: int = 12, seed: int = 0, first: int = 1) -> list[Item]:
    generator = np.random.default_rng(seed)
    out = []
    for label, words in TOPICS.items():
        for _ in range(per_topic):
            ref = first + len(out)
            text = " ".join(generator.choice(words, 6))
            out.append(Item(f"item-{ref}", f"<b>{text}</b> 모임", label, (str(words[ref % 5]),), {}, ref))
    return out


def data(members: int = 40, seed: int = 0) -> TrainingData:
    """Members like mostly one topic; every tenth event is a dislike of another one."""
    generator, all_items = np.random.default_rng(seed), items(seed=seed)
    rows = []
    for member in range(members):
        for step in range(10):
            topic = member % 3 if generator.random() < 0.8 else generator.integers(3)
            weight = -3.0 if step == 9 else float(generator.choice([1, 3, 5]))
            rows.append((member, topic * 12 + generator.integers(12), weight, 1e9 + 3600 * len(rows)))
    member, item, weight, time = (np.array(column) for column in zip(*rows, strict=True))
    return TrainingData(all_items, member.astype(np.int32), item.astype(np.int32), weight.astype(np.float32), time)


def catalogue(training: TrainingData) -> Catalogue:
    return Catalogue(training.items)


def examples(training: TrainingData, numbers, weights=None) -> list[Example]:
    weights = weights or [1.0] * len(numbers)
    return [Example(training.items[n], w) for n, w in zip(numbers, weights, strict=True)]
