"""Which meal of the day's menu will be ordered, by time, on the demo and on groceries: accuracy, variety, newcomers, seconds.

All models see only what was known before each order; the last fifth of the orders is the test, the fifth before it is what the
stack's weights are fitted on. As a part of `python -m benchmarks`, training and scoring are measured for 600 members and for
10,000 with a million orders. `python -m benchmarks.meal_models [--grow] [--json FILE]` runs it without a database.
"""

from __future__ import annotations

import argparse
import itertools
import json
import time
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from fixtures.meals import world
from fixtures.meals.orders import Histories
from ml.evaluation.diversity import coverage, gini, intra_list_distance
from ml.families import get
from ml.families.choices.evaluation import measures, ranks, simple
from ml.families.choices.past import COLUMNS, DAY
from ml.families.choices.sets import Prepared, prepare
from ml.families.choices.stacking import stack, standardised
from ml.families.history import History, fixed
from ml.families.items import Catalogue, Item, TrainingData
from ml.families.trace import Trace
from ml.families.verbs import code

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
FAMILIES = ("content_choice", "boosting", "neural_cf", "deepfm_choice")
COLD = 5  # choices of a newcomer
LOADED = date(2026, 11, 20)
WEIGHTS = {"view": 1.0, "order": 5.0, "cancel": -2.0, "like": 3.0, "dislike": -3.0}
SHOWN = 3
#: the weights that the site serves with (meals/feeds): of members with orders, of newcomers, and where they count the same
WARM, NEW = {"boosting": 0.69, "deepfm_choice": 0.56, "popularity": 0.13}, {"content_choice": 0.4}
HANDOVER = 16.0


def demo() -> TrainingData:
    """The demo's acts as the site records them."""
    histories = Histories(LOADED)
    items = [
        Item(
            str(n),
            f"{food.name} {food.description}",
            food.dish.kind,
            (food.dish.kind, *food.dish.tags),
            {
                "price": food.price,
                "calories": food.dish.calories,
                "spiciness": food.dish.spiciness,
                "maker": food.maker,
            },
            n + 1,
        )
        for n, food in enumerate(world.foods())
    ]
    rows = []
    for act in sorted(histories.acts(), key=lambda act: act.second):
        verb = act.verb
        if verb == "rate":
            verb = "like" if act.stars >= 4 else "dislike" if act.stars <= 2 else ""
        if verb:
            rows.append((act.member, act.food, WEIGHTS[verb], act.second, code(verb), f"{act.offer}:{act.food}"))
    member, item, weight, second, verb, context = zip(*rows, strict=True)
    start = pd.Timestamp(LOADED, tz="Asia/Seoul").timestamp()
    offers = [
        (f"{n}:{food}", n, str(food), (LOADED + timedelta(days=offer.day)).weekday(), offer.group)
        for n, offer in enumerate(histories.offers)
        for food in offer.foods
    ]
    return TrainingData(
        items,
        np.array(member, np.int32),
        np.array(item, np.int32),
        np.array(weight, np.float32),
        start + np.array(second, float),
        np.array(verb, np.int16),
        context=np.array(context, object),
        extra={
            "offers": dict(zip(("context", "slot", "item", "weekday", "group"), zip(*offers, strict=True), strict=True))
        },
    )


def groceries() -> TrainingData:
    """Baskets of 3,898 people (Groceries dataset); nothing says what else was on offer, so a sample of items is."""
    rows = pd.read_csv(DATA / "groceries" / "groceries_member_item_date.csv")
    rows.columns = ["member", "date", "item"]
    rows["date"] = pd.to_datetime(rows.date.astype(str), format="mixed")
    rows = rows.sort_values("date", kind="stable")
    names = sorted(rows.item.unique())
    number = {name: n for n, name in enumerate(names)}
    size = len(rows)
    return TrainingData(
        [Item(str(name), str(name), ref=n + 1) for n, name in enumerate(names)],
        rows.member.astype("category").cat.codes.to_numpy(np.int32),
        rows.item.map(number).to_numpy(np.int32),
        np.full(size, 5, np.float32),
        (rows.date - pd.Timestamp(0)).dt.total_seconds().to_numpy(),
        np.full(size, code("order"), np.int16),
    )


