"""Families of choices: they see only what came before, learn rhythm from the trace, and beat simple rules where there is one."""

from dataclasses import replace

import numpy as np
import pytest

from ml.families import get
from ml.families.choices import utility
from ml.families.choices.evaluation import measures, ranks
from ml.families.choices.neural import content_of
from ml.families.choices.past import COLUMNS, DAY, Crowd, Past, describe, weekdays
from ml.families.choices.sets import MOST, prepare
from ml.families.choices.stacking import stack
from ml.families.choices.things import Vocabulary, things_of
from ml.families.items import Catalogue, Example, Item, TrainingData
from ml.families.verbs import code

KINDS = ("korean", "noodles", "salad", "curry", "burger")
START = 1_700_000_000 // DAY * DAY
FAMILIES = ("boosting", "neural_cf", "deepfm_choice")
NEWCOMERS = ("content_choice", "neural_cf", "deepfm_choice")
SMALL = {"content_choice": {}, "boosting": {"rounds": 80}, "neural_cf": {"epochs": 8}, "deepfm_choice": {"epochs": 8}}


def foods(n=40):
    return [
        Item(
            f"f{k}", f"food {k}", KINDS[k % 5], (KINDS[k % 5],), {"price": 7000 + 300 * (k % 7), "maker": k % 8}, k + 1
        )
        for k in range(n)
    ]


def town(members=60, days=60, seed=0):
    """Everybody likes two kinds, and never eats the kind of the day before again."""
    rng, items, rows, slots = np.random.default_rng(seed), foods(), [], []
    likes = rng.permuted(np.tile(np.arange(5), (members, 1)), axis=1)[:, :3]
    last = np.full(members, -1)
    for day in range(days):
        menu = rng.choice(len(items), 10, replace=False)
        slots += [(f"m{day}-{item}", day, items[item].id, int(weekdays(START + day * DAY))) for item in menu]
        for member in range(members):
            appeal = np.array([(k % 5 in likes[member]) * 3.0 - (k % 5 == last[member]) * 4.0 for k in menu])
            pick = menu[np.argmax(appeal + rng.gumbel(size=len(menu)))]
            last[member] = pick % 5
            rows.append((member, pick, START + day * DAY + member, f"m{day}-{pick}"))
    member, item, time, context = zip(*rows, strict=True)
    size = len(rows)
    offers = dict(zip(("context", "slot", "item", "weekday"), zip(*slots, strict=True), strict=True))
    return TrainingData(
        items,
        np.array(member, np.int32),
        np.array(item, np.int32),
        np.full(size, 5, np.float32),
        np.array(time, float),
        np.full(size, code("order"), np.int16),
        context=np.array(context, object),
        extra={"offers": offers},
    )


TOWN = town()


