"""The served blend against the best single models: `python -m benchmarks.floors [SET …]` (docs/evaluation.md).

Public data beside the repository, one item held out per person as in `floors.py` there. The floors (popularity, item-kNN, ALS
of `implicit`, EASE; the best of three settings, chosen on the test people, to their advantage) are computed anew on the same
people, so that every difference is paired. The blend is `ForYou.rank` on a `Scene`, as members get it; its weights and its
families' parameters are chosen by `recommendations.tuning` on a second hold-out, of which the tested items are no part.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

import numpy as np

K = 10
TUNED_ON = 2000


def main(arguments: list[str] | None = None) -> int:
    from benchmarks import floors_sets

    parser = argparse.ArgumentParser(prog="python -m benchmarks.floors", description=__doc__)
    parser.add_argument("sets", nargs="*", help=f"of: {', '.join(floors_sets.SETS)} (all)")
    parser.add_argument("--json", type=Path, help="also write all figures to this file")
    parser.add_argument("--people", type=int, default=3000, help="test at most so many people (for a quick look)")
    options = parser.parse_args(arguments)
    unknown = set(options.sets) - set(floors_sets.SETS)
    if unknown:
        parser.error(f"unknown set {', '.join(sorted(unknown))}; there are: {', '.join(floors_sets.SETS)}")
    found = {}
    for name in options.sets or floors_sets.SETS:
        found[name] = one(name, options.people)
        print(table(name, found[name]), flush=True)
        if options.json:
            options.json.write_text(json.dumps(found, indent=1, default=float))
    print(overall(found))
    return 0


def one(name: str, people: int) -> dict:
    """Figures of one set: per model HR and NDCG, the blend's paired leads, what was chosen."""
    from benchmarks import floors_models, floors_sets
    from ml.evaluation.ranking import bootstrap_interval, paired_bootstrap
    from recommendations.evaluation import Policy, evaluate
    from recommendations.holdout import LastOut, leave_last_out
    from recommendations.tuning import tune

    start = time.perf_counter()
    data = floors_sets.load(name, people)
    domain, split = data.domain, data.split
    feed = domain.feeds[0]
    defaults = {parameter.name: parameter.default for parameter in feed.parameters}
    inner = leave_last_out(domain, split.known, least=2, people=min(people, TUNED_ON), seed=1)
    rehearse = LastOut(domain, inner, members=floors_sets.Newcomers())
    values, tuned = tune(feed, defaults, rehearse, domain.families, K, lambda text: print("  ", text, file=sys.stderr))
    used = [family for family in feed.used_families(values) if family in domain.families]
    test = LastOut(domain, split, members=floors_sets.Newcomers())
    outcome = evaluate([Policy("blend", feed, values)], test(used, tuned), K)
    ranks = {"blend": np.array(outcome.ranks["blend"]), **floors_models.ranks(data)}
    seconds = time.perf_counter() - start
    values_of = {model: measures(rank) for model, rank in ranks.items()}
    persons = np.arange(len(ranks["blend"]))
    weights = {key: value for key, value in values.items() if value != defaults[key]}
    return {
        "people": len(persons),
        "items": len(split.known.snapshot),
        "models": {m: {x: bootstrap_interval(v, persons) for x, v in both.items()} for m, both in values_of.items()},
        "leads": {
            model: {x: paired_bootstrap(values_of["blend"][x], v, persons) for x, v in both.items()}
            for model, both in values_of.items()
            if model != "blend"
        },
        "weights": weights,
        "families": tuned,
        "seconds": round(seconds, 1),
    }


def measures(ranks: np.ndarray) -> dict[str, np.ndarray]:
    """HR and NDCG of each person from their target's rank (0 first; inf: a miss)."""
    hit = ranks < K
    return {"hit": hit.astype(float), "ndcg": np.where(hit, 1 / np.log2(np.where(hit, ranks, 0) + 2), 0.0)}


def best_floor(found: dict, measure: str = "hit") -> str:
    """The single model that reaches most."""
    return max(found["leads"], key=lambda model: found["models"][model][measure][0])


def table(name: str, found: dict) -> str:
    """A set's figures as Markdown."""
    lines = [
        f"\n### {name}: {found['people']} people, {found['items']} items, {found['seconds']:.0f} s",
        f"\n| model | HR@{K} | NDCG@{K} | blend leads by, HR | blend leads by, NDCG |\n|---|---|---|---|---|",
    ]
    for model, both in found["models"].items():
        leads = found["leads"].get(model)
        cells = [_interval(both[x]) for x in ("hit", "ndcg")]
        cells += [_interval(leads[x], "+") if leads else "" for x in ("hit", "ndcg")]
        lines.append(f"| {model} | {' | '.join(cells)} |")
    lines.append(f"\nchosen on validation: {found['weights']}, families {found['families']}")
    return "\n".join(lines)


def overall(found: dict) -> str:
    """Each set's blend against its best floor, and the mean over the sets."""
    lines = ["", f"| set | best floor | its HR@{K} | blend | lead | verdict |", "|---|---|---|---|---|---|"]
    for name, one_set in found.items():
        floor = best_floor(one_set)
        lead = one_set["leads"][floor]["hit"]
        verdict = "better" if lead[1] > 0 else "WORSE" if lead[2] < 0 else "as good"
        figures = (one_set["models"][model]["hit"][0] for model in (floor, "blend"))
        lines.append(
            f"| {name} | {floor} | {' | '.join(f'{v:.3f}' for v in figures)} | {_interval(lead, '+')} | {verdict} |"
        )
    for x, title in (("hit", "HR"), ("ndcg", "NDCG")):
        best = np.mean([one_set["models"][best_floor(one_set, x)][x][0] for one_set in found.values()])
        blend = np.mean([one_set["models"]["blend"][x][0] for one_set in found.values()])
        lines.append(f"\nmean {title}@{K}: best single floors {best:.4f}, blend {blend:.4f}")
    return "\n".join(lines)


def _interval(value, sign: str = "") -> str:
    mean, low, high = value
    return f"{mean:{sign}.3f} [{low:{sign}.3f}, {high:{sign}.3f}]"


if __name__ == "__main__":
    os.environ.setdefault("MOA_BENCH_DATABASE", ":memory:")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
    import django

    django.setup()
    sys.exit(main())
