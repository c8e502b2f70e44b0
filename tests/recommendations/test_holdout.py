"""The last-out protocol is that of the public floors, and tuning never sees what it tests."""

import datetime as dt
import importlib.util

import numpy as np
import pandas as pd
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from benchmarks import floors_models, floors_sets
from ml.families.items import Catalogue, Item
from recommendations import tuning
from recommendations.bulk import record_many
from recommendations.catalogue import snapshot_of
from recommendations.data import Log
from recommendations.domains import Domain, domains
from recommendations.evaluation import Policy, evaluate
from recommendations.feeds import Scene
from recommendations.for_you import ForYou
from recommendations.holdout import LastOut, leave_last_out
from tests.recommendations.conftest import FOOD, unsaved

FLOORS = floors_sets.DATA / "floors.py"


class Toys(Domain):
    name, verbs, trace = "toys", {"like": 1.0}, True
    families = ("item_item", "matrix_factorization", "popularity")
    feeds = (ForYou(fresh=0.0, near=0.0, diversity=0.0),)


def pairs(people=60, items=24, seed=3) -> pd.DataFrame:
    """Who chose what when: everybody mostly of one half, some twice, some hardly anything, the hours all different."""
    rng = np.random.default_rng(seed)
    rows = [
        (user, (user % 2 * items // 2 + rng.integers(items // 2)) if rng.random() < 0.9 else rng.integers(items))
        for user in range(people)
        for _ in range(rng.integers(2, 14))
    ]
    frame = pd.DataFrame(rows, columns=["u", "i"])
    return frame.assign(t=1e9 + 3600 * rng.permutation(len(frame))).sort_values("t", ignore_index=True)


def log_of(frame: pd.DataFrame) -> Log:
    items = sorted(frame.i.unique())
    catalogue = Catalogue(Item(str(item), ref=n + 1) for n, item in enumerate(items))
    snapshot = snapshot_of(catalogue, [(str(item), n + 1, 1.0 + n, None, None) for n, item in enumerate(items)])
    position = frame.i.map({int(item): n for n, item in enumerate(snapshot.ids)}).to_numpy()
    n = len(frame)
    columns = {
        "user": frame.u.to_numpy(np.int64) + 1,
        "item": position.astype(np.int64),
        "time": frame.t.to_numpy(float),
    }
    return Log(
        snapshot=snapshot,
        verbs=("like",),
        verb=np.zeros(n, np.int16),
        weight=np.ones(n, np.float32),
        value=np.full(n, np.nan, np.float32),
        context=np.full(n, "", object),
        **columns,
    )


def rehearse(log: Log, **options) -> LastOut:
    return LastOut(Toys(), leave_last_out(Toys(), log, **options), members=floors_sets.Newcomers())


@pytest.fixture
def floors():
    if not FLOORS.exists():
        pytest.skip("../shared/data is not here")
    spec = importlib.util.spec_from_file_location("floors", FLOORS)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_last_out_is_the_protocol_of_the_floors(floors):
    frame = pairs()
    seen, rows, targets = floors.split(frame, True, 5, 3000)
    log = log_of(frame)
    split = leave_last_out(Toys(), log, least=5)
    train = frame.drop_duplicates(["u", "i"], keep="last")
    train = train[train.u.map(train.u.value_counts()) >= 5].sort_values(["u", "t"])
    train = train[train.duplicated("u", keep="last")]
    items, users = ({key: n for n, key in enumerate(train[column].unique())} for column in "iu")
    known = set(zip(split.known.user.tolist(), split.known.item.tolist(), strict=True))
    assert seen.nnz == len(known) == len(train)
    number = {user + 1: n for user, n in users.items()}
    row_of = {position: items.get(int(item), -1) for position, item in enumerate(log.snapshot.ids)}
    held = {number[user]: row_of[position] for user, (position, _at) in split.held.items()}
    assert held == dict(zip(rows, targets, strict=True))
    assert {(number[user], row_of[position]) for user, position in known} == set(
        zip(*map(list, seen.nonzero()), strict=True)
    )


@pytest.mark.parametrize("timed", [True, False])
def test_the_benchmark_splits_as_the_floors_do(floors, timed):
    frame = pairs()
    seen, rows, targets = floors.split(frame, timed, 5, 20)
    train, test = floors_sets.split(frame, timed, 5, 20)
    items, users = ({key: n for n, key in enumerate(train[column].unique())} for column in "iu")
    assert seen.nnz == len(train)
    assert rows == [users[user] for user in test.u]
    assert targets == [items.get(item, -1) for item in test.i]


def test_the_blend_of_popularity_alone_ranks_as_the_floor():
    """Through `Scene` and `ForYou.rank`; equal counts are in another order, so hits may differ by their share."""
    log = log_of(pairs())
    steps = rehearse(log, least=5)
    feed = Toys.feeds[0]
    params = {parameter.name: parameter.default for parameter in feed.parameters}
    params |= dict.fromkeys(tuning.WEIGHTS, 0.0) | {"popular": 1.0, "popular_cold": 1.0, "seen": 8.0}
    assert feed.used_families(params) == ("popularity",)
    found = evaluate([Policy("popular", feed, params)], steps(["popularity"], {"popularity": {"half_life": 0.0}}), 10)
    known, held = steps.split.known, steps.split.held
    count = np.bincount(known.item, minlength=len(known.snapshot))
    for (user, (position, _at)), rank in zip(held.items(), found.ranks["popular"], strict=True):
        free = np.ones(len(count), bool)
        free[known.item[known.user == user]] = False
        above, same = (count[free] > count[position]).sum(), (count[free] == count[position]).sum()
        assert rank == np.inf or above <= rank < above + same
        assert rank < np.inf or above + same > 10 or not count[position]


def test_tuning_does_not_depend_on_what_is_tested():
    """Whatever the members' last items were, the same is chosen; the validation part holds none of them."""
    frame = pairs().drop_duplicates(["u", "i"], keep="last", ignore_index=True)
    used = frame.groupby("u").i.agg(set)
    unused = {user: min(set(range(24)) - items) for user, items in used.items()}
    last = ~frame.duplicated("u", keep="last")
    feed, found = Toys.feeds[0], []
    params = {parameter.name: parameter.default for parameter in feed.parameters}
    for items in (frame.i, frame.i.where(~last, frame.u.map(unused))):
        test = leave_last_out(Toys(), log_of(frame.assign(i=items)), least=5)
        inner = rehearse(test.known, least=2)
        assert all(inner.split.held[user][0] != position for user, (position, _at) in test.held.items())
        found.append((test.held, tuning.tune(feed, params, inner, Toys.families, 5, lambda text: None)))
    assert found[0][0] != found[1][0]
    assert found[0][1] == found[1][1]


@pytest.mark.parametrize("part", [*ForYou.own, "popular"])
def test_a_part_without_weight_is_not_opened(part):
    feed = ForYou()
    params = {parameter.name: parameter.default for parameter in feed.parameters}
    params |= dict.fromkeys(("text", "together", "factors", "taste", "popular", "popular_cold"), 0.0)
    assert feed.used_families(params) == ()
    assert feed.used_families({**params, part: 1.0}) == (feed.own.get(part, "popularity"),)


@pytest.mark.parametrize(
    ("family", "params"),
    [
        ("item_item", {"regularization": 2.0}),
        ("item_item", {"recency": 0.5}),
        ("item_item", {"most": 10}),
        ("matrix_factorization", {"alpha": 20.0}),
        ("matrix_factorization", {"regularization": 0.5}),
        ("matrix_factorization", {"recency": 0.5}),
        ("matrix_factorization", {"factors": 2}),
        ("popularity", {"half_life": 1.0}),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_every_family_parameter_changes_the_feed(family, params):
    steps, feed = rehearse(log_of(pairs()), least=5), Toys.feeds[0]
    values = {parameter.name: parameter.default for parameter in feed.parameters} | {"factors": 0.4, "popular": 0.4}

    def orders(chosen) -> list[list[int]]:
        made = (
            make(feed, values) for make, _user, _position in steps(feed.used_families(values)[1:], {family: chosen})
        )
        return [feed.rank(scene, 10).order.tolist() for scene in made]

    assert orders({}) != orders(params)


def test_the_factors_weight_changes_the_feed():
    steps, feed = rehearse(log_of(pairs()), least=5), Toys.feeds[0]
    values = {parameter.name: parameter.default for parameter in feed.parameters}
    for make, _user, _position in steps():
        plain, with_factors = make(feed, values), make(feed, {**values, "factors": 3.0})
        assert isinstance(plain, Scene)
        assert "matrix_factorization" not in plain.models
        if feed.rank(plain, 10).order.tolist() != feed.rank(with_factors, 10).order.tolist():
            return
    pytest.fail("no order changed")


def test_models_that_the_blend_is_held_against():
    """The plain models of the benchmark rank what their definitions say."""
    train, test = floors_sets.split(pairs(), True, 5, 3000)
    items, users = ({key: n for n, key in enumerate(train[column].unique())} for column in "iu")
    seen = floors_sets.sp.csr_matrix(
        (np.ones(len(train), np.float32), (train.u.map(users), train.i.map(items))), (len(users), len(items))
    )
    data = floors_sets.Data(None, None, seen, [users[u] for u in test.u], [items.get(i, -1) for i in test.i])
    found = floors_models.ranks(data)
    assert set(found) == {"popularity", "item-kNN", "ALS", "EASE"}
    count = np.asarray(seen.sum(0)).ravel()
    row, target = data.rows[0], data.targets[0]
    free = np.asarray(seen[row].todense()).ravel() == 0
    above, same = (count[free] > count[target]).sum(), (count[free] == count[target]).sum()
    assert found["popularity"][0] == above + (same - 1) / 2


def test_what_has_no_weights_cannot_be_tuned(activities, make_user):
    start = timezone.now() - dt.timedelta(hours=9)
    rows = activities[FOOD]
    events = [
        unsaved(make_user(f"m{n}"), row, "like", start + dt.timedelta(minutes=n)) for n, row in enumerate(rows * 4)
    ]
    record_many(domains["activities"], events)
    with pytest.raises(CommandError, match="has to be for-you"):
        call_command("evaluate", "activities", tune=True, feeds="latest,for-you")
