"""The families of the two networks: `neural_cf` (NeuMF) and `deepfm_choice` (DeepFM over an offer)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from ml.families.base import Base, Param, Progress
from ml.families.choices import utility
from ml.families.choices.evaluation import evaluate_choices
from ml.families.choices.nets import NETS
from ml.families.choices.past import Past
from ml.families.choices.personal import ChoiceFamily, ChoicePersonal, crowd_state, explained, row_of, telescoped
from ml.families.choices.sets import Prepared, Sets, fingerprint, prepare, recent
from ml.families.choices.training import batch_of, train, trust
from ml.families.items import TrainingData


class Network(ChoiceFamily):
    net: ClassVar[str]
    tuned = {"handover": (4.0, 1.0, 8.0)}
    params = {
        "samples": Param(20_000, "choices to train on, the last ones", 10, 1_000_000),
        "size": Param(16, "length of the vectors", 2, 128),
        "hidden": Param(32, "width of the first hidden layer; the second has half of it", 4, 512),
        "epochs": Param(12, "passes at most; fewer when the validation loss no longer falls", 1, 200),
        "rate": Param(0.005, "step size of Adam", 1e-5, 0.1),
        "decay": Param(1e-5, "weight decay of the vectors", 0.0, 0.1),
        "unseen": Param(0.1, "share of items taken as never seen at each step, so that new ones are learned", 0.0, 0.9),
        "handover": Param(
            4.0, "own orders at which a network counts half beside content; 0: in full from the start", 0.0, 1000.0
        ),
        "seed": Param(0, "of the first weights and the order of choices", 0, 2**31 - 1),
    }

    def fit(
        self, data: TrainingData, params: Mapping[str, Any] | None = None, progress: Progress | None = None
    ) -> Base:
        chosen, say = self.with_defaults(params), progress or (lambda share, text: None)
        say(0.0, "choices")
        ready = prepare(data, int(chosen["samples"]), int(chosen["seed"]))
        base = self.fit_prepared(ready, chosen, fingerprint(data), lambda share, text: say(0.3 + 0.7 * share, text))
        say(1.0, "done")
        return base

    def fit_prepared(
        self, ready: Prepared, params: Mapping[str, Any], print_: str = "", say: Progress | None = None
    ) -> Base:
        weights = train(self.net, ready, params, say or (lambda share, text: None))
        state = {**{f"net_{name}": value for name, value in weights.items()}, **crowd_state(ready.crowd, ready.words)}
        return Base(self.name, state, dict(params), print_)

    def score_sets(self, base: Base, ready: Prepared, sets: Sets) -> np.ndarray:
        """Scores (sets × MOST) of whole offers at once; what stands where an offer has no item means nothing."""
        item, before, handover = (
            sets.item.astype(np.int64),
            sets.before.astype(np.int64),
            float(base.params["handover"]),
        )
        batch = batch_of(ready.things, sets.columns, item, before, sets.age, sets.weekday)
        content = utility.offered(ready.words, ready.things, sets, content_of(base), handover)
        scores = content + trust(sets.columns, handover) * NETS[self.net](weights_of(base), batch)
        return np.asarray(scores, np.float32)

    def evaluate(self, data, params, seed=0):
        return evaluate_choices(self, data, params)


def content_of(base: Base) -> dict[str, np.ndarray]:
    return {key[12:]: value for key, value in base.state.items() if key.startswith("net_content_")}


def weights_of(base: Base) -> dict[str, np.ndarray]:
    if "weights" not in base.cache:
        base.cache["weights"] = {key[4:]: value for key, value in base.state.items() if key.startswith("net_")}
    return base.cache["weights"]


class NetworkPersonal(ChoicePersonal):
    family: Network

    def _score(self, past: Past, rows: np.ndarray) -> np.ndarray:
        things, columns = self._columns(past, rows)
        return self._of(things, columns, past, rows)

    def _of(self, things, columns: np.ndarray, past: Past, rows: np.ndarray) -> np.ndarray:
        if not len(rows):
            return np.zeros(0, np.float32)
        at, weekday = self._moment()
        before, age = recent(past, at)
        batch = batch_of(things, columns[None], rows[None], before[None], age[None], [weekday])
        scores = NETS[self.family.net](weights_of(self.base), batch)
        content = content_of(self.base)
        if content:  # bases of before content was there have none
            handover = float(self.base.params["handover"])
            scores = self._content(things, columns, past, rows) + trust(columns[None], handover) * scores
        return np.asarray(scores[0], np.float32)

    def _content(self, things, columns: np.ndarray, past: Past, rows: np.ndarray) -> np.ndarray:
        features = self._traits(things, columns, past, rows, float(self.base.params["handover"]))
        return utility.utility(content_of(self.base), things, rows[None], features)

    def explain(self, item):
        past, row = self.past(), row_of(self.catalogue, item)
        nobody = self._nobody()
        (things, before), (_, after) = (self._columns(p, row) for p in (nobody, past))
        score, first, parts = telescoped(
            lambda columns: float(self._of(things, columns, nobody, row)[0]), before, after
        )
        full = float(self._of(things, after, past, row)[0])  # and at last what the sequence itself adds
        return explained(full, first, [*parts, parts[0]._replace(kind="rest", name="sequence", value=full - score)])


class NeuralCF(Network):
    name = "neural_cf"
    net = "neumf"
    params = {**Network.params, "handover": Network.params["handover"]._replace(default=8.0)}
    tuned = {"handover": (8.0, 4.0, 16.0)}


class DeepFMChoice(Network):
    name = "deepfm_choice"
    net = "deepfm"


Network.personal_class = NetworkPersonal
