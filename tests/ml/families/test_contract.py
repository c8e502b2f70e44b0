"""What every family promises (ml/families/base.py). A new family gets these tests by standing in FAMILIES."""

import copy
import math

import numpy as np
import pytest

from ml.families import FAMILIES, get
from ml.families.base import Base, digest
from ml.families.items import Catalogue, Example, Item, TrainingData
from tests.ml.families import world

DATA = world.data()
STEPS = [(0, 1.0), (3, 2.5), (14, -3.0), (0, 1.0), (25, 0.333), (7, 5.0)]
FITTED: dict[str, Base] = {}


@pytest.fixture(params=sorted(FAMILIES))
def family(request):
    return get(request.param)


@pytest.fixture
def base(family):
    if family.name not in FITTED:
        FITTED[family.name] = family.fit(DATA)
    return FITTED[family.name]


@pytest.fixture
def catalogue():
    return world.catalogue(DATA)


@pytest.fixture
def member(family, base, catalogue):
    personal = family.open(base, None, catalogue)
    for number, weight in STEPS:
        personal.learn_one(Example(DATA.items[number], weight))
    return personal


def test_name_is_the_key(family):
    assert FAMILIES[family.name].endswith(type(family).__name__)


def test_unknown_family_is_named_with_the_known_ones():
    with pytest.raises(LookupError, match=r"'magic'.*naive_bayes"):
        get("magic")


def test_fit_is_deterministic(family, base):
    again = family.fit(world.data())
    assert (again.version, again.fingerprint) == (base.version, base.fingerprint)


def test_version_survives_the_store(family, base):
    state = {key: value.copy() if isinstance(value, np.ndarray) else value for key, value in base.state.items()}
    assert Base(family.name, state, dict(base.params), base.fingerprint).version == base.version


def test_state_is_plain(base):
    digest(base.state)  # refuses what is neither plain nor an array
    assert not [key for key, value in base.state.items() if isinstance(value, np.ndarray) and value.dtype == object]


def test_progress_is_reported_in_order(family):
    seen = []
    family.fit(DATA, progress=lambda share, text: seen.append(share))
    assert seen == sorted(seen)
    assert all(0 <= share <= 1 for share in seen)


def test_scores_are_finite_float32_for_all_rows(member, catalogue):
    scores = member.score()
    assert (scores.dtype, scores.shape) == (np.dtype(np.float32), (len(catalogue),))
    assert np.isfinite(scores).all()


def test_score_of_some_rows_is_the_same(member):
    rows = np.array([5, 0, 5, 30])
    assert np.allclose(member.score(rows), member.score()[rows], rtol=1e-5, atol=1e-6)
    assert len(member.score(np.zeros(0, np.int64))) == 0


def test_score_explain_and_top_change_nothing(family, base, member):
    before, state = member.digest, digest(base.state)
    first = member.score()
    member.explain(DATA.items[3])
    member.top()
    assert (member.score() == first).all()
    assert (member.digest, digest(base.state), base.version) == (before, state, copy.copy(base).version)


def test_unlearning_restores_digest_and_scores(family, base, member, catalogue):
    before, scores = member.digest, member.score()
    extra = Example(DATA.items[9], 0.1)
    member.learn_one(extra)
    assert member.digest != before
    member.unlearn_one(extra)
    assert member.digest == before
    assert (member.score() == scores).all()


def test_unlearning_everything_makes_a_newcomer(family, base, member, catalogue):
    for number, weight in STEPS:
        member.unlearn_one(Example(DATA.items[number], weight))
    newcomer = family.open(base, None, catalogue)
    assert member.digest == newcomer.digest
    assert (member.score() == newcomer.score()).all()


def test_unlearning_what_was_never_learned_is_refused(member):
    before = member.digest
    with pytest.raises(ValueError, match="never learned"):
        member.unlearn_one(Example(DATA.items[20], 1.0))
    assert member.digest == before


