"""The maths of vulnerability: features, the network in NumPy and in torch, own vectors, what it learns."""

import numpy as np
import pytest
import torch

from ml.families import get
from ml.families.items import Catalogue, Example, Item, TrainingData
from ml.families.verbs import VERBS
from ml.families.vulnerability import network, own, prepare, report, training
from ml.families.vulnerability.attempts import COLUMNS, TAGS, attempts_of
from ml.families.vulnerability.features import STATES, places, states

SKILLS = 4
FAMILY = get("deepfm")
DAY = 86_400.0


def judge(members=150, each=24, seed=0) -> TrainingData:
    """Members with an ability per tag that grows with practice; problems with one or two tags and a level."""
    chance = np.random.default_rng(seed)
    level = chance.integers(1, 16, 60)
    tags = [tuple(f"tag {t}" for t in sorted(set(chance.integers(0, SKILLS, 2).tolist()))) for _ in range(60)]
    items = [Item(f"p{n}", f"problem {n}", "", tags[n], {"level": float(level[n])}, n + 1) for n in range(60)]
    ability = chance.normal(0, 1.5, (members, SKILLS))
    rows = []
    for step in range(each):
        for member in range(members):
            problem = int(chance.integers(60))
            skills = [int(tag[-1]) for tag in tags[problem]]
            weak = (level[problem] - 8) / 4 - ability[member, skills].mean()
            failed = chance.random() < 1 / (1 + np.exp(-weak))
            ability[member, skills] += 0.05
            rows.append((member, problem, VERBS["fail" if failed else "solve"], 1.7e9 + step * DAY + member))
    member, item, verb, time = (np.array(column) for column in zip(*rows, strict=True))
    ones = np.ones(len(rows), np.float32)
    return TrainingData(items, member, item, ones, time.astype(float), verb.astype(np.int16))


DATA = judge()


@pytest.fixture(scope="module")
def base():
    return FAMILY.fit(DATA)


def learned(base, member, count=None):
    """A member's model after their first `count` events of the log."""
    catalogue = Catalogue(DATA.items)
    personal = FAMILY.open(base, None, catalogue)
    names = {code: name for name, code in VERBS.items()}
    for at in np.flatnonzero(DATA.member == member)[:count]:
        example = Example(DATA.items[DATA.item[at]], 2.0, float(DATA.time[at]), names[int(DATA.verb[at])])
        personal.learn_one(example)
    return personal


def test_states_count_only_what_came_before():
    failed, time = np.array([1, 0, 0, 1]), np.array([0.0, 1, 3, 3]) * DAY
    found = states(np.array([7, 7, 7, 5]), failed, failed - 0.25, time, np.arange(4))
    column = {name: found[:, at] for at, name in enumerate(STATES)}
    assert np.allclose(np.expm1(column["wins"]), [0, 0, 1, 0])
    assert np.allclose(np.expm1(column["fails"]), [0, 1, 1, 0])
    assert np.allclose(np.expm1(column["wins in a row"]), [0, 0, 1, 0])
    assert np.allclose(np.expm1(column["days since"]), [0, 1, 2, 0])
    assert np.allclose(column["mean surprise"], [0, 0.75 / 3, 0.5 / 4, 0])
    third = (0.6 * 0.5 - 0.5) / (0.6 + 1 + 2)  # the older result has lost, and both are shrunk
    assert np.allclose(column["results, decay 0.6"], [0, 0.5 / 3, third, 0])


def test_decays_equal_the_plain_recursion():
    chance = np.random.default_rng(0)
    group, failed = chance.integers(0, 9, 400), chance.integers(0, 2, 400)
    found = states(group, failed, failed - 0.5, np.arange(400.0), np.arange(400))[
        :, STATES.index("surprise, decay 0.9")
    ]
    for number in range(9):
        total = weight = 0.0
        for at in np.flatnonzero(group == number):
            assert found[at] == pytest.approx(total / (weight + 2), abs=1e-5)
            total, weight = 0.9 * total + failed[at] - 0.5, 0.9 * weight + 1


def test_scoring_sees_the_columns_that_training_saw(base):
    """What serving works out of a trace is what the next attempt's row would have in training."""
    rows = attempts_of(DATA)
    made = prepare.table(DATA.items, rows, np.ones(len(rows), bool), prepare.known_tags(DATA.items))
    member, count = 3, 15
    at = np.flatnonzero(rows.member == member)[count]
    personal = learned(base, member, count)
    personal.context = {"at": float(rows.time[at])}
    now, table = personal.now(), FAMILY.features(base, personal.catalogue)
    row = rows.item[at]
    tags = table.tags[row] @ now.tags
    # counts do not depend on whose results the rates are smoothed with
    counts = [STATES.index(name) for name in ("wins", "fails", "wins in a row", "days since", "attempts since")]
    assert np.allclose(tags[0, counts], made.columns[at, TAGS][counts], atol=1e-5)
    assert np.allclose(now.member[:2], made.columns[at, :2], atol=1e-6)


