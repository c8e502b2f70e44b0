"""What the families of choices read of items: codes of label and maker, numbers, and one vector of content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ml.families.items import Item
from ml.families.rows import join_names, split_names
from ml.families.text import Vectorizer, choose_vocabulary, clean

NUMBERS = ("price", "calories", "spiciness")
MOST_TAGS, MOST_WORDS = 64, 300
TOKENIZER = "stems"
DAY = 86_400.0


@dataclass(frozen=True)
class Vocabulary:
    """Known ids, labels, makers, tags and words, by number, with mean and deviation of the numbers; part of a base's state."""

    ids: Mapping[str, int]
    labels: Mapping[str, int]
    makers: Mapping[str, int]
    tags: Mapping[str, int]
    mean: np.ndarray
    deviation: np.ndarray
    words: tuple[str, ...] = ()

    @classmethod
    def of(cls, items: Sequence[Item]) -> Vocabulary:
        tags: dict[str, int] = {}
        for item in items:
            for tag in filter(None, item.tags):
                tags[tag] = tags.get(tag, 0) + 1
        often = sorted(tags, key=lambda tag: (-tags[tag], tag))[:MOST_TAGS]
        numbers = np.array([[item.numbers.get(name, 0.0) for name in NUMBERS] for item in items]).reshape(
            -1, len(NUMBERS)
        )
        many = len(items) > 0
        return cls(
            {item.id: n for n, item in enumerate(items)},
            _numbered({item.label for item in items}),
            _numbered({_maker(item) for item in items}),
            _numbered(often),
            numbers.mean(0) if many else np.zeros(len(NUMBERS)),
            np.maximum(numbers.std(0), 1e-6) if many else np.ones(len(NUMBERS)),
            tuple(choose_vocabulary([clean(item.text) for item in items], TOKENIZER, MOST_WORDS)),
        )

    def state(self) -> dict[str, Any]:
        names = {name: join_names(list(getattr(self, name))) for name in ("ids", "labels", "makers", "tags")}
        return {**names, "mean": self.mean, "deviation": self.deviation, "words": join_names(self.words)}

    @classmethod
    def load(cls, state: Mapping[str, Any]) -> Vocabulary:
        ids, labels, makers, tags = (
            {key: n for n, key in enumerate(split_names(state[name]))} for name in ("ids", "labels", "makers", "tags")
        )
        # bases of before words were read have none
        words = tuple(split_names(state["words"])) if "words" in state else ()
        return cls(ids, labels, makers, tags, state["mean"], state["deviation"], words)

    @property
    def width(self) -> int:
        """Length of a content vector."""
        return len(self.labels) + len(self.makers) + len(self.tags) + len(NUMBERS)

    def blocks(self) -> list[tuple[str, slice]]:
        """Name and place of each kind of content in a content vector; the numbers each for itself."""
        ends = np.cumsum([0, len(self.labels), len(self.makers), len(self.tags), *[1] * len(NUMBERS)]).tolist()
        names = ("label", "maker", "tag", *NUMBERS)
        return [(name, slice(*ends[n : n + 2])) for n, name in enumerate(names)]


def _numbered(names) -> dict[str, int]:
    return {name: n for n, name in enumerate(sorted(filter(None, names)))}


def _maker(item: Item) -> str:
    return format(item.numbers.get("maker", 0.0), "g")


@dataclass(frozen=True)
class Things:
    """Arrays over catalogue rows: number in the base (-1: unseen), codes (-1: unseen), numbers, content, unix creation time."""

    number: np.ndarray
    group: np.ndarray  # rows with the same id are one thing: an edited item's revisions
    label: np.ndarray
    maker: np.ndarray
    numbers: np.ndarray
    content: np.ndarray
    text: np.ndarray  # rows × words, of length one: which of the vocabulary's words the text holds, rare ones more
    created: np.ndarray
    groups: Mapping[str, int]

    def __len__(self) -> int:
        return len(self.number)


def things_of(items: Sequence[Item], words: Vocabulary, old: Things | None = None) -> Things:
    """All of `items`; those that `old` covers are taken from it."""
    groups = {} if old is None else dict(old.groups)
    new = items[0 if old is None else len(old) :]
    numbers = np.array([[item.numbers.get(name, 0.0) for name in NUMBERS] for item in new]).reshape(-1, len(NUMBERS))
    label = np.array([words.labels.get(item.label, -1) for item in new], np.int64)
    maker = np.array([words.makers.get(_maker(item), -1) for item in new], np.int64)
    parts = {
        "number": np.array([words.ids.get(item.id, -1) for item in new], np.int64),
        "group": np.array([groups.setdefault(item.id, len(groups)) for item in new], np.int64),
        "label": label,
        "maker": maker,
        "numbers": ((numbers - words.mean) / words.deviation).astype(np.float32),
        "created": np.array([item.numbers.get("created", 0.0) for item in new], np.float64),
    }
    parts["content"] = _content(new, words, label, maker, parts["numbers"])
    parts["text"] = _text(new, words)
    if old is not None:
        parts = {name: np.concatenate([getattr(old, name), part]) for name, part in parts.items()}
    return Things(groups=groups, **parts)


def _content(items: Sequence[Item], words: Vocabulary, label, maker, numbers) -> np.ndarray:
    """Rows of length one: label, maker and tags as places of their own, and the numbers at a third of their weight."""
    out = np.zeros((len(items), words.width), np.float32)
    first = len(words.labels)
    for n, item in enumerate(items):
        if label[n] >= 0:
            out[n, label[n]] = 1.0
        if maker[n] >= 0:
            out[n, first + maker[n]] = 0.7
        for tag in item.tags:
            if tag in words.tags:
                out[n, first + len(words.makers) + words.tags[tag]] = 0.7
    out[:, words.width - len(NUMBERS) :] = np.clip(numbers, -3, 3) / 3
    return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-6)


def _text(items: Sequence[Item], words: Vocabulary) -> np.ndarray:
    """Words that stand early in the vocabulary are in many texts, and count less."""
    held = Vectorizer(words.words, TOKENIZER).transform(item.text for item in items).toarray()
    held = (held > 0) * np.sqrt(1 + np.arange(len(words.words), dtype=np.float32))
    return (held / np.maximum(np.linalg.norm(held, axis=1, keepdims=True), 1e-6)).astype(np.float32)