def compare(name: str, data: TrainingData, samples: int = 20_000) -> dict:
    ready = prepare(data, samples)
    sets = ready.sets
    cuts = [int(len(sets) * share) for share in (0.6, 0.8)]
    train, held, test = sets.part(slice(0, cuts[0])), sets.part(slice(*cuts)), sets.part(slice(cuts[1], None))
    both = sets.part(slice(0, cuts[1]))
    scores, earlier = dict(simple(test)), {"popularity": simple(held)["popularity"]}
    for family in map(get, FAMILIES):
        params = family.with_defaults({})
        first = family.fit_prepared(Prepared(ready.words, ready.things, train, ready.crowd), params)
        earlier[family.name] = family.score_sets(first, ready, held)
        last = family.fit_prepared(Prepared(ready.words, ready.things, both, ready.crowd), params)
        scores[family.name] = family.score_sets(last, ready, test)
    weights = stack(earlier, held.item >= 0)
    there = test.item >= 0
    scores["stack"] = sum(weight * standardised(scores[model], there) for model, weight in weights.items())
    table = {model: {**measures(ranks(s, there)), **variety(ready, test, s)} for model, s in scores.items()}
    print(f"\n{name}: {len(test)} orders, {there.sum(1).mean():.1f} dishes on offer; weights of the stack {weights}")
    print(pd.DataFrame(table).T.to_string(float_format=lambda v: f"{v:.3f}"))
    own = test.columns[:, 0, COLUMNS.index("again")] > 0
    print(f"members' own repeat rate {own.mean():.3f}")
    return {"table": table, "weights": weights, "repeats": float(own.mean())}


def newcomers(data: TrainingData, slices: int = 7) -> dict:
    """The first choices of members who came when models had been trained: refitted seven times, each tested on what came next.

    Hand-over and weights are not chosen here; the table says what content adds to popularity for them.
    """
    ready = prepare(data, len(data.member))
    sets = ready.sets
    orders = np.round(np.expm1(sets.columns[:, 0, COLUMNS.index("orders")])).astype(int)
    cuts = np.quantile(sets.time, np.linspace(0.3, 1, slices + 1))
    found: dict[str, list[np.ndarray]] = {}
    for start, end in itertools.pairwise(cuts):
        train = sets.part(np.flatnonzero(sets.time < start)[-20_000:])
        test = sets.part((sets.time >= start) & (sets.time < end) & (orders < COLD))
        there = test.item >= 0
        before = Prepared(ready.words, ready.things, train, ready.crowd)
        scores = {name: values for name, values in simple(test).items() if name != "same as last week"}
        for family in map(get, FAMILIES):
            base = family.fit_prepared(before, family.with_defaults({}))
            scores[family.name] = family.score_sets(base, ready, test)
        scores["blend"] = blended(scores, orders[(sets.time >= start) & (sets.time < end) & (orders < COLD)], there)
        for name, values in scores.items():
            found.setdefault(name, []).append(ranks(values, there))
    table = {name: measures(np.concatenate(parts)) for name, parts in found.items()}
    count = sum(map(len, found["random"]))
    print(f"\nnewcomers: {count} first to {COLD}th choices")
    print(pd.DataFrame(table).T.to_string(float_format=lambda v: f"{v:.3f}"))
    return {"choices": count, "table": table}


def blended(scores: dict[str, np.ndarray], orders: np.ndarray, there: np.ndarray) -> np.ndarray:
    """As for-you adds the models up, without stated taste and text."""
    warm = (orders / (orders + HANDOVER))[:, None]
    parts = {name: standardised(scores[name], there) for name in {*WARM, *NEW}}
    return warm * sum(w * parts[name] for name, w in WARM.items()) + (1 - warm) * sum(
        w * parts[name] for name, w in NEW.items()
    )


def variety(ready: Prepared, sets, scores: np.ndarray) -> dict[str, float]:
    """Of the first three of each list: distance within it, coverage, Gini, share eaten before, surprise in bits."""
    item, again = sets.item.astype(int), sets.columns[:, :, COLUMNS.index("again")] > 0
    shown = np.argsort(-np.where(item >= 0, scores, -np.inf), axis=1)[:, :SHOWN]
    row = np.arange(len(item))[:, None]
    lists = [[k for k in found if k >= 0] for found in item[row, shown].tolist()]
    size, content = len(ready.things), ready.things.content
    share = np.exp(ready.crowd.popular)
    return {
        "distance": float(np.mean([intra_list_distance(found, content) for found in lists[:1000]])),
        "coverage": coverage(lists, size),
        "gini": gini(lists, size),
        "repeats": float(again[row, shown].mean()),
        "novelty": float(np.mean([-np.log2(share[found]).mean() for found in lists])),
    }


