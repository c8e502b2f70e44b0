"""Items as vectors learned from the order in which people solved them (skip-gram), and from tags and text where few did."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import Ridge

from ml.families.base import Base, Contribution, Explanation, Family, Param, Personal, Progress, open_history
from ml.families.content import document
from ml.families.item_item import best_rows
from ml.families.items import Catalogue, Item, TrainingData
from ml.families.popularity import interactions_fingerprint
from ml.families.rows import join_names, split_names
from ml.families.text import Vectorizer, choose_vocabulary
from ml.families.trace import Trace, open_trace
from ml.families.verbs import VERBS

SOLVE = VERBS["solve"]


def solved(verb: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Mask of events that stand in sequences: `solve`, or positive where the event has no verb."""
    return (verb == SOLVE) | ((verb == 0) & (weight > 0))


class Item2Vec(Family):
    """Barkan & Koenigstein, "Item2Vec: neural item embedding for collaborative filtering" (2016), over solving sequences.

    An item's vector is (n · learned + shrink · guessed) / (n + shrink) where n is how often it was solved, and the guess a
    ridge regression of learned vectors on words, tags and level. So cold items have vectors too.
    """

    name = "item2vec"
    sequential = True
    contextual = False
    params = {
        "factors": Param(48, "length of the vectors", 2, 512),
        "window": Param(5, "how far apart in a sequence two items may stand", 1, 50),
        "epochs": Param(15, "passes over the sequences", 1, 200),
        "negative": Param(10, "random items that each pair is told from", 1, 50),
        "shrink": Param(10.0, "how many times solved the guess from tags and text counts as", 0.0, 1000.0),
        "ridge": Param(3.0, "strength of the ridge", 1e-3, 1e6),
        "max_features": Param(2000, "words and tags that guesses are made from", 10, 50_000),
        "recent": Param(5, "last solved items that a member's score looks at", 1, 100),
        "seed": Param(1, "of the first vectors", 1, 2**31 - 1),
    }

    def fit(
        self, data: TrainingData, params: Mapping[str, Any] | None = None, progress: Progress | None = None
    ) -> Base:
        chosen, say = self.with_defaults(params), progress or (lambda share, text: None)
        sentences = sequences(data)
        count = np.bincount(np.concatenate([*sentences, np.zeros(0, np.int64)]).astype(int), minlength=len(data.items))
        say(0.05, f"{len(sentences)} sequences")
        learned = _learn(sentences, len(data.items), chosen)
        if count.any():  # what all have in common says nothing of any (Mu & Viswanath 2018)
            learned[count > 0] -= (learned * count[:, None]).sum(0) / count.sum()
        say(0.7, "cold items")
        documents = [document(item) for item in data.items]
        vocabulary = choose_vocabulary(documents, "stems", int(chosen["max_features"]))
        known = np.flatnonzero(count).tolist()
        weights = np.zeros((len(vocabulary) + 2, int(chosen["factors"])), np.float32)
        if len(known):
            inputs = content(Vectorizer(vocabulary, "stems"), [data.items[number] for number in known])
            model = Ridge(alpha=float(chosen["ridge"]), solver="lsqr", fit_intercept=False, tol=1e-6)
            model.fit(inputs, learned[known], sample_weight=np.log1p(count[known]))
            weights = np.ascontiguousarray(model.coef_.T, np.float32)
        state = {
            "ids": join_names([data.items[number].id for number in known]),
            "count": count[known].astype(np.int32),
            "learned": learned[known],
            "vocabulary": join_names(vocabulary),
            "weights": weights,
            "length": float(np.linalg.norm(learned, axis=1)[known].mean()) if len(known) else 0.0,
        }
        say(1.0, "done")
        return Base(self.name, state, chosen, interactions_fingerprint(data))

    def open(self, base: Base, delta=None, catalogue: Catalogue | None = None) -> Item2VecPersonal:
        history, trace = open_history(self.name, delta), open_trace(self.name, delta)
        return Item2VecPersonal(self, base, catalogue or Catalogue(), history, trace)

    def extend_features(self, base: Base, catalogue: Catalogue, old: np.ndarray | None) -> np.ndarray:
        """Vectors of all catalogue rows, of unit length at most: the shorter, the less sequences and words say."""
        state, shrink = base.state, float(base.params["shrink"])
        old = np.zeros((0, state["weights"].shape[1]), np.float32) if old is None else old
        items = catalogue.items[len(old) :]
        if not items:
            return old
        if "index" not in base.cache:
            base.cache["index"] = {name: number for number, name in enumerate(split_names(state["ids"]))}
            base.cache["vectorizer"] = Vectorizer(split_names(state["vocabulary"]), "stems")
        at = np.array([base.cache["index"].get(item.id, -1) for item in items])
        vectors = np.asarray(content(base.cache["vectorizer"], items) @ state["weights"])
        if len(state["count"]):
            count = np.where(at >= 0, state["count"][at], 0)[:, None]
            learned = np.where(at[:, None] >= 0, state["learned"][at], 0)
            vectors = (count * learned + shrink * vectors) / np.maximum(count + shrink, 1e-9)
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), max(state["length"], 1e-9))
        return np.concatenate([old, vectors.astype(np.float32)])

    def likeness(self, base: Base, catalogue: Catalogue, row: int) -> np.ndarray:
        """Product of each catalogue row with one row's direction; 0 for the item itself."""
        vectors = self.features(base, catalogue)
        scores = vectors @ (vectors[row] / max(float(np.linalg.norm(vectors[row])), 1e-9)).astype(np.float32)
        own = catalogue.items[row].id
        for near in np.flatnonzero(scores >= scores[row] - 1e-6).tolist():
            if catalogue.items[near].id == own:
                scores[near] = 0
        return scores

    def similar(self, base: Base, catalogue: Catalogue, row: int, n: int = 10) -> list[tuple[int, float]]:
        """The n rows most like one row, with their likeness."""
        return best_rows(self.likeness(base, catalogue, row), n)