def test_numpy_serves_what_torch_trained():
    rows = attempts_of(DATA)
    made = prepare.table(DATA.items, rows, np.ones(len(rows), bool), prepare.known_tags(DATA.items))
    scale, before = prepare.scale_of(made.columns), network.recent(made.place)
    columns = network.standard(scale, made.columns)
    torch.manual_seed(0)
    net = training.Network(60, made.tags, len(COLUMNS), 8, 16, 0.0)
    for value in net.parameters():
        torch.nn.init.normal_(value, 0, 0.2)
    # the vector of never seen problems as past ones is a constant 0 in training
    inputs = training.Rows(columns, rows.item, rows.failed, before, columns, 60)
    chosen = np.arange(500)
    with torch.no_grad():
        wanted = net(*training.inputs(inputs, chosen, np.zeros(500, bool))).numpy()
    found = prepare.logits_of({**scale, **net.arrays()}, made, before)[0][:500]
    assert np.allclose(found, wanted, atol=1e-3, rtol=1e-3)


def test_own_vector_is_the_minimum_of_its_convex_loss():
    chance = np.random.default_rng(0)
    vectors, offset = chance.normal(0, 1, (40, 3)), chance.normal(0, 1, 40)
    failed = (chance.random(40) < 0.5).astype(int)
    inputs = np.hstack([np.ones((40, 1)), vectors])

    def loss(values):
        logits = offset + inputs @ values
        prior = 0.5 * (2.0 * values[1:] ** 2).sum() + 0.5 * 0.2 * values[0] ** 2
        return (np.logaddexp(0, logits) - failed * logits).sum() + prior

    found = own.fit(offset, vectors, failed, 2.0)
    for change in np.eye(4):
        assert loss(found) <= min(loss(found + 0.01 * change), loss(found - 0.01 * change))


def test_fails_raise_and_wins_lower_the_own_chance_of_failing(base):
    chance = {}
    for verb in ("solve", "fail"):
        personal = FAMILY.open(base, None, Catalogue(DATA.items))
        for number in range(8):
            personal.learn_one(Example(DATA.items[number], 2.0, 1.7e9 + number * DAY, verb))
        chance[verb] = personal.score().mean()
    newcomer = FAMILY.open(base, None, Catalogue(DATA.items)).score().mean()
    assert chance["solve"] < newcomer < chance["fail"]


def test_looking_and_liking_are_no_attempts(base):
    personal = FAMILY.open(base, None, Catalogue(DATA.items))
    before = personal.score()
    personal.learn_one(Example(DATA.items[0], 1.0, 1.7e9, "view"))
    assert (personal.score() == before).all()


def test_time_counts(base):
    personal = learned(base, 5)
    personal.context = {"at": float(DATA.time.max())}
    soon = personal.score()
    personal.context = {"at": float(DATA.time.max()) + 60 * DAY}
    assert not np.allclose(personal.score(), soon)
    personal.context = {"at": float(DATA.time.max())}
    assert (personal.score() == soon).all()


def test_a_cold_problem_is_scored_by_level_and_tags(base):
    catalogue = Catalogue(DATA.items)
    personal = FAMILY.open(base, None, catalogue)
    easy = catalogue.add(Item("easy", tags=("tag 1",), numbers={"level": 1.0}))
    hard = catalogue.add(Item("hard", tags=("tag 1",), numbers={"level": 15.0}))
    scores = personal.score(catalogue.rows([easy, hard]))
    assert scores[0] + 0.2 < scores[1]


def test_it_beats_the_problems_rate_and_is_calibrated():
    rows = attempts_of(DATA)
    test = rows.time > np.quantile(rows.time, 0.8)
    found, picture = report.compare(DATA.items, rows, test, FAMILY.with_defaults({}))
    models = found["models"]
    assert models["DeepFM (served)"]["auc"] > models["problem's rate"]["auc"] + 0.02
    assert models["DeepFM (served)"]["ece"] < 0.08
    assert set(models) == {
        "global rate", "problem's rate", "Elo (IRT)", "PFA", "logistic regression", "DeepFM alone", "DeepFM (served)",
    }  # fmt: skip
    assert picture.startswith(b"\x89PNG")


def test_too_few_attempts_are_named():
    with pytest.raises(ValueError, match=r"deepfm: 0 attempts; 50 are needed"):
        FAMILY.fit(TrainingData(DATA.items))


def test_radar_counts_own_tries(base):
    personal = learned(base, 2)
    found = personal.by_tag()
    rows = attempts_of(DATA)
    mine = rows.part(rows.member == 2)
    tried = [at for at in mine.item if "tag 0" in DATA.items[at].tags]
    assert found["tag 0"][2] == len(tried)
    assert all(0 <= predicted <= 1 and 0 <= real <= 1 for predicted, real, _ in found.values())


def test_places_count_within_members():
    assert places(np.array([4, 4, 9, 9, 9])).tolist() == [0, 1, 0, 1, 2]
