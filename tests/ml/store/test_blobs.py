"""Properties of the envelope and of the values in it, and what a store costs in queries."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ml.families.base import digest
from ml.store import blobs, stores
from ml.store.plain import DTYPES, BadValue
from tests.ml.store import hostile

KEY = "personal/clubs/1"
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.binary()
)
arrays = st.sampled_from(sorted(DTYPES)).flatmap(
    lambda name: hnp.arrays(name, hnp.array_shapes(max_dims=3, max_side=3, min_side=0), elements=st.integers(0, 1))
)
keys = st.text(max_size=8).filter(lambda key: key != "__array__") | st.integers(-9, 9)
trees = st.recursive(
    scalars | arrays, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4)
)
states = st.dictionaries(st.text(max_size=8).filter(lambda key: key != "__array__"), trees, max_size=5)


@given(states, st.booleans())
def test_every_plain_state_comes_back_with_its_digest(state, compress):
    blob = blobs.seal(state, KEY, compress=compress)
    assert digest(blobs.unseal(blob, KEY)) == digest(state)
    with pytest.raises(blobs.BadBlob):
        blobs.unseal(blob, KEY + "2")


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_even_when_signed(body):
    with pytest.raises(blobs.BadBlob):
        blobs.unseal(body, KEY)
    with pytest.raises(blobs.BadBlob):
        blobs.unseal(hostile.sign(b"\x80\x05" + body + b"\xff.", KEY), KEY)


@given(trees)
def test_python_pickles_are_read_only_where_they_are_plain_trees(value):
    try:
        state = blobs.unseal(hostile.sign(pickle.dumps({"x": value}, 5), KEY), KEY)
    except blobs.BadBlob:
        return
    assert digest(state) == digest({"x": value})


@given(states.filter(bool), st.data())
def test_every_flipped_bit_is_noticed(state, data):
    blob = bytearray(blobs.seal(state, KEY))
    blob[data.draw(st.integers(0, len(blob) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(blobs.BadBlob):
        blobs.unseal(bytes(blob), KEY)


def test_a_refused_value_is_named_by_its_place():
    with pytest.raises(BadValue, match=r"^state\.delta\.bias: inf is not a finite number$"):
        blobs.seal({"delta": {"bias": float("inf")}}, KEY)


def test_a_compressed_bomb_is_refused(monkeypatch):
    monkeypatch.setattr(blobs, "MAX_EXPANDED", 10_000)
    with pytest.raises(blobs.BadBlob, match="expands to more than"):
        blobs.unseal(blobs.seal({"x": b"a" * 20_000}, KEY, compress=True), KEY)


def test_64_numbers_take_few_bytes():
    assert len(blobs.seal({"x": np.zeros(64, "float32")}, KEY)) == 344


@pytest.mark.django_db
@pytest.mark.postgres
def test_queries_of_the_database_store(django_assert_num_queries):
    store = stores["default"]
    store.put(KEY, {"n": 1})
    with django_assert_num_queries(1):
        store.get(KEY)
    with django_assert_num_queries(4):  # savepoint, select, update, release
        store.update(KEY, lambda state: {"n": 2})
    with django_assert_num_queries(1):
        store.put(KEY, {"n": 3})
    with django_assert_num_queries(1):
        store.size(KEY)
