"""Models of coding problems on real logs: `python -m benchmarks.problems [PART …]` (docs/evaluation-problems.md).

`vulnerability`: ../shared/data/assistments09, pupils that were not seen in training; `similar`: ../shared/data/boj, the protocol
of ../shared/data/floors.py; `topics`: tags from titles, ../shared/data/codeforces-problems and boj.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from ml.families.items import Item, TrainingData
from ml.families.verbs import VERBS

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
COLUMNS = ("auc", "rmse", "brier", "log_loss", "ece", "f", "lift")


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.problems", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--picture", type=Path, help="write the reliability plot of `vulnerability` there (PNG)")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args(argv)
    if unknown := set(chosen.parts) - PARTS.keys():
        parser.error(f"unknown part {', '.join(sorted(unknown))}; there are: {', '.join(PARTS)}")
    for name in chosen.parts or PARTS:
        start = time.perf_counter()
        PARTS[name](chosen)
        print(f"({name} took {time.perf_counter() - start:.0f} s)\n", flush=True)
    return 0


def assistments() -> tuple[list[Item], TrainingData, int]:
    """(problems with their skill as tag, all answers, how many pupils are for training: those come first)."""
    train, test = (pd.read_csv(DATA / "assistments09" / f"{part}.csv", sep="\t") for part in ("train", "test"))
    pupils = int(train.user_id.max()) + 1
    both = pd.concat([train, test.assign(user_id=test.user_id + pupils)], ignore_index=True)
    number, names = pd.factorize(both.item_id)
    skills = both.drop_duplicates("item_id").skill_id.to_numpy()
    items = [Item(str(name), tags=(f"skill {skill}",)) for name, skill in zip(names, skills, strict=True)]
    verb = np.where(both.correct > 0, VERBS["solve"], VERBS["fail"]).astype(np.int16)
    size = len(both)
    data = TrainingData(items, both.user_id.to_numpy(), number, np.ones(size, np.float32), np.zeros(size), verb)
    return items, data, pupils


def vulnerability(chosen) -> None:
    if not (DATA / "assistments09").exists():
        return print("left out: assistments09 is missing")
    from ml.families.vulnerability.attempts import attempts_of
    from ml.families.vulnerability.family import DeepFM
    from ml.families.vulnerability.report import compare

    items, data, pupils = assistments()
    rows = attempts_of(data)
    params = DeepFM().with_defaults({"validation": "members", "seed": chosen.seed})
    found, picture = compare(items, rows, rows.member >= pupils, params)
    print(
        f"assistments09: {found['attempts']} answers, tested on {found['tested']} of {len(np.unique(rows.member[rows.member >= pupils]))} unseen pupils"
    )
    print_models(found)
    if chosen.picture:
        chosen.picture.write_bytes(picture)


def print_models(found) -> None:
    print(
        "| model | "
        + " | ".join(COLUMNS)
        + " | confusion [[TN, FP], [FN, TP]] |\n|---" * 1
        + "|---" * (len(COLUMNS) + 1)
        + "|"
    )
    for name, row in found["models"].items():
        print(f"| {name} | " + " | ".join(f"{row[column]:.4f}" for column in COLUMNS) + f" | {row['confusion']} |")
    print(f"blend (network, regression, constant): {found['blend']}; ridge of own vectors: {found['ridge']}")
    cells = (f"{row['predicted']:.3f}→{row['true']:.3f}" for row in found["reliability"])
    print("reliability of the served model: " + ", ".join(cells))


PARTS = {"vulnerability": vulnerability}

if __name__ == "__main__":
    sys.exit(main())
