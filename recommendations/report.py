"""What `evaluate` measured, as numbers with intervals and as a table."""

from __future__ import annotations

from typing import Any

import numpy as np

from ml.evaluation import ranking
from recommendations.evaluation import Outcome


def summary(outcome: Outcome, items: int, seed: int = 0) -> dict[str, Any]:
    """Hit rate and NDCG of each policy, and the first one's lead over each other, with 95 % intervals over members."""
    members = np.array(outcome.members)
    if not len(members):
        return {"events": 0, "members": 0, "k": outcome.k, "policies": {}, "differences": {}}
    values = {name: _measures(np.array(ranks), outcome.k) for name, ranks in outcome.ranks.items()}
    found: dict[str, Any] = {
        "events": len(members),
        "members": len(set(outcome.members)),
        "k": outcome.k,
        "policies": {},
        "differences": {},
    }
    for name, measures in values.items():
        found["policies"][name] = {
            measure: ranking.bootstrap_interval(v, members, seed=seed) for measure, v in measures.items()
        }
        found["policies"][name]["coverage"] = len(outcome.shown[name]) / max(1, items)
    first, *others = values
    for other in others:
        found["differences"][other] = {
            measure: ranking.paired_bootstrap(values[first][measure], values[other][measure], members, seed=seed)
            for measure in values[first]
        }
    return found


def _measures(ranks: np.ndarray, k: int) -> dict[str, np.ndarray]:
    hit = ranks < k
    return {"hit": hit.astype(float), "ndcg": np.where(hit, 1 / np.log2(np.where(hit, ranks, 0) + 2), 0.0)}


def table(found: dict) -> str:
    """The report as text."""
    k = found["k"]
    lines = [f"{found['events']} events of {found['members']} members; 95 % intervals over members", ""]
    if not found["policies"]:
        return "no event in the test window could be predicted"
    lines.append(f"{'feed':<10} {'HR@' + str(k):<22} {'NDCG@' + str(k):<22} coverage")
    for name, values in found["policies"].items():
        lines.append(
            f"{name:<10} {_interval(values['hit']):<22} {_interval(values['ndcg']):<22} {values['coverage']:.3f}"
        )
    first = next(iter(found["policies"]))
    for other, values in found["differences"].items():
        lines.append(
            f"{first} − {other:<9}: HR {_interval(values['hit'], sign=True)}, NDCG {_interval(values['ndcg'], sign=True)}"
        )
    return "\n".join(lines)


def _interval(value, sign: bool = False) -> str:
    mean, low, high = value
    return f"{mean:+.4f} [{low:+.4f}, {high:+.4f}]" if sign else f"{mean:.4f} [{low:.4f}, {high:.4f}]"
