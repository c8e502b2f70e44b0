"""The content-based family of choices: what is alike in kind, tags, words, price and maker, over what everybody eats."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ml.families.base import Base, Contribution, Param, Progress
from ml.families.choices import utility
from ml.families.choices.evaluation import evaluate_choices
from ml.families.choices.past import Past
from ml.families.choices.personal import ChoiceFamily, ChoicePersonal, crowd_state, explained, row_of, words_of
from ml.families.choices.sets import Prepared, Sets, fingerprint, prepare
from ml.families.items import TrainingData

KINDS = {"label": "label", "tag": "label", "text": "word"}  # how an explanation calls a feature; else "rest"


class ContentChoice(ChoiceFamily):
    name = "content_choice"
    tuned = {"handover": (8.0, 4.0, 16.0)}
    params = {
        "samples": Param(20_000, "choices to train on, the last ones", 10, 1_000_000),
        "handover": Param(8.0, "own orders that count as much as what everybody eats", 0.1, 1000.0),
        "seed": Param(0, "of the samples", 0, 2**31 - 1),
    }

    def fit(
        self, data: TrainingData, params: Mapping[str, Any] | None = None, progress: Progress | None = None
    ) -> Base:
        chosen, say = self.with_defaults(params), progress or (lambda share, text: None)
        say(0.0, "choices")
        ready = prepare(data, int(chosen["samples"]), int(chosen["seed"]))
        say(0.5, f"weights over {len(ready.sets)} choices")
        base = self.fit_prepared(ready, chosen, fingerprint(data))
        say(1.0, "done")
        return base

    def fit_prepared(self, ready: Prepared, params: Mapping[str, Any], print_: str = "") -> Base:
        weights = utility.fit(ready.words, ready.things, ready.sets, float(params["handover"]))
        state = {
            **{f"content_{name}": value for name, value in weights.items()},
            **crowd_state(ready.crowd, ready.words),
        }
        return Base(self.name, state, dict(params), print_)

    def score_sets(self, base: Base, ready: Prepared, sets: Sets) -> np.ndarray:
        """Scores (sets × MOST) of whole offers at once; what stands where an offer has no item means nothing."""
        return utility.offered(ready.words, ready.things, sets, weights_of(base), float(base.params["handover"]))

    def evaluate(self, data, params, seed=0):
        return evaluate_choices(self, data, params)


def weights_of(base: Base) -> dict[str, np.ndarray]:
    return {key[8:]: value for key, value in base.state.items() if key.startswith("content_")}


class ContentChoicePersonal(ChoicePersonal):
    def _handover(self) -> float:
        return float(self.base.params["handover"])

    def _score(self, past: Past, rows: np.ndarray) -> np.ndarray:
        things, columns = self._columns(past, rows)
        if not len(rows):
            return np.zeros(0, np.float32)
        features = self._traits(things, columns, past, rows, self._handover())
        return utility.utility(weights_of(self.base), things, rows[None], features)[0].astype(np.float32)

    def explain(self, item):
        past, row = self.past(), row_of(self.catalogue, item)
        things, columns = self._columns(past, row)
        weights = weights_of(self.base)
        parts = self._traits(things, columns, past, row, self._handover())[0, 0] * weights["traits"]
        score = float(
            utility.utility(weights, things, row[None], self._traits(things, columns, past, row, self._handover()))[
                0, 0
            ]
        )
        names = utility.own_names(words_of(self.base))
        found = [
            Contribution(KINDS.get(name, "rest"), name, float(value)) for name, value in zip(names, parts, strict=False)
        ]
        return explained(score, score - sum(part.value for part in found), found)


ContentChoice.personal_class = ContentChoicePersonal
