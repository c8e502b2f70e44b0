"""What everybody likes lately: decayed counts per item. Knows nothing of a member, so learning changes no score."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ml.families.base import Base, Contribution, Explanation, Family, Param, Personal, Progress, digest, open_history
from ml.families.items import Catalogue, Item, TrainingData
from ml.families.rows import Positions, join_names, split_names

DAY = 86_400.0


def interactions_fingerprint(data: TrainingData) -> str:
    """sha256 of who did what when, by item id."""
    ids = join_names([item.id for item in data.items])
    return digest([ids, data.member, data.item, data.weight, data.time])


class Popularity(Family):
    name = "popularity"
    contextual = False
    params = {
        "half_life": Param(30.0, "days after which an event counts half; 0: never", 0, 36_500),
        "smoothing": Param(5.0, "as how many events of average approval an item starts", 0, 10_000),
    }
    tuned = {"half_life": (0.0, 720.0, 180.0, 30.0, 7.0)}

    def fit(
        self, data: TrainingData, params: Mapping[str, Any] | None = None, progress: Progress | None = None
    ) -> Base:
        chosen = self.with_defaults(params)
        weight = np.asarray(data.weight, np.float64)
        if chosen["half_life"] and len(weight):
            age = (data.time.max() - data.time) / DAY
            weight = weight * np.exp2(-age / chosen["half_life"])
        liked = np.bincount(data.item, np.maximum(weight, 0), len(data.items))
        disliked = np.bincount(data.item, np.maximum(-weight, 0), len(data.items))
        approval = liked.sum() / max(liked.sum() + disliked.sum(), 1e-9)
        start = chosen["smoothing"]
        rate = (liked + start * approval) / np.maximum(liked + disliked + start, 1e-9)
        score = (np.log1p(liked) * rate).astype(np.float32)
        state = {"ids": join_names([item.id for item in data.items]), "score": score}
        return Base(self.name, state, chosen, interactions_fingerprint(data))

    def open(self, base: Base, delta=None, catalogue: Catalogue | None = None) -> PopularityPersonal:
        return PopularityPersonal(self, base, catalogue or Catalogue(), open_history(self.name, delta))

    def extend_features(self, base: Base, catalogue: Catalogue, old: Positions | None) -> Positions:
        return (old or Positions(split_names(base.state["ids"]))).extend(catalogue.items)


class PopularityPersonal(Personal):
    """The base's scores; 0 for items that the base has never seen."""

    def score(self, rows: np.ndarray | None = None) -> np.ndarray:
        return self.family.features(self.base, self.catalogue).spread(self.base.state["score"], rows)

    def explain(self, item: Item) -> Explanation:
        score = float(self.score(self.catalogue.rows([self.catalogue.add(item)]))[0])
        return Explanation(score, 0.0, [Contribution("prior", "popularity", score)])
