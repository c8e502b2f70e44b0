"""Two networks, written once for torch (training) and NumPy (serving): only what both libraries spell alike is used.

* NeuMF: He et al., "Neural collaborative filtering" (WWW 2017). The member's vectors are means of what they chose, faded with
  time (as in NAIS and FISM, so that a member needs no row of their own), and the last choice and the weekday join the MLP.
* DeepFM: Guo et al., "DeepFM" (IJCAI 2017), over the item, its label and maker, the weekday, the member's recent and last
  choices, and the columns of `past.COLUMNS`.

An item's vector is one of its own plus a linear map of its content, so that new items have one too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from ml.families.choices.past import COLUMNS, WEEK

Weights = Mapping[str, Any]


class Batch(NamedTuple):
    """Of the rows of a table of items: number in the base plus one (0: unseen), the same as it counts in a past, content, codes
    of label and maker plus one. Of each set, by rows of the table: the offer (sets × items) with its columns, the past (sets ×
    RECENT) with fading weights that add up to 1 (0: no past). The weekday.
    """

    number: Any
    past_number: Any
    content: Any
    label: Any
    maker: Any
    row: Any
    columns: Any
    past_row: Any
    past_weight: Any
    weekday: Any


def shapes(net: str, items: int, labels: int, makers: int, content: int, size: int, hidden: int) -> dict[str, tuple]:
    """Name → shape of a network's weights."""
    common = {
        "item": (items + 1, size),
        "item_content": (content, size),
        "past": (items + 1, size),
        "past_content": (content, size),
        "bias": (items + 1,),
        "day": (WEEK, size),
        "out": (hidden // 2,),
        "b1": (hidden,),
        "w2": (hidden, hidden // 2),
        "b2": (hidden // 2,),
    }
    parts = ["item", "user", "last", "day"]
    if net == "neumf":
        own = {"gmf": (size,), "deep_item": (items + 1, size), "deep_content": (content, size)}
    else:
        own = {"label": (labels + 1, size), "maker": (makers + 1, size), "linear": (len(COLUMNS),)}
        parts += ["label", "maker"]
        own["w1_columns"] = (len(COLUMNS), hidden)
    return {**common, **own, **{f"w1_{part}": (size, hidden) for part in parts}}


def start(wanted: Mapping[str, tuple], seed: int) -> dict[str, np.ndarray]:
    """First weights: small normal vectors, Glorot for matrices of the MLP, zeros for biases."""
    rng, found = np.random.default_rng(seed), {}
    for name, shape in sorted(wanted.items()):
        scale = np.sqrt(2 / sum(shape)) if name.startswith("w") else 0.05
        zero = name.startswith("b") or name == "linear"
        found[name] = np.zeros(shape, np.float32) if zero else rng.normal(0, scale, shape).astype(np.float32)
    if "gmf" in found:
        found["gmf"][:] = 1.0
    return found


def relu(x: Any) -> Any:
    return x * (x > 0)


def _taken(table: Any, rows: Any) -> Any:
    """Rows of a table; in torch by `index_select`, whose gradient is added up several times faster than that of indexing."""
    if isinstance(table, np.ndarray):
        return table[rows]
    return table.index_select(0, rows.reshape(-1)).reshape(*rows.shape, *table.shape[1:])


def _member(w: Weights, batch: Batch) -> tuple[Any, Any]:
    """(sets × size) of what was chosen before, faded, and of the last choice."""
    table = _taken(w["past"], batch.past_number) + batch.content @ w["past_content"]
    past = _taken(table, batch.past_row)
    there = batch.past_weight[:, :1] > 0
    return (past * batch.past_weight[:, :, None]).sum(1), past[:, 0] * there


def _mlp(w: Weights, first: Any) -> Any:
    return relu(relu(first + w["b1"]) @ w["w2"] + w["b2"]) @ w["out"]


def neumf(w: Weights, batch: Batch) -> Any:
    """Scores (sets × items): product of member and item, plus an MLP over both, the last choice and the weekday."""
    user, last = _member(w, batch)
    item = _taken(w["item"], batch.number) + batch.content @ w["item_content"]
    deep = _taken(w["deep_item"], batch.number) + batch.content @ w["deep_content"]
    known = (user @ w["w1_user"] + last @ w["w1_last"] + _taken(w["day"], batch.weekday) @ w["w1_day"])[:, None]
    product = (_taken(item * w["gmf"], batch.row) * user[:, None]).sum(-1)
    return (
        product + _mlp(w, _taken(deep @ w["w1_item"], batch.row) + known) + _taken(w["bias"], batch.number)[batch.row]
    )


def deepfm(w: Weights, batch: Batch) -> Any:
    """Scores (sets × items): linear part, products of all pairs of fields, and an MLP over fields and columns."""
    user, last = _member(w, batch)
    known = {"user": user, "last": last, "day": _taken(w["day"], batch.weekday)}
    table = {
        "item": _taken(w["item"], batch.number) + batch.content @ w["item_content"],
        "label": _taken(w["label"], batch.label),
        "maker": _taken(w["maker"], batch.maker),
    }
    # Sums over fields: those of the member once a set, those of the item once a row of the table.
    of_member, of_item = (sum(fields.values()) for fields in (known, table))
    squares = [sum((field * field).sum(-1) for field in fields.values()) for fields in (known, table)]
    total = _taken(of_item, batch.row) + of_member[:, None]
    pairs = ((total * total).sum(-1) - squares[0][:, None] - squares[1][batch.row]) / 2
    deep, first = (sum(field @ w[f"w1_{name}"] for name, field in fields.items()) for fields in (table, known))
    hidden = _taken(deep, batch.row) + first[:, None] + batch.columns @ w["w1_columns"]
    return pairs + _mlp(w, hidden) + batch.columns @ w["linear"] + _taken(w["bias"], batch.number)[batch.row]


NETS: Mapping[str, Callable[[Weights, Batch], Any]] = {"neumf": neumf, "deepfm": deepfm}
