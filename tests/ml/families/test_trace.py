"""The trace: exact, canonical, small."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.families import varint
from ml.families.trace import Trace, appended, open_trace
from ml.families.verbs import VERBS, code

event = st.tuples(
    st.integers(0, 2**33), st.integers(-5, 2**40), st.integers(0, len(VERBS) - 1), st.integers(-20_000, 20_000)
)


def trace_of(events):
    trace = Trace()
    for one in events:
        trace.add(*one)
    return trace


@given(st.lists(st.integers(0, 2**63 - 1)))
def test_numbers_come_back_from_bytes(numbers):
    assert varint.decode(varint.encode(numbers)).tolist() == numbers


@given(st.lists(event), st.randoms())
def test_the_order_of_learning_does_not_matter(events, random):
    shuffled = random.sample(events, len(events))
    assert trace_of(events).pack() == trace_of(shuffled).pack()
    assert Trace.unpack(trace_of(events).pack()) == trace_of(events)


@given(st.lists(event, min_size=1), st.data())
def test_forgetting_one_gives_what_never_did_it(events, data):
    gone = data.draw(st.integers(0, len(events) - 1))
    trace = trace_of(events)
    trace.remove(*events[gone])
    assert trace.pack() == trace_of(events[:gone] + events[gone + 1 :]).pack()


@given(st.lists(event, max_size=20), event)
def test_appending_gives_the_bytes_of_learning_and_refuses_what_is_not_the_latest(events, later):
    before = trace_of(events)
    longer = appended(before.pack(), *later)
    if events and later[0] <= max(time for time, *_ in events):
        assert longer is None
    else:
        assert longer == trace_of([*events, later]).pack()


def test_what_was_never_learned_cannot_be_forgotten():
    with pytest.raises(ValueError, match="item revision 7 cannot be unlearned"):
        trace_of([(10, 7, 1, 1000)]).remove(10, 7, 1, 2000)


@given(st.binary(max_size=40))
def test_foreign_bytes_are_refused_or_canonical(data):
    try:
        found = Trace.unpack(data)
    except ValueError:
        return
    assert found.pack() == data


def test_a_hundred_events_take_less_than_a_kilobyte():
    trace = trace_of((1_760_000_000 + 40_000 * n, 1000 + n * 37 % 500, code("solve"), 5000) for n in range(100))
    assert len(trace.pack()) < 900
    assert open_trace("x", {"trace": trace}) is trace
    assert len(open_trace("x", None)) == 0
