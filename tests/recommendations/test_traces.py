"""Domains that keep traces: what was done when is learned, forgotten, rebuilt and carried away exactly."""

import json

import pytest

from activities.recommend import ActivityDomain
from ml.families.verbs import code
from ml.store import stores
from recommendations import personal, portable, services, transfer
from recommendations.domains import domains
from recommendations.models import Event
from tests.recommendations.conftest import FOOD, SPORT
from tests.recommendations.test_events import look, state_of
from tests.recommendations.test_rebuild import run


@pytest.fixture
def traced(monkeypatch):
    monkeypatch.setattr(ActivityDomain, "trace", True)


def moments(user):
    trace = personal.Learned(state_of(user)).trace
    return list(zip(trace.time.tolist(), trace.ref.tolist(), trace.verb.tolist(), trace.weight.tolist(), strict=True))


@pytest.mark.usefixtures("traced")
def test_an_event_leaves_when_and_what(alice, activities):
    event, _ = look(alice, activities[SPORT][0], verb="like")
    assert moments(alice) == [(int(event.occurred_at.timestamp()), event.revision_id, code("like"), 3000)]


@pytest.mark.usefixtures("traced")
def test_forgetting_one_of_many_equals_never_having_done_it(alice, activities):
    for row in activities[SPORT][:3]:
        look(alice, row)
    before = personal.digest_of(state_of(alice))
    event, _ = look(alice, activities[FOOD][0], verb="like")
    look(alice, activities[FOOD][1])
    services.undo(alice, "activities")
    services.forget_event(alice, event.pk)
    assert personal.digest_of(state_of(alice)) == before
    assert run("--check")[0] == 0


@pytest.mark.usefixtures("traced")
def test_a_broken_model_is_replayed_with_its_trace(alice, activities):
    look(alice, activities[SPORT][0])
    before = state_of(alice)
    stores["default"].delete(personal.key(alice.pk, "activities"))
    assert state_of(alice) == before


def test_a_domain_that_begins_to_keep_traces_rebuilds_its_members(alice, activities, monkeypatch):
    monkeypatch.setattr(ActivityDomain, "trace", False)
    look(alice, activities[SPORT][0])
    look(alice, activities[SPORT][1])
    assert "trace" not in state_of(alice)["delta"]
    monkeypatch.setattr(ActivityDomain, "trace", True)
    assert len(moments(alice)) == 2
    look(alice, activities[SPORT][2])
    assert len(moments(alice)) == 3
    monkeypatch.setattr(ActivityDomain, "trace", False)
    assert "trace" not in state_of(alice)["delta"]


@pytest.mark.usefixtures("traced")
def test_a_downloaded_model_comes_back_with_its_times(alice, bob, activities):
    for row in activities[SPORT][:3]:
        look(alice, row)
    file = json.dumps(transfer.download(alice, domains["activities"])).encode()
    entries, digest = portable.parse(file, domains["activities"])
    assert transfer.restore(bob, domains["activities"], entries, digest).equal
    assert moments(bob) == moments(alice)


@pytest.mark.usefixtures("traced")
def test_an_event_keeps_the_offer_that_it_came_through(alice, activities):
    event, _ = look(alice, activities[SPORT][0], context="menu-7")
    assert Event.objects.get().context == "menu-7"
    services.forget_event(alice, event.pk)
    assert Event.objects.get().context == ""


@pytest.mark.usefixtures("traced")
def test_a_state_of_another_version_is_rebuilt_when_read(alice, activities):
    look(alice, activities[SPORT][0])
    before = state_of(alice)
    store, name = stores["default"], personal.key(alice.pk, "activities")
    store.put(name, {**before, "v": 1, "delta": {**before["delta"], "trace": b"\x01"}})
    assert state_of(alice) == before
    look(alice, activities[SPORT][1])
    assert len(moments(alice)) == 2