def grown(data: TrainingData, copies: int, twice: bool) -> TrainingData:
    """The same people `copies` times over, each with another, and before it (`twice`) once more the same days."""
    parts = [(n, shift) for n in range(copies) for shift in ((0, 1) if twice else (0,))]
    member = np.concatenate([data.member + n * data.members for n, _ in parts])
    moved = np.concatenate([data.time - shift * 126 * DAY for _, shift in parts])
    order = np.argsort(moved, kind="stable")
    fields = {name: np.tile(getattr(data, name), len(parts))[order] for name in ("item", "weight", "verb", "context")}
    return TrainingData(
        data.items, member[order].astype(np.int32), fields["item"], fields["weight"], moved[order], fields["verb"],
        context=fields["context"], extra=data.extra,
    )  # fmt: skip


def scored(base, data: TrainingData, members: int) -> float:
    """Processor seconds in which a family scores a menu of 20 dishes for each of `members`, as serving does."""
    family, live = get(base.family), Catalogue(data.items)
    order = np.argsort(data.member, kind="stable")
    of_member = np.split(order, np.flatnonzero(np.diff(data.member[order])) + 1)
    rows, deltas = np.arange(min(20, len(data.items))), []
    for events in of_member[: min(members, 200)]:  # others are like them
        trace = Trace()
        for n in events.tolist():
            verb, weight = int(data.verb[n]), fixed(float(data.weight[n]))
            trace.add(int(data.time[n]), data.items[int(data.item[n])].ref, verb, weight)
        deltas.append({"history": History(), "trace": trace})
    start = time.process_time()
    for delta in deltas:
        member = family.open(base, delta, live)
        member.context = {"at": float(data.time[-1]) + DAY, "weekday": 1, "group": 0}
        member.score(rows)
    return (time.process_time() - start) * members / len(deltas)


def growth(data: TrainingData, sizes=((1, False), (4, False), (17, False), (17, True))) -> None:
    """Seconds of training each family / of scoring a menu for all members, as people and orders become more."""
    print("\n| members | orders | " + " | ".join(f"{name}, s" for name in FAMILIES) + " |")
    print("|---|---|" + "---|" * len(FAMILIES))
    for copies, twice in sizes:
        many = grown(data, copies, twice)
        taken = []
        for family in map(get, FAMILIES):
            start = time.process_time()
            base = family.fit(many)
            taken.append((time.process_time() - start, scored(base, many, many.members)))
        orders = int((many.verb == code("order")).sum())
        print(
            f"| {many.members:,} | {orders:,} | " + " | ".join(f"{t:.1f} / {s:.1f}" for t, s in taken) + " |",
            flush=True,
        )


def main(size: int = 0, *, quick: bool = False) -> None:
    """The part of `python -m benchmarks`: seconds. Accuracy takes minutes more: `python -m benchmarks.meal_models`."""
    from benchmarks import meal_speed

    data = last(demo(), 3000) if quick else demo()
    print("\n### Training each family / scoring a menu of 20 dishes for all members, processor seconds")
    growth(data, ((1, False),) if quick else ((1, False), (17, False), (17, True)))
    print("\n### Training of NeuMF and DeepFM, dishes a second")
    meal_speed.speeds(data, 2 if quick else meal_speed.STEPS)


def last(data: TrainingData, events: int) -> TrainingData:
    """The last `events` events alone, for smoke tests."""
    names = ("member", "item", "weight", "time", "verb", "value", "context")
    return TrainingData(data.items, *(getattr(data, name)[-events:] for name in names), extra=data.extra)


def accuracy() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--grow", action="store_true")
    options = parser.parse_args()
    data = demo()
    found = {"demo": compare("demo", data), "newcomers": newcomers(data)}
    if (DATA / "groceries").is_dir():
        found["groceries"] = compare("groceries", groceries())
    if options.grow:
        growth(data)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    accuracy()
