"""Training of the networks in torch: softmax over each offer, Adam, early stopping on the last tenth of the choices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ml.families.base import Progress
from ml.families.choices.nets import NETS, Batch, shapes, start
from ml.families.choices.sets import Prepared, Sets
from ml.families.choices.things import Things

FADE = 14.0  # days in which a choice before counts half
VALIDATION, PATIENCE, SIZE = 0.1, 2, 256


def batch_of(
    things: Things, columns: np.ndarray, item: np.ndarray, before: np.ndarray, age: np.ndarray, weekday
) -> Batch:
    """NumPy inputs; `item` and `before` are rows of `things` (-1: none)."""
    weight = np.exp2(-age / FADE) * (before >= 0)
    weight = weight / np.maximum(weight.sum(1, keepdims=True), 1e-9)

    def known(codes: np.ndarray, rows: np.ndarray) -> np.ndarray:
        return np.where(rows >= 0, codes[rows] + 1, 0)

    return Batch(
        known(things.number, item),
        things.content[item],
        known(things.label, item),
        known(things.maker, item),
        columns.astype(np.float32),
        known(things.number, before),
        things.content[before],
        weight.astype(np.float32),
        np.asarray(weekday, np.int64),
    )


def train(net: str, ready: Prepared, params: Mapping[str, Any], say: Progress) -> dict[str, np.ndarray]:
    """The network's weights; deterministic for equal data and params."""
    import torch

    threads, torch_state = torch.get_num_threads(), torch.random.get_rng_state()
    torch.set_num_threads(1)
    try:
        return _train(net, ready, params, say)
    finally:
        torch.set_num_threads(threads)
        torch.random.set_rng_state(torch_state)


def _train(net: str, ready: Prepared, params: Mapping[str, Any], say: Progress) -> dict[str, np.ndarray]:
    import torch

    words, sets, things = ready.words, ready.sets, ready.things
    wanted = shapes(
        net,
        len(words.ids),
        len(words.labels),
        len(words.makers),
        words.width,
        int(params["size"]),
        int(params["hidden"]),
    )
    weights = {
        name: torch.tensor(value, requires_grad=True) for name, value in start(wanted, int(params["seed"])).items()
    }
    if len(sets) < 2:
        return _plain(weights)
    decay = [weight for name, weight in weights.items() if weight.dim() > 1 and not name.startswith("w")]
    rest = [weight for name, weight in weights.items() if weight.dim() == 1 or name.startswith("w")]
    groups: Any = [{"params": decay, "weight_decay": float(params["decay"])}, {"params": rest}]
    optimiser = torch.optim.Adam(groups, lr=float(params["rate"]))
    first = max(1, int(len(sets) * (1 - VALIDATION)))
    held, rng = sets.part(slice(first, None)), np.random.default_rng(int(params["seed"]))
    best, kept, bad = np.inf, _plain(weights), 0
    for epoch in range(int(params["epochs"])):
        order = rng.permutation(first)
        for at in range(0, first, SIZE):
            loss = _loss(net, weights, things, sets.part(np.sort(order[at : at + SIZE])), rng, float(params["unseen"]))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        with torch.no_grad():
            value = float(_loss(net, weights, things, held))
        say((epoch + 1) / int(params["epochs"]), f"epoch {epoch + 1}: validation loss {value:.4f}")
        if value < best - 1e-4:
            best, kept, bad = value, _plain(weights), 0
        else:
            bad += 1
            if bad > PATIENCE:
                break
    return kept


def _loss(net: str, weights, things: Things, sets: Sets, rng: np.random.Generator | None = None, unseen: float = 0.0):
    import torch

    item, before = sets.item.astype(np.int64), sets.before.astype(np.int64)
    inputs = batch_of(things, sets.columns, item, before, sets.age, sets.weekday)
    if rng is not None and unseen:  # some items as if never seen, so that the map from content is learned
        hidden = rng.random(len(things)) < unseen
        inputs = inputs._replace(number=np.where(hidden[item], 0, inputs.number))
    scores = NETS[net](weights, Batch(*(torch.as_tensor(part) for part in inputs)))
    scores = scores.masked_fill(torch.as_tensor(item < 0), -1e9)
    return (torch.logsumexp(scores, 1) - scores[:, 0]).mean()


def _plain(weights) -> dict[str, np.ndarray]:
    return {name: weight.detach().numpy().copy() for name, weight in weights.items()}
