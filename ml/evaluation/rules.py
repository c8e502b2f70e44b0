"""A small decision tree that follows a model's own scores, as rules for people, with how faithful it is on rows it never saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from sklearn.tree import DecisionTreeRegressor

DEPTHS = (3, 4)
#: what a deeper tree has to gain in R² to be worth reading
GAIN = 0.02
#: what each split has to explain of the variance
SPLIT = 0.002
TEST = 0.3
LEAST = 60
ROUND = 3


@dataclass(frozen=True)
class Rules:
    """`root` is a leaf {value, share, rows} or a split {feature, at, yes, no, …}: `yes` where the feature is above `at`.

    `r2`, `agreement`: on rows of members that the tree was not fitted to; the latter is how often, of two items of one
    decision, tree and model put the same one first (ties of the tree count half; None where decisions have one item).
    """

    root: dict[str, Any]
    depth: int
    r2: float
    agreement: float | None
    rows: int
    tested: int

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def fit(
    names: Sequence[str], columns: np.ndarray, target: np.ndarray, member: np.ndarray, decision: np.ndarray
) -> Rules | None:
    """Rules for `target` (rows) from named columns (rows × names); None where there is too little or nothing to tell apart.

    `member` splits fitted rows from tested ones; `decision` says which rows compete.
    """
    tested = _held_out(member)
    if (~tested).sum() < LEAST or tested.sum() < LEAST // 2 or np.ptp(target) < 1e-9 or not len(names):
        return None
    leaf, gain = max(10, len(target) // 100), SPLIT * float(target[~tested].var())
    trees = [
        DecisionTreeRegressor(max_depth=depth, min_samples_leaf=leaf, min_impurity_decrease=gain, random_state=0).fit(
            columns[~tested], target[~tested]
        )
        for depth in DEPTHS
    ]
    fidelity = [_r2(target[tested], tree.predict(columns[tested])) for tree in trees]
    best = 1 if fidelity[1] > fidelity[0] + GAIN else 0
    tree = trees[best]
    if tree.tree_.node_count < 2:
        return None
    agreement = agreement_of(target[tested], tree.predict(columns[tested]), decision[tested])
    root = _node(tree.tree_, 0, names, int((~tested).sum()))
    return Rules(root, DEPTHS[best], round(fidelity[best], ROUND), agreement, int((~tested).sum()), int(tested.sum()))


def _held_out(member: np.ndarray) -> np.ndarray:
    """Mask of the rows of some of the members, told by their hashes."""
    return (np.asarray(member, np.uint64) >> np.uint64(16)) % np.uint64(1000) < np.uint64(1000 * TEST)


def _r2(true: np.ndarray, said: np.ndarray) -> float:
    spread = float(((true - true.mean()) ** 2).sum())
    return 1 - float(((true - said) ** 2).sum()) / spread if spread else 0.0


def agreement_of(model: np.ndarray, tree: np.ndarray, decision: np.ndarray) -> float | None:
    """Share of pairs within decisions that both order alike; pairs that the model does not tell apart do not count."""
    same, pairs = 0.0, 0
    order = np.argsort(decision, kind="stable")
    for part in np.split(order, np.flatnonzero(np.diff(decision[order])) + 1):
        ours, theirs = (np.sign(values[part][:, None] - values[part][None]) for values in (model, tree))
        told = np.triu(ours != 0, 1)
        pairs += int(told.sum())
        same += float(((ours == theirs) & told).sum() + 0.5 * ((theirs == 0) & told).sum())
    return round(same / pairs, ROUND) if pairs else None


def _node(tree: Any, at: int, names: Sequence[str], total: int) -> dict[str, Any]:
    rows = int(tree.n_node_samples[at])
    found: dict[str, Any] = {"value": round(float(tree.value[at].ravel()[0]), ROUND), "rows": rows}
    found["share"] = round(rows / max(total, 1), ROUND)
    if tree.children_left[at] != tree.children_right[at]:
        found |= {"feature": names[tree.feature[at]], "at": _short(float(tree.threshold[at]))}
        found["no"] = _node(tree, tree.children_left[at], names, total)
        found["yes"] = _node(tree, tree.children_right[at], names, total)
    return found


def _short(value: float) -> float:
    """Three significant digits: more tell nobody anything."""
    return float(f"{value:.3g}")


def leaves(node: dict[str, Any], path: tuple = ()) -> list[tuple[tuple, dict[str, Any]]]:
    """(path of (feature, at, above), leaf) of all leaves, the highest value first; bounds of one feature are joined."""
    if "feature" not in node:
        return [(joined(path), node)]
    found = [
        leaf
        for side in ("yes", "no")
        for leaf in leaves(node[side], (*path, (node["feature"], node["at"], side == "yes")))
    ]
    return found if path else sorted(found, key=lambda leaf: -leaf[1]["value"])


def joined(path: tuple) -> tuple:
    """Of several bounds of one feature in the same direction, the tightest."""
    found: dict[tuple[str, bool], float] = {}
    for feature, at, above in path:
        old = found.get((feature, above))
        found[feature, above] = at if old is None else (max if above else min)(old, at)
    return tuple((feature, at, above) for (feature, above), at in found.items())


def used(node: dict[str, Any]) -> set[str]:
    """The features that a tree asks for."""
    if "feature" not in node:
        return set()
    return {node["feature"]} | used(node["yes"]) | used(node["no"])
