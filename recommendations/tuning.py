"""Choice of the families' parameters and of a feed's weights on validation data: coordinate searches for the best NDCG.

The families come first, each alone; then the weights, over the parts that the feed adds up. What is tested later is never seen:
`steps` yields the validation part only, and bases are fitted on what was before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from ml import families as ml_families
from recommendations.evaluation import Params, Steps
from recommendations.feeds import Feed
from recommendations.for_you import ForYou

Rehearse = Callable[[Iterable[str], Params], Steps]  # families and their parameters → the validation part's steps
Say = Callable[[str], Any]

WEIGHTS = (
    "text",
    "together",
    "factors",
    "taste",
    "popular",
    "fresh",
    "near",
    "seen",
)  # `popular_cold` goes with `popular` in the parts
STEPS = (0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0)
LEAST_GAIN = 5e-4  # in NDCG; less is no reason to leave a default


def tune(
    feed: ForYou, params: Mapping[str, Any], rehearse: Rehearse, families: Iterable[str], k: int, say: Say
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """(The feed's parameters with the best weights, the parameters of those of its `families` that differ from defaults)."""
    used = [name for name in feed.used_families(unweighted(params)) if name in families]
    tuned = {name: found for name in used if (found := tune_family(name, rehearse, k, say))}
    cases = collect(feed, params, rehearse(used, tuned))
    alone = {name: ndcg(cases, row, k) for name, row in zip(WEIGHTS, np.eye(len(WEIGHTS)), strict=True)}
    say(f"each part alone, NDCG@{k}: " + ", ".join(f"{name} {v:.3f}" for name, v in alone.items()))
    weights, value = search(cases, {name: params[name] for name in WEIGHTS}, k=k)
    say(f"validation: {len(cases)} events, NDCG@{k} {value:.4f} with {weights}, families {tuned}")
    return {**params, **weights}, tuned


class Alone(Feed):
    """One family's scores and nothing else."""

    def __init__(self, family: str):
        self.name, self.families = family, (family,)


def tune_family(name: str, rehearse: Rehearse, k: int, say: Say = lambda text: None) -> dict[str, Any]:
    """The parameters of a family that rank best alone, those that are no defaults; one after the other (`Family.tuned`)."""
    family, chosen = ml_families.get(name), {}
    best = reached(name, rehearse, {}, k)
    for parameter, values in family.tuned.items():
        for value in values:
            trial = {**chosen, parameter: value}
            if family.with_defaults(trial) == family.with_defaults(chosen):
                continue
            score = reached(name, rehearse, trial, k)
            say(f"{name}.{parameter} {value:g}: {score:.4f}")
            if score > best + LEAST_GAIN:
                best, chosen = score, trial
    return chosen


def reached(name: str, rehearse: Rehearse, params: Mapping[str, Any], k: int) -> float:
    """NDCG at k of one family alone."""
    feed, gains = Alone(name), []
    for make, _user, position in rehearse([name], {name: params}):
        scene = make(feed, {})
        seen, rejected = scene.touched()
        mask = scene.candidates() & ~rejected & ~seen
        scores = scene.score(name)
        gains.append(gain(scores[mask], scores[position], k) if mask[position] else 0.0)
    return float(np.mean(gains)) if gains else 0.0


def gain(scores: np.ndarray, target: float, k: int) -> float:
    """NDCG at k of one target among the candidates' scores (its own included); ties count half."""
    rank = (scores > target).sum() + 0.5 * ((scores == target).sum() - 1)
    return 1 / float(np.log2(rank + 2)) if rank < k else 0.0


def collect(feed: ForYou, params: Mapping, steps: Steps) -> list[tuple]:
    """For each step: unweighted parts (parts × candidates) and the place of the target among the candidates."""
    plain = unweighted(params)
    found = []
    for scene, _user, position in steps:
        parts, mask = feed.parts(scene(feed, plain))
        where = np.flatnonzero(mask)
        target = np.flatnonzero(where == position)
        if len(target):
            table = np.stack([parts[name][where] if name in parts else np.zeros(len(where)) for name in WEIGHTS])
            found.append((table.astype(np.float16), int(target[0])))
    return found


def unweighted(params: Mapping) -> dict:
    """The parameters with every weight 1."""
    return {**params, **dict.fromkeys(WEIGHTS, 1.0)}


def ndcg(cases: list[tuple], weights: np.ndarray, k: int) -> float:
    """Mean NDCG at k of the weighted sums (ties count half)."""
    return sum(gain(scores, scores[target], k) for scores, target in _sums(cases, weights)) / max(1, len(cases))


def _sums(cases: list[tuple], weights: np.ndarray):
    used = np.flatnonzero(weights)
    for table, target in cases:
        yield weights[used].astype(np.float32) @ table[used].astype(np.float32), target


def search(
    cases: list[tuple], start: Mapping[str, float], *, k: int = 8, rounds: int = 2
) -> tuple[dict[str, float], float]:
    """Weights with the best NDCG at k: coordinate search from the best of `start` and each part alone."""
    first = np.array([start[name] for name in WEIGHTS], np.float32)
    best = max((first, *np.eye(len(WEIGHTS), dtype=np.float32)), key=lambda weights: ndcg(cases, weights, k))
    value = ndcg(cases, best, k)
    for _ in range(rounds):
        for n in range(len(WEIGHTS)):
            best, value = _better(cases, best, value, n, k)
    return {name: round(float(w), 2) for name, w in zip(WEIGHTS, best, strict=True)}, value


def _better(cases: list[tuple], best: np.ndarray, value: float, n: int, k: int) -> tuple[np.ndarray, float]:
    """`best` with the value for weight `n` that helps most."""
    rest = best.copy()
    rest[n] = 0
    totals = np.zeros(len(STEPS))
    for (scores, target), (table, _target) in zip(_sums(cases, rest), cases, strict=True):
        part = table[n].astype(np.float32)
        if not part.any():
            totals += gain(scores, scores[target], k)
            continue
        for at, step in enumerate(STEPS):
            moved = scores + np.float32(step) * part
            totals[at] += gain(moved, moved[target], k)
    at = int(np.argmax(totals))
    if totals[at] / max(1, len(cases)) <= value + LEAST_GAIN:
        return best, value
    rest[n] = STEPS[at]
    return rest, float(totals[at] / len(cases))
