"""What families promise that read the trace: order of arrival never matters, forgetting is exact, time is the only context."""

import numpy as np
import pytest

from ml.families import FAMILIES, get
from ml.families.base import Base
from ml.families.items import Example, TrainingData
from ml.families.verbs import VERBS
from tests.ml.families import world

VERB_OF = {1.0: "view", 3.0: "solve", 5.0: "order", -3.0: "dislike"}
HOUR = 3600.0
STEPS = [
    (0, 1.0, 1e9, "view"), (3, 5.0, 1e9 + HOUR, "solve"), (14, 2.0, 1e9 + HOUR, "fail"), (0, 5.0, 1e9 + 2 * HOUR, "solve"),
    (25, 3.0, 1e9 + 30 * HOUR, "order"), (7, -3.0, 1e9 + 31 * HOUR, "dislike"), (14, 2.0, 1e9 + 40 * HOUR, "fail"),
]  # fmt: skip
FITTED: dict[str, Base] = {}


def with_verbs() -> TrainingData:
    data = world.data()
    chance = np.random.default_rng(0)
    verb = np.array([VERBS[VERB_OF[float(weight)]] for weight in data.weight], np.int16)
    verb[chance.random(len(verb)) < 0.3] = VERBS["fail"]
    return TrainingData(data.items, data.member, data.item, data.weight, data.time, verb)


DATA = with_verbs()


@pytest.fixture(params=sorted(name for name in FAMILIES if get(name).sequential))
def family(request):
    return get(request.param)


@pytest.fixture
def base(family):
    if family.name not in FITTED:
        FITTED[family.name] = family.fit(DATA)
    return FITTED[family.name]


def learned(family, base, steps):
    personal = family.open(base, None, world.catalogue(DATA))
    personal.context = {"at": 1e9 + 50 * HOUR}
    for number, weight, time, verb in steps:
        personal.learn_one(Example(DATA.items[number], weight, time, verb))
    return personal


def test_order_of_arrival_does_not_matter(family, base):
    forward, backward = learned(family, base, STEPS), learned(family, base, STEPS[::-1])
    assert forward.digest == backward.digest
    assert (forward.score() == backward.score()).all()


def test_forgetting_one_event_leaves_no_trace_of_it(family, base):
    for gone in range(len(STEPS)):
        personal, rest = learned(family, base, STEPS), STEPS[:gone] + STEPS[gone + 1 :]
        number, weight, time, verb = STEPS[gone]
        personal.unlearn_one(Example(DATA.items[number], weight, time, verb))
        without = learned(family, base, rest)
        assert personal.digest == without.digest
        assert (personal.score() == without.score()).all()


def test_another_verb_or_time_was_never_learned(family, base):
    personal = learned(family, base, STEPS)
    before = personal.digest
    for wrong in (Example(DATA.items[3], 5.0, 1e9, "solve"), Example(DATA.items[3], 5.0, 1e9 + HOUR, "fail")):
        with pytest.raises(ValueError, match="cannot be unlearned"):
            personal.unlearn_one(wrong)
    assert personal.digest == before


def test_the_packed_delta_is_all_there_is(family, base):
    personal = learned(family, base, STEPS)
    assert set(personal.delta) == {"history", "trace"}
    again = family.open(base, personal.delta, world.catalogue(DATA))
    again.context = personal.context
    assert (again.score() == personal.score()).all()


def test_the_moment_is_read_not_kept(family, base):
    personal = learned(family, base, STEPS)
    first = personal.score()
    personal.context = {"at": 1e9 + 5000 * HOUR}
    personal.score()
    personal.context = {"at": 1e9 + 50 * HOUR}
    assert (personal.score() == first).all()


def test_a_promotion_takes_the_delta_along(family, base):
    other = family.fit(TrainingData(*(getattr(DATA, name) for name in ("items", "member", "item", "weight", "time"))))
    personal = learned(family, base, STEPS)
    moved = family.open(other, personal.delta, world.catalogue(DATA))
    assert moved.digest == personal.digest
    assert np.isfinite(moved.score()).all()
