"""Models of coding problems on real logs: `python -m benchmarks.problems [PART …]` (docs/evaluation-problems.md).

`vulnerability`: ../shared/data/assistments09, pupils that were not seen in training; `similar`: ../shared/data/boj, the protocol
of ../shared/data/floors.py; `topics`: tags from titles, ../shared/data/codeforces-problems and boj.
"""

from __future__ import annotations

import argparse
import ast
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
        part, folder = PARTS[name]
        if not (DATA / folder).exists():
            print(f"{name} left out: {folder} is missing")
            continue
        part(chosen)
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
    """Will the next answer be wrong?"""
    from ml.families.vulnerability.attempts import attempts_of
    from ml.families.vulnerability.family import DeepFM
    from ml.families.vulnerability.report import compare

    items, data, pupils = assistments()
    rows = attempts_of(data)
    test = rows.member >= pupils
    params = DeepFM().with_defaults({"validation": "members", "seed": chosen.seed})
    found, picture = compare(items, rows, test, params)
    unseen = len(np.unique(rows.member[test]))
    print(f"assistments09: {found['attempts']} answers, tested on {found['tested']} of {unseen} unseen pupils")
    print_models(found)
    if chosen.picture:
        chosen.picture.write_bytes(picture)


def print_models(found) -> None:
    """The table of models, what the served one is blended of, and how reliable it is."""
    print("| model | " + " | ".join(COLUMNS) + " | confusion [[TN, FP], [FN, TP]] |")
    print("|---" * (len(COLUMNS) + 2) + "|")
    for name, row in found["models"].items():
        print(f"| {name} | " + " | ".join(f"{row[column]:.4f}" for column in COLUMNS) + f" | {row['confusion']} |")
    print(f"blend (network, regression, constant): {found['blend']}; ridge of own vectors: {found['ridge']}")
    cells = (f"{row['predicted']:.3f}→{row['true']:.3f}" for row in found["reliability"])
    print("reliability of the served model: " + ", ".join(cells))


def boj() -> tuple[list[Item], pd.DataFrame]:
    """(problems with Korean title, tags and level, who solved what: `user` and `item`, without times)."""
    rows = pd.read_csv(DATA / "boj" / "problems.csv", dtype={"title_ko": str, "tags": str}, keep_default_na=False)
    solved = pd.read_csv(DATA / "boj" / "solved_top100.csv.gz").drop_duplicates(["user", "problem_id"])
    rows = rows[rows.problem_id.isin(solved.problem_id)].reset_index(drop=True)
    number = {problem: at for at, problem in enumerate(rows.problem_id)}
    items = [
        Item(str(row.problem_id), row.title_ko, "", _tags(row.tags), {"level": (row.level + 1) // 2}, at + 1)
        for at, row in enumerate(rows.itertuples())
    ]
    solved = solved[solved.problem_id.isin(number)]
    return items, pd.DataFrame({"user": pd.factorize(solved.user)[0], "item": solved.problem_id.map(number)})


def _tags(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split("|")))


def similar(chosen) -> None:
    """One solved problem per person held out at random: is it among the first ten that are like the others?"""
    from ml.families import get

    items, solved = boj()
    people = solved.user.value_counts()
    solved = solved[solved.user.isin(people[people >= 5].index)].sample(frac=1, random_state=chosen.seed)
    solved = solved.sort_values("user", kind="stable")
    held = ~solved.duplicated("user", keep="last")
    train, test = solved[~held], solved[held].sample(min(1000, int(held.sum())), random_state=chosen.seed)
    size = len(train)
    verb = np.full(size, VERBS["solve"], np.int16)
    data = TrainingData(
        items, train.user.to_numpy(), train.item.to_numpy(), np.ones(size, np.float32), np.arange(size) * 1.0, verb
    )
    past = train.groupby("user").item.apply(list)
    print(
        f"boj: {len(items)} problems, {train.user.nunique()} people, {len(test)} of them asked; no times: order is random"
    )
    print("| model | HR@10 | NDCG@10 | seconds |\n|---|---|---|---|")
    cold = np.bincount(train.item, minlength=len(items))
    print_ranks("popularity", lambda user: cold.astype(float), past, test, 0.0)
    for name in ("item2vec", "matrix_factorization", "item_item"):
        start = time.perf_counter()
        base = get(name).fit(data)
        taken = time.perf_counter() - start
        print_ranks(name, scorer(name, base, items, past), past, test, taken)


def scorer(name: str, base, items, past):
    """user → scores of all problems, by the family's personal model of the user's past."""
    from ml.families import get
    from ml.families.history import History
    from ml.families.items import Catalogue
    from ml.families.trace import Trace

    catalogue = Catalogue(items)

    def score(user: int) -> np.ndarray:
        history, trace = History(), Trace()
        for at, item in enumerate(past[user]):
            history.add(item + 1, 1000)
            trace.add(1_000_000_000 + at, item + 1, VERBS["solve"], 1000)
        return get(name).open(base, {"history": history, "trace": trace}, catalogue).score()

    return score


def print_ranks(name: str, score, past, test, taken: float) -> None:
    from ml.evaluation import ranking

    ranks = []
    for user, item in test.itertuples(index=False):
        scores = np.array(score(user), float)
        scores[past[user]] = -np.inf
        ranks.append(ranking.rank_of(scores, item, np.isfinite(scores)))
    found = np.array(ranks)
    print(f"| {name} | {ranking.hit_rate(found):.3f} | {ranking.ndcg(found):.3f} | {taken:.0f} |", flush=True)


def topics(chosen) -> None:
    """Tags from titles: all the text that these catalogues have."""
    from ml.estimators import get
    from ml.estimators.topics import Tagged

    rows = pd.read_csv(DATA / "codeforces-problems" / "codeforces_problems.csv", keep_default_na=False)
    print_topics(
        "codeforces (English titles)", Tagged(rows.name.tolist(), rows.tags.map(ast.literal_eval).tolist()), get
    )
    rows = pd.read_csv(DATA / "boj" / "problems.csv", dtype=str, keep_default_na=False)
    rows = rows[rows.tags != ""]
    print_topics("boj (Korean titles)", Tagged(rows.title_ko.tolist(), rows.tags.str.split("|").tolist()), get)


def print_topics(name: str, data, get) -> None:
    found, _ = get("topic_tagger").evaluate(data, {"least": 50})
    print(
        f"{name}: trained on {found['train']}, asked of {found['test']}: {found['given']} tags given, "
        f"precision {found['precision']:.3f}, recall {found['recall']:.3f}, {found['tagged']:.1%} of problems got any; "
        f"“{found['commonest']}” for all has precision {found['commonest_precision']:.3f}"
    )
    print("| tag | precision | recall | given | there |\n|---|---|---|---|---|")
    for row in sorted(found["per_tag"], key=lambda row: -row["given"])[:15]:
        print(f"| {row['tag']} | {row['precision']:.2f} | {row['recall']:.2f} | {row['given']} | {row['support']} |")


PARTS = {"vulnerability": (vulnerability, "assistments09"), "similar": (similar, "boj"), "topics": (topics, "boj")}

if __name__ == "__main__":
    sys.exit(main())