def test_order_does_not_matter(family, base, member, catalogue):
    if not family.additive:
        pytest.skip("learns in order")
    other = family.open(base, None, catalogue)
    for number, weight in reversed(STEPS):
        other.learn_one(Example(DATA.items[number], weight))
    assert other.digest == member.digest
    assert (other.score() == member.score()).all()


def test_delta_round_trip(family, base, member):
    again = family.open(base, dict(member.delta), world.catalogue(DATA))
    assert again.digest == member.digest
    assert (again.score() == member.score()).all()


def test_foreign_delta_is_refused(family, base, catalogue):
    for delta in ({}, {"history": "text"}, {"history": b"\xff"}, []):
        with pytest.raises(ValueError, match=r"delta|history"):
            family.open(base, delta, catalogue)


def test_explanation_adds_up(member):
    for item in (*DATA.items[::5], Item("new", "등산 처음 보는 말", "운동")):
        parts = member.explain(item)
        total = math.fsum(part.value for part in parts.contributions)
        assert math.isclose(parts.score - parts.base_score, total, rel_tol=1e-3, abs_tol=1e-4)
        sizes = [abs(part.value) for part in parts.contributions]
        assert sizes == sorted(sizes, reverse=True)


def test_unseen_items_words_and_labels_work(family, base, catalogue):
    personal = family.open(base, None, catalogue)
    for item in (Item("x1", "quux 처음 보는 낱말", "없던분류", ("tag",)), Item("x2"), Item("x3", "<p></p>", "운동")):
        personal.learn_one(Example(item, 2.0))
    assert np.isfinite(personal.score()).all()
    assert len(personal.score()) == len(catalogue) == len(DATA.items) + 3
    personal.explain(Item("x4", "또 다른 글", "또다른분류"))


def test_catalogue_grows_under_open_models(family, base, member, catalogue):
    before = member.score()
    catalogue.extend(world.items(2, seed=9, first=1000))
    assert np.allclose(member.score()[: len(before)], before)


def test_revisions_that_are_gone_are_left_out(family, base, member):
    bare = family.open(base, member.delta, Catalogue(DATA.items[20:]))
    assert np.isfinite(bare.score()).all()
    assert bare.digest == member.digest


def test_revisions_are_loaded_when_missing(family, base, member):
    by_ref = {item.ref: item for item in DATA.items}
    lean = Catalogue(DATA.items[20:], load=lambda refs: [by_ref[ref] for ref in refs if ref in by_ref])
    loaded = family.open(base, member.delta, lean)
    loaded.score()
    rows = lean.rows(item.ref for item in DATA.items)
    assert np.allclose(loaded.score(rows), member.score(), rtol=1e-5, atol=1e-6)


def test_top_is_sorted_and_bounded(member):
    top = member.top(2)
    assert len(top) <= 2
    assert [abs(value) for _, value in top] == sorted((abs(value) for _, value in top), reverse=True)


def test_two_members_do_not_mix(family, base, member, catalogue):
    alice, scores = member.digest, member.score()
    bob = family.open(base, None, catalogue)
    bob.learn_one(Example(DATA.items[30], 5.0))
    assert (member.digest, bob.digest != alice) == (alice, True)
    assert (member.score() == scores).all()


@pytest.mark.parametrize("items", [[], [Item("a", "글", "", ref=1)]])
def test_too_little_data_fits_or_says_why(family, items):
    try:
        base = family.fit(TrainingData(items))
    except ValueError as error:
        assert str(error).startswith(family.name)  # noqa: PT017
    else:
        personal = family.open(base, None, Catalogue(items))
        assert np.isfinite(personal.score()).all()


def test_parameters_are_validated(family):
    with pytest.raises(ValueError, match=f"{family.name} has no parameter 'nonsense'"):
        family.fit(DATA, {"nonsense": 1})
    for name, spec in family.params.items():
        bad = "nonsense" if spec.choices else spec.max + 1
        with pytest.raises(ValueError, match=f"{family.name}.{name}"):
            family.fit(DATA, {name: bad})
        assert spec.help
        assert family.with_defaults({name: spec.default})[name] == spec.default