def test_sets_hold_what_was_offered_with_the_chosen_one_first():
    sets = prepare(TOWN, 50).sets
    menus = {}
    for slot, item in zip(TOWN.extra["offers"]["slot"], TOWN.extra["offers"]["item"], strict=True):
        menus.setdefault(slot, set()).add(item)
    for n in range(len(sets)):
        there = [TOWN.items[int(k)].id for k in sets.item[n] if k >= 0]
        assert set(there) == menus[round((sets.time[n] - START) // DAY)]
        assert there[0] == TOWN.items[TOWN.item[np.flatnonzero(TOWN.time == sets.time[n])[0]]].id


def test_sets_know_nothing_of_what_came_after():
    early = TOWN.time < START + 30 * DAY
    short = TrainingData(
        TOWN.items,
        *(getattr(TOWN, name)[early] for name in ("member", "item", "weight", "time", "verb", "value", "context")),
        TOWN.extra,
    )
    whole, cut = prepare(TOWN, 10**6).sets, prepare(short, 10**6).sets
    own = [
        n for n, name in enumerate(COLUMNS) if name != "chosen_rate"
    ]  # smoothed by the share of offers, which the cut changes
    assert np.array_equal(whole.columns[: len(cut)][..., own], cut.columns[..., own])
    assert np.array_equal(whole.before[: len(cut)], cut.before)


def test_what_the_columns_say():
    items = foods(10)
    words = Vocabulary.of(items)
    things, crowd = things_of(items, words), Crowd(np.zeros(10), np.zeros(10), np.zeros((5, 7)))
    past = Past.made(
        np.array([0, 1, 0]), START + DAY * np.array([0.0, 3, 7]), np.full(3, code("order")), np.full(3, 5000)
    )
    row = dict(zip(COLUMNS, describe(things, past, crowd, START + 10 * DAY, 2, np.array([0]))[0].tolist(), strict=True))
    assert row["again"] == pytest.approx(np.log(3))
    assert row["since"] == pytest.approx(3 / 60)
    assert row["label_share"] == pytest.approx(2 / 5)
    assert row["orders"] == pytest.approx(np.log(4))
    never = dict(
        zip(COLUMNS, describe(things, past, crowd, START + 10 * DAY, 2, np.array([4]))[0].tolist(), strict=True)
    )
    assert (never["again"], never["since"], never["liked"]) == (0, 1, 0)


@pytest.mark.parametrize("name", FAMILIES)
def test_each_beats_the_simple_rules_where_taste_and_rhythm_rule(name):
    family = get(name)
    report, _picture = family.evaluate(TOWN, family.with_defaults(SMALL[name]))
    table = report["table"]
    assert (
        table[name]["hr@3"] > max(table[rule]["hr@3"] for rule in ("popularity", "same as last week", "random")) + 0.1
    )


@pytest.mark.parametrize("name", FAMILIES)
def test_what_was_eaten_yesterday_counts(name):
    family = get(name)
    member = family.open(family.fit(TOWN, SMALL[name]), {"history": b"", "trace": b""}, Catalogue(TOWN.items))
    end = START + 70 * DAY
    for day in range(8):
        member.learn_one(Example(TOWN.items[5 if day % 2 else 6], 5.0, end - (10 - day) * DAY, "order"))
    member.context = {"at": end, "weekday": 1}
    before = member.score()

    def after(item):
        eaten = Example(item, 5.0, end - DAY, "order")
        member.learn_one(eaten)
        scores = member.score()
        member.unlearn_one(eaten)
        return scores

    change = after(TOWN.items[5]) - after(TOWN.items[6])  # Korean food yesterday, or noodles
    kind = np.array([item.label for item in TOWN.items])
    assert change[kind == KINDS[0]].mean() < change[kind == KINDS[1]].mean() - 0.5
    assert np.array_equal(member.score(), before)


@pytest.mark.parametrize("name", [*FAMILIES, "content_choice"])
def test_serving_scores_what_training_scored(name):
    family, ready = get(name), prepare(TOWN, 200)
    base = family.fit_prepared(ready, family.with_defaults(SMALL[name]))
    sets = ready.sets.part(slice(-5, None))
    by_set = family.score_sets(base, ready, sets)
    for n in range(len(sets)):
        items = sets.item[n][sets.item[n] >= 0].astype(int)
        member = family.open(base, {"history": b"", "trace": b""}, Catalogue(TOWN.items))
        mine = (TOWN.member == sets.member[n]) & (TOWN.time < sets.time[n])
        for k in np.flatnonzero(mine):
            member.learn_one(Example(TOWN.items[TOWN.item[k]], 5.0, TOWN.time[k], "order"))
        member.context = {"at": sets.time[n], "weekday": sets.weekday[n]}
        same = np.corrcoef(member.score(items), by_set[n][: len(items)])[0, 1]
        assert same > 0.97  # popularity is of the end here, of the week there


@pytest.mark.parametrize("name", NEWCOMERS)
def test_a_newcomer_is_ranked_by_content(name):
    """Each town's groups eat one kind most; whoever has no orders is served by that, and own orders take over."""
    data = town()
    kinds = np.array([KINDS.index(item.label) for item in data.items])
    half = data.member % 2
    keep = np.flatnonzero(kinds[data.item] % 2 == half)  # even members eat what group 0 eats
    offers = {name: [*values, *values] for name, values in data.extra["offers"].items() if name in ("item", "weekday")}
    offers["slot"] = [2 * slot + g for g in (0, 1) for slot in data.extra["offers"]["slot"]]
    offers["context"] = [f"{g}:{context}" for g in (0, 1) for context in data.extra["offers"]["context"]]
    offers["group"] = [f"group{slot % 2}" for slot in offers["slot"]]
    context = np.array([f"{half[n]}:{data.context[n]}" for n in keep], object)
    fields = (getattr(data, field)[keep] for field in ("member", "item", "weight", "time", "verb", "value"))
    grouped = TrainingData(data.items, *fields, context, {"offers": offers})
    family = get(name)
    base = family.fit(grouped, SMALL[name])

    def scores(group, orders=()):
        member = family.open(base, {"history": b"", "trace": b""}, Catalogue(data.items))
        for days, item in enumerate(orders):
            member.learn_one(Example(item, 5.0, START + (40 + days) * DAY, "order"))
        member.context = {"at": START + 61 * DAY, "weekday": 1, "group": group}
        return member.score()

    first, second = scores("group0"), scores("group1")
    assert (first - second)[kinds % 2 == 0].mean() > (first - second)[kinds % 2 == 1].mean() + 0.1
    assert np.array_equal(scores("nobody knows"), scores(None))
    own = [item for item in data.items if KINDS.index(item.label) == 3]
    assert (scores("group0", own) - first)[kinds == 3].mean() > (scores("group0", own[:1]) - first)[kinds == 3].mean()


def test_networks_without_orders_are_content_alone():
    ready = prepare(TOWN, 4000)
    newcomers = ready.sets.columns[:, 0, COLUMNS.index("orders")] == 0
    assert newcomers.sum() == TOWN.members
    first = ready.sets.part(newcomers)
    for name in ("neural_cf", "deepfm_choice"):
        family = get(name)
        base = family.fit_prepared(ready, family.with_defaults(SMALL[name]))
        content = utility.offered(ready.words, ready.things, first, content_of(base), base.params["handover"])
        assert np.allclose(family.score_sets(base, ready, first), content)


def test_an_item_that_nobody_saw_is_ranked_by_what_it_is():
    family, base = get("content_choice"), get("content_choice").fit(TOWN)
    new = [replace(TOWN.items[k], id=f"new{k}", ref=100 + k) for k in range(5)]
    member = family.open(base, {"history": b"", "trace": b""}, Catalogue([*TOWN.items, *new]))
    for n in range(10):
        member.learn_one(Example(TOWN.items[5 * (n % 4)], 5.0, START + (40 + n) * DAY, "order"))
    assert np.argmax(member.score()[-5:]) == 0
    explained = member.explain(new[0])
    assert explained.score - explained.base_score == pytest.approx(sum(c.value for c in explained.contributions))
    assert explained.contributions[0].name in ("label", "tag", "text")


def test_a_stack_trusts_what_predicts():
    rng = np.random.default_rng(0)
    there = np.ones((400, 8), bool)
    good, noise = rng.normal(size=(400, 8)), rng.normal(size=(400, 8))
    good[:, 0] += 1.5
    weights = stack({"good": good, "noise": noise, "again": good}, there)
    assert weights["good"] > 0.3
    assert weights["noise"] < 0.15
    assert abs(weights["good"] - weights["again"]) < 0.05


def test_ranks_and_measures():
    rank = ranks(np.array([[3.0, 1.0, 9.0], [1.0, 1.0, 0.0]]), np.array([[True, True, False], [True, True, True]]))
    assert rank.tolist() == [0, 0.5]
    assert measures(np.array([0.0, 2.0, 10.0]))["hr@3"] == pytest.approx(2 / 3, abs=1e-4)
    assert MOST == 20
