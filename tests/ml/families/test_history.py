"""The history: packing, exact forgetting, independence of order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.families.history import History, fixed

refs = st.integers(-(2**40), 2**40)
weights = st.integers(-20_000, 20_000).filter(bool)
events = st.lists(st.tuples(refs | st.integers(1, 5), weights), max_size=60)


def learned(pairs) -> History:
    history = History()
    for ref, weight in pairs:
        history.add(ref, weight)
    return history


@given(events)
def test_pack_round_trip(pairs):
    history = learned(pairs)
    assert History.unpack(history.pack()) == history
    assert History.unpack(history.pack()).digest() == history.digest()


@given(events, st.randoms())
def test_order_does_not_matter(pairs, random):
    shuffled = list(pairs)
    random.shuffle(shuffled)
    assert learned(shuffled).pack() == learned(pairs).pack()


@given(events, events, st.randoms())
def test_unlearning_is_exact(kept, taken, random):
    history = learned([*kept, *taken])
    random.shuffle(taken)
    for ref, weight in taken:
        history.remove(ref, weight)
    assert history.digest() == learned(kept).digest()


@given(st.binary(max_size=40))
def test_any_bytes_unpack_or_say_why(data):
    try:
        History.unpack(data)
    except ValueError as error:
        assert str(error).startswith("history:")  # noqa: PT017


def test_what_was_never_learned_cannot_be_unlearned():
    history = learned([(1, fixed(1.5))])
    with pytest.raises(ValueError, match="revision 1 "):
        history.remove(1, fixed(-1.5))
    assert list(history) == [(1, 1500, 0)]


def test_a_hundred_likes_take_little_room():
    assert len(learned([(ref, fixed(3)) for ref in range(1, 101)]).pack()) <= 500