class Item2VecPersonal(Personal):
    """score = mean product with the last `recent` items that the member solved."""

    trace: Trace
    _recent = None

    def changed(self) -> None:
        self._recent = None

    def recent(self) -> np.ndarray:
        """Catalogue rows of the last solved items, newest first, each item once."""
        if self._recent is None:
            refs = self.trace.ref[solved(self.trace.verb, self.trace.weight)][::-1]
            rows: dict[str, int] = {}
            for ref in refs.tolist():
                for row in self.catalogue.rows([ref]).tolist():
                    rows.setdefault(self.catalogue.items[row].id, row)
                if len(rows) == int(self.base.params["recent"]):
                    break
            self._recent = np.array(list(rows.values()), np.int64)
        return self._recent

    def score(self, rows: np.ndarray | None = None) -> np.ndarray:
        past = self.recent()  # first: it may load revisions, which adds rows
        vectors = self.family.features(self.base, self.catalogue)
        centre = vectors[past].mean(0) if len(past) else np.zeros(vectors.shape[1], np.float32)
        return (vectors if rows is None else vectors[rows]) @ centre.astype(np.float32)

    def closest(self, rows: np.ndarray) -> np.ndarray:
        """For each of `rows` the last solved row that it is most like; -1 where nothing was solved."""
        past = self.recent()
        if not len(past):
            return np.full(len(rows), -1)
        vectors = self.family.features(self.base, self.catalogue)
        return past[(vectors[rows] @ vectors[past].T).argmax(1)]

    def similar(self, row: int) -> np.ndarray:
        """Likeness of every catalogue row to one row, own taste left out."""
        return self.family.likeness(self.base, self.catalogue, row)

    def explain(self, item: Item) -> Explanation:
        row = self.catalogue.rows([self.catalogue.add(item)])
        score, past = float(self.score(row)[0]), self.recent()
        vectors = self.family.features(self.base, self.catalogue)
        values = vectors[past] @ vectors[row[0]] / max(len(past), 1)
        names = [self.catalogue.items[at].id for at in past]
        found = [Contribution("item", name, float(value)) for name, value in zip(names, values, strict=True)]
        return Explanation(score, 0.0, sorted(found, key=lambda part: (-abs(part.value), part.name)))


def sequences(data: TrainingData) -> list[np.ndarray]:
    """Per member the items in the order of first solving them; members with one item tell nothing."""
    kept = np.flatnonzero(solved(data.verb, data.weight))
    kept = kept[np.lexsort((data.time[kept], data.member[kept]))]
    pair = data.member[kept].astype(np.int64) * max(len(data.items), 1) + data.item[kept]
    kept = kept[np.sort(np.unique(pair, return_index=True)[1])]
    ends = np.flatnonzero(np.diff(data.member[kept])) + 1
    return [part for part in np.split(data.item[kept].astype(np.int64), ends) if len(part) > 1]


def content(vectorizer: Vectorizer, items: Sequence[Item]):
    """Words and tags (each row of unit length), the level's share, and a constant."""
    words = vectorizer.transform([document(item) for item in items])
    norm = np.sqrt(np.asarray(words.multiply(words).sum(1)).ravel())
    words.data /= np.repeat(np.maximum(norm, 1e-9), np.diff(words.indptr)).astype(np.float32)
    level = [[item.numbers.get("level", 0.0) / 15, 1.0] for item in items]
    return sp.hstack([words, sp.csr_matrix(np.array(level, np.float32).reshape(-1, 2))], "csr")


def _learn(sentences: Sequence[np.ndarray], items: int, params: Mapping[str, Any]) -> np.ndarray:
    """float32 (items, factors); zeros for items in no sequence. One worker, so that equal data give equal vectors."""
    out = np.zeros((items, int(params["factors"])), np.float32)
    if not sentences:
        return out
    from gensim.models import Word2Vec  # a second to import, and serving needs none of it

    logging.getLogger("gensim").setLevel(logging.WARNING)  # it tells each step
    model = Word2Vec(
        [[str(number) for number in sentence] for sentence in sentences],
        vector_size=int(params["factors"]),
        window=int(params["window"]),
        epochs=int(params["epochs"]),
        negative=int(params["negative"]),
        seed=int(params["seed"]),
        min_count=1,
        sg=1,
        sample=0,
        workers=1,
    )
    for word, at in model.wv.key_to_index.items():
        out[int(word)] = model.wv.vectors[at]
    return out
