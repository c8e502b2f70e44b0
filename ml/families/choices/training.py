"""Training of the networks in torch: softmax over each offer, Adam, early stopping on the last tenth of the choices.

A network learns what content (`utility`) leaves over: scores are the content's plus `trust` times the network's, and trust
grows with the member's own orders. A newcomer is ranked by content alone, and the change is gradual.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ml.families.base import Progress
from ml.families.choices import utility
from ml.families.choices.nets import NETS, Batch, shapes, start
from ml.families.choices.past import COLUMNS
from ml.families.choices.sets import Prepared
from ml.families.choices.things import Things

FADE = 14.0  # days in which a choice before counts half
VALIDATION, PATIENCE, SIZE = 0.1, 2, 256
ORDERS = COLUMNS.index("orders")


def trust(columns: np.ndarray, handover: float) -> np.ndarray:
    """(sets × 1) how much a network counts: 0 without own orders, one half at `handover` of them."""
    orders = np.expm1(columns[:, :1, ORDERS])
    return (orders / np.maximum(orders + handover, 1e-9) if handover else np.ones_like(orders)).astype(np.float32)


def batch_of(
    things: Things, columns: np.ndarray, item: np.ndarray, before: np.ndarray, age: np.ndarray, weekday
) -> Batch:
    """NumPy inputs; `item` and `before` are rows of `things` (-1: none)."""
    weight = np.exp2(-age / FADE) * (before >= 0)
    weight = weight / np.maximum(weight.sum(1, keepdims=True), 1e-9)
    rows, row, past_row = _table(things, item, before)
    number = things.number[rows] + 1
    return Batch(
        number,
        number,
        things.content[rows],
        things.label[rows] + 1,
        things.maker[rows] + 1,
        row,
        columns.astype(np.float32),
        past_row,
        weight.astype(np.float32),
        np.asarray(weekday, np.int64),
    )


def _table(things: Things, item: np.ndarray, before: np.ndarray) -> tuple[Any, np.ndarray, np.ndarray]:
    """(rows of `things` in the table, places of the offers in it, places of the pasts): all rows, unless fewer are needed."""
    offers, past = np.maximum(item, 0), np.maximum(before, 0)
    if len(things) <= offers.size + past.size:
        return slice(None), offers, past
    rows = np.concatenate([offers.ravel(), past.ravel()])
    place = np.arange(len(rows))
    return rows, place[: offers.size].reshape(offers.shape), place[offers.size :].reshape(past.shape)


def train(net: str, ready: Prepared, params: Mapping[str, Any], say: Progress) -> dict[str, np.ndarray]:
    """The network's weights, and those of content as `content_…`; deterministic for equal data and params."""
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

    words, sets = ready.words, ready.sets
    sizes = (
        len(words.ids),
        len(words.labels),
        len(words.makers),
        words.width,
        int(params["size"]),
        int(params["hidden"]),
    )
    first = max(1, int(len(sets) * (1 - VALIDATION)))
    content = utility.fit(words, ready.things, sets.part(slice(0, first)), float(params["handover"]))
    kept = {f"content_{name}": value for name, value in content.items()}
    weights = {
        name: torch.tensor(value, requires_grad=True)
        for name, value in start(shapes(net, *sizes), int(params["seed"])).items()
    }
    if len(sets) < 2:
        return {**_plain(weights), **kept}
    choices, rng = Choices(ready, content, params), np.random.default_rng(int(params["seed"]))
    optimiser = _optimiser(weights, params)
    held, best, found, bad = np.arange(first, len(sets)), np.inf, _plain(weights), 0
    for epoch in range(int(params["epochs"])):
        order = rng.permutation(first)
        for at in range(0, first, SIZE):
            loss = choices.loss(net, weights, np.sort(order[at : at + SIZE]), rng, float(params["unseen"]))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        with torch.no_grad():
            value = float(choices.loss(net, weights, held))
        say((epoch + 1) / int(params["epochs"]), f"epoch {epoch + 1}: validation loss {value:.4f}")
        if value < best - 1e-4:
            best, found, bad = value, _plain(weights), 0
        else:
            bad += 1
            if bad > PATIENCE:
                break
    return {**found, **kept}


def _optimiser(weights, params: Mapping[str, Any]):
    import torch

    decay = [weight for name, weight in weights.items() if weight.dim() > 1 and not name.startswith("w")]
    rest = [weight for name, weight in weights.items() if weight.dim() == 1 or name.startswith("w")]
    groups: Any = [{"params": decay, "weight_decay": float(params["decay"])}, {"params": rest}]
    return torch.optim.Adam(groups, lr=float(params["rate"]))


class Choices:
    """All sets as tensors, made once; `loss` takes some of them."""

    def __init__(self, ready: Prepared, content: utility.Weights, params: Mapping[str, Any]):
        import torch

        sets, things = ready.sets, ready.things
        item = sets.item.astype(np.int64)
        inputs = batch_of(things, sets.columns, item, sets.before.astype(np.int64), sets.age, sets.weekday)
        self.inputs = Batch(*(torch.as_tensor(part) for part in inputs))
        self.there = torch.as_tensor(item >= 0)
        offset = utility.offered(ready.words, things, sets, content, float(params["handover"]))
        self.offset = torch.as_tensor(offset)
        self.trust = torch.as_tensor(trust(sets.columns, float(params["handover"])))

    def loss(self, net: str, weights, which: np.ndarray, rng: np.random.Generator | None = None, unseen: float = 0.0):
        """Mean surprise at what was chosen; with `rng`, some items as if never seen, so that the map from content is learned."""
        import torch

        at, all_of = torch.as_tensor(which), self.inputs
        number = all_of.number
        if rng is not None and unseen:
            number = number.masked_fill(torch.as_tensor(rng.random(len(number)) < unseen), 0)
        batch = all_of._replace(
            number=number,
            **{name: getattr(all_of, name)[at] for name in ("row", "columns", "past_row", "past_weight", "weekday")},
        )
        scores = self.offset[at] + self.trust[at] * NETS[net](weights, batch)
        scores = scores.masked_fill(~self.there[at], -1e9)
        return (torch.logsumexp(scores, 1) - scores[:, 0]).mean()


def _plain(weights) -> dict[str, np.ndarray]:
    return {name: weight.detach().numpy().copy() for name, weight in weights.items()}
