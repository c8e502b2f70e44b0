"""Choice of the families' parameters and of a feed's weights on validation data: coordinate searches for the best NDCG.

The families come first, each alone; then the weights, over the parts that the feed adds up (by stacking, where the feed
says so: `recommendations.stacked`). What is tested later is never seen:
`steps` yields the validation part only, and bases are fitted on what was before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from ml import families as ml_families
from recommendations import stacked
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
LEAST_GAIN = 5e-4  # in NDCG; less is no reason to change anything


def weights_of(feed: ForYou) -> tuple[str, ...]:
    """The weights of a feed: those of its own parts, then those that every `ForYou` may have."""
    there = {parameter.name for parameter in feed.parameters}
    return tuple(name for name in dict.fromkeys((*feed.own, *feed.newcomers, *WEIGHTS)) if name in there)


def tuned_of(feed: ForYou) -> tuple[str, ...]:
    """All parameters that `tune` chooses a value of."""
    return (*weights_of(feed), "cold_to_hot") if feed.stacked else weights_of(feed)


def tune(
    feed: ForYou, params: Mapping[str, Any], rehearse: Rehearse, families: Iterable[str], k: int, say: Say
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """(The feed's parameters with the best weights, the chosen parameters of each of its `families` that has a weight)."""
    names = weights_of(feed)
    used = [name for name in feed.used_families(unweighted(params, names)) if name in families]
    again = not params.get("seen", 1.0)  # a feed that takes nothing off for what was seen is one of choices made again
    tuned = {name: found for name in used if (found := tune_family(name, rehearse, k, say, again=again))}
    if feed.stacked:
        return _stacked(feed, params, rehearse(used, tuned), tuned, k, say)
    cases = collect(feed, params, rehearse(used, tuned))
    alone = {name: ndcg(cases, row, k) for name, row in zip(names, np.eye(len(names)), strict=True)}
    say(f"each part alone, NDCG@{k}: " + ", ".join(f"{name} {v:.3f}" for name, v in alone.items()))
    weights, value = search(cases, params, k=k, names=names)
    values = {**params, **weights}
    tuned = {name: tuned[name] for name in feed.used_families(values) if name in tuned}
    say(f"validation: {len(cases)} events, NDCG@{k} {value:.4f} with {weights}, families {tuned}")
    return values, tuned


def _stacked(feed: Any, params: Mapping[str, Any], steps: Steps, tuned: dict, k: int, say: Say):
    names = weights_of(feed)
    cases = stacked.collect(feed, params, names, steps)
    before = stacked.ndcg(feed, params, names, cases, k)
    found = stacked.fit(feed, params, names, cases, say)
    values = {**params, **found}
    tuned = {name: tuned[name] for name in feed.used_families(values) if name in tuned}
    after = stacked.ndcg(feed, values, names, cases, k)
    say(f"validation: {len(cases)} events, NDCG@{k} {before:.4f} as served, {after:.4f} with {found}, families {tuned}")
    return values, tuned


class Alone(Feed):
    """One family's scores and nothing else."""

    def __init__(self, family: str):
        self.name, self.families = family, (family,)


def tune_family(
    name: str, rehearse: Rehearse, k: int, say: Say = lambda text: None, *, again: bool = False
) -> dict[str, Any]:
    """The parameters of a family (`Family.tuned`) that rank best alone, chosen one after the other.

    The first value of each is the plainest; another one has to be clearly better.
    """
    family = ml_families.get(name)
    chosen = {parameter: values[0] for parameter, values in family.tuned.items()}
    best = reached(name, rehearse, chosen, k, again) if chosen else np.zeros(0)
    for parameter, values in family.tuned.items():
        trials = {value: reached(name, rehearse, {**chosen, parameter: value}, k, again) for value in values[1:]}
        found = ", ".join(f"{value:g}: {gains.mean():.4f}" for value, gains in {values[0]: best, **trials}.items())
        value, gains = max(trials.items(), key=lambda trial: trial[1].mean())
        if clearly_better(gains, best):
            chosen[parameter], best = value, gains
        say(f"{name}.{parameter} {found} → {chosen[parameter]:g}")
    return chosen


def clearly_better(gains: np.ndarray, than: np.ndarray) -> bool:
    """By more than `LEAST_GAIN` and one standard error of the paired difference, so that noise chooses nothing."""
    if not len(gains):
        return False
    lead = gains - than
    return bool(lead.mean() > max(LEAST_GAIN, lead.std() / np.sqrt(len(lead))))


def reached(name: str, rehearse: Rehearse, params: Mapping[str, Any], k: int, again: bool = False) -> np.ndarray:
    """NDCG at k of one family alone, for each step; `again`: what was seen before is a candidate too."""
    feed, gains = Alone(name), []
    for make, _user, position in rehearse([name], {name: params}):
        scene = make(feed, {})
        seen, rejected = scene.touched()
        mask = scene.candidates() & ~rejected & (again | ~seen)
        scores = scene.score(name)
        gains.append(gain(scores[mask], scores[position], k) if position >= 0 and mask[position] else 0.0)
    return np.array(gains)


def gain(scores: np.ndarray, target: float, k: int) -> float:
    """NDCG at k of one target among the candidates' scores (its own included); ties count half."""
    rank = (scores > target).sum() + 0.5 * ((scores == target).sum() - 1)
    return 1 / float(np.log2(rank + 2)) if rank < k else 0.0


def collect(feed: ForYou, params: Mapping, steps: Steps) -> list[tuple]:
    """For each step: unweighted parts (parts × candidates) and the place of the target among the candidates."""
    names = weights_of(feed)
    plain = unweighted(params, names)
    found = []
    for scene, _user, position in steps:
        parts, mask = feed.parts(scene(feed, plain))
        where = np.flatnonzero(mask)
        target = np.flatnonzero(where == position)
        if len(target):
            table = np.stack([parts[name][where] if name in parts else np.zeros(len(where)) for name in names])
            found.append((table.astype(np.float16), int(target[0])))
    return found


def unweighted(params: Mapping, names: Iterable[str]) -> dict:
    """The parameters with every weight 1."""
    return {**params, **dict.fromkeys(names, 1.0)}


def ndcg(cases: list[tuple], weights: np.ndarray, k: int) -> float:
    """Mean NDCG at k of the weighted sums."""
    found = _gains(cases, weights, k)
    return float(found.mean()) if len(found) else 0.0


def _gains(cases: list[tuple], weights: np.ndarray, k: int) -> np.ndarray:
    return np.array([gain(scores, scores[target], k) for scores, target in _sums(cases, weights)])


def _sums(cases: list[tuple], weights: np.ndarray):
    used = np.flatnonzero(weights)
    for table, target in cases:
        yield weights[used].astype(np.float32) @ table[used].astype(np.float32), target


def search(
    cases: list[tuple], start: Mapping[str, float], *, k: int = 8, rounds: int = 2, names: tuple[str, ...] = WEIGHTS
) -> tuple[dict[str, float], float]:
    """Weights with the best NDCG at k: coordinate search from the best of `start` and each part alone."""
    first = np.array([start[name] for name in names], np.float32)
    there = [n for n in range(len(names)) if any(table[n].any() for table, _target in cases)]
    alone = np.eye(len(names), dtype=np.float32)[there]
    best = max((first, *alone), key=lambda weights: ndcg(cases, weights, k))
    reached = _gains(cases, best, k)
    for _ in range(rounds):
        for n in there:
            best, reached = _better(cases, best, reached, n, k)
    value = float(reached.mean()) if len(reached) else 0.0
    return {name: round(float(w), 2) for name, w in zip(names, best, strict=True)}, value


def _better(cases: list[tuple], best: np.ndarray, reached: np.ndarray, n: int, k: int) -> tuple[np.ndarray, np.ndarray]:
    """`best` with another value for weight `n`, where one is clearly better."""
    rest = best.copy()
    rest[n] = 0
    trials = np.zeros((len(STEPS), len(cases)))
    for case, ((scores, target), (table, _target)) in enumerate(zip(_sums(cases, rest), cases, strict=True)):
        part = table[n].astype(np.float32)
        for at, step in enumerate(STEPS):
            moved = scores + np.float32(step) * part
            trials[at, case] = gain(moved, moved[target], k)
    at = int(np.argmax(trials.mean(1))) if len(cases) else 0
    if not clearly_better(trials[at], reached):
        return best, reached
    rest[n] = STEPS[at]
    return rest, trials[at]
