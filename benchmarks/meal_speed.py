"""`python -m benchmarks.meal_speed`: training of NeuMF and DeepFM in dishes per second, beside torchfm's of the same size.

torchfm (MIT) is no requirement: `pip install --no-deps --target FOLDER torchfm`, and set MOA_BENCH_SITE=FOLDER. Its networks
look up one vector per member and item; ours also sum up the last twenty choices and read the columns of each dish.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

import numpy as np
import torch

from ml.families import get
from ml.families.choices import utility
from ml.families.choices.nets import shapes, start
from ml.families.choices.sets import prepare
from ml.families.choices.training import SIZE, Choices

STEPS = 40


def ours(net: str, ready, params) -> Callable[[np.ndarray], None]:
    words = ready.words
    sizes = (len(words.ids), len(words.labels), len(words.makers), words.width, params["size"], params["hidden"])
    weights = {k: torch.tensor(v, requires_grad=True) for k, v in start(shapes(net, *sizes), 0).items()}
    optimiser, rng = torch.optim.Adam(weights.values(), lr=params["rate"]), np.random.default_rng(0)
    content = utility.fit(words, ready.things, ready.sets.part(slice(0, 500)), params["handover"])
    choices = Choices(ready, content, params)  # made once for all epochs, as in training

    def step(which: np.ndarray) -> None:
        loss = choices.loss(net, weights, which, rng, params["unseen"])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    return step


def theirs(net: str, ready, params) -> Callable[[np.ndarray], None]:
    """Binary cross-entropy over the same pairs of member and dish."""
    sys.path.append(os.environ.get("MOA_BENCH_SITE", ""))
    dims = [int(ready.sets.member.max()) + 1, len(ready.words.ids)]
    hidden = (int(params["hidden"]), int(params["hidden"]) // 2)
    if net == "neumf":
        from torchfm.model.ncf import NeuralCollaborativeFiltering

        model = NeuralCollaborativeFiltering(dims, np.array([0]), np.array([1]), int(params["size"]), hidden, 0.0)
    else:
        from torchfm.model.dfm import DeepFactorizationMachineModel

        dims += [len(ready.words.labels) + 1, len(ready.words.makers) + 1, 7]
        model = DeepFactorizationMachineModel(dims, int(params["size"]), hidden, 0.0)
    optimiser, things = torch.optim.Adam(model.parameters(), lr=params["rate"]), ready.things

    def step(which: np.ndarray) -> None:
        sets = ready.sets.part(which)
        there = sets.item >= 0
        item = sets.item[there].astype(np.int64)
        row = np.nonzero(there)[0]
        fields = [sets.member[row], item, things.label[item], things.maker[item], sets.weekday[row]][: len(dims)]
        wanted = np.zeros(there.shape, np.float32)
        wanted[:, 0] = 1
        inputs = torch.as_tensor(np.stack(fields, 1).astype(np.int64))
        loss = torch.nn.functional.binary_cross_entropy(model(inputs), torch.as_tensor(wanted[there]))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    return step


def speeds(data, steps: int = STEPS) -> None:
    """Print dishes a second of both, torchfm's where it is installed."""
    torch.set_num_threads(1)
    ready = prepare(data, 20_000)
    rng, size = np.random.default_rng(0), min(SIZE, len(ready.sets))
    batches = [np.sort(rng.choice(len(ready.sets), size, replace=False)) for _ in range(steps)]
    dishes = sum(int((ready.sets.item[batch] >= 0).sum()) for batch in batches)
    print(f"{steps} steps of {size} offers, {dishes} dishes, one thread")
    for net, family in (("neumf", "neural_cf"), ("deepfm", "deepfm_choice")):
        params = get(family).with_defaults({})
        for name, make in (("moa", ours), ("torchfm", theirs)):
            try:
                step = make(net, ready, params)
            except ImportError as error:
                print(f"{net} {name} left out: {error} (see benchmarks/meal_speed.py)")
                continue
            step(batches[0])
            taken = []
            for batch in batches:
                began = time.process_time()
                step(batch)
                taken.append(time.process_time() - began)
            print(f"{net:8}{name:10}{dishes / steps / np.median(taken):12,.0f} dishes/s")


def main() -> None:
    from benchmarks.meal_models import demo

    speeds(demo())


if __name__ == "__main__":
    main()
