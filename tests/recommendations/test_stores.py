"""What recording, forgetting, pausing and erasing mean is the same over every kind of store."""

import logging
from contextlib import contextmanager, suppress

import pytest
from django.db import transaction
from django.utils import timezone

from accounts import services as accounts
from activities.models import Like
from ml.store import stores
from recommendations import personal, selectors, services
from recommendations.bulk import record_many
from recommendations.domains import domains
from tests.recommendations.conftest import FOOD, SPORT, unsaved
from tests.recommendations.test_events import look, replayed, state_of
from tests.support.hammers import DATABASE, MEMORY, files, redis

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["database", "files", "redis", "memory"], autouse=True)
def store(request, settings, tmp_path):
    """The default store, of each kind in turn."""
    if request.param == "redis":
        made = redis(request.getfixturevalue("redis_url"))
    else:
        made = {"database": DATABASE, "memory": MEMORY, "files": files(tmp_path / "store")}[request.param]
    settings.PERSONAL_MODEL_STORES = {**settings.PERSONAL_MODEL_STORES, "default": made}
    return stores["default"]


#: The stores that commit by themselves.
beside = pytest.mark.parametrize("store", ["files", "redis", "memory"], indirect=True)


@contextmanager
def rolled_back():
    """A transaction, or a savepoint in one, that fails in the end."""
    with suppress(RuntimeError), transaction.atomic():
        yield
        raise RuntimeError


def key(member):
    return personal.key(member.pk, "activities")


def look_at_all(member, rows):
    """One event a row, all recorded at once."""
    events = [unsaved(member, row, "view", timezone.now()) for row in rows]
    record_many(domains["activities"], events)


def agrees(store, member):
    """Stored, served and replayed are one."""
    return store.get(key(member)) == state_of(member) == replayed(member)


def test_events_are_learned_when_they_are_recorded(store, alice, activities):
    for row in activities[SPORT]:
        look(alice, row)
    assert store.get(key(alice))["events"] == 6
    assert agrees(store, alice)


def test_many_at_once(store, alice, activities):
    look(alice, activities[SPORT][0])
    look_at_all(alice, activities[FOOD])
    assert store.get(key(alice))["events"] == 7
    assert agrees(store, alice)


def test_an_outer_rollback_takes_event_and_model_back(store, alice, activities):
    look(alice, activities[SPORT][0])
    before = store.get(key(alice))
    with rolled_back():
        look(alice, activities[FOOD][0], verb="like")
        look(alice, activities[FOOD][1])
        assert state_of(alice)["events"] == 3
    assert store.get(key(alice)) == state_of(alice) == before
    assert not Like.objects.exists()
    look(alice, activities[SPORT][1])
    look(alice, activities[SPORT][2])
    assert agrees(store, alice)


def test_an_outer_transaction_sees_its_own_events_and_learns_them_on_commit(store, alice, activities):
    with transaction.atomic():
        first, _ = look(alice, activities[FOOD][0])
        look(alice, activities[FOOD][1])
        services.forget_event(alice, first.pk)
        assert state_of(alice)["events"] == 1
    assert agrees(store, alice)


def test_an_inner_savepoint_that_fails_takes_only_its_events(store, alice, activities):
    with transaction.atomic():
        look(alice, activities[FOOD][0])
        with rolled_back():
            look(alice, activities[FOOD][1])
        look(alice, activities[FOOD][2])
    assert state_of(alice)["events"] == 2
    assert agrees(store, alice)


def test_forgetting_equals_never_having_done_it(store, alice, bob, activities):
    a, b, c = activities[SPORT][:3]
    look(alice, a)
    event, _ = look(alice, b, verb="like")
    for member in (alice, bob):
        look(member, c)
    look(bob, a)
    assert services.forget_event(alice, event.pk)
    assert services.forget_event(alice, event.pk) is False
    assert personal.digest_of(store.get(key(alice))) == personal.digest_of(store.get(key(bob)))
    assert agrees(store, alice)


def test_undo_pause_resume(store, alice, activities):
    for row in activities[SPORT][:3]:
        look(alice, row)
    assert services.undo(alice, "activities", 2) == 2
    services.pause(alice, "activities")
    look(alice, activities[FOOD][0])
    assert (store.get(key(alice))["paused"], store.get(key(alice))["events"]) == (True, 1)
    services.resume(alice, "activities")
    look(alice, activities[FOOD][1])
    assert store.get(key(alice))["events"] == 2
    assert agrees(store, alice)


def test_unlike_takes_row_event_and_model(store, alice, activities):
    look(alice, activities[FOOD][0], verb="like")
    assert services.take_back(user=alice, domain="activities", item=activities[FOOD][0], verb="like")
    assert personal.digest_of(state_of(alice)) == personal.digest_of(personal.new_state("activities"))
    assert not Like.objects.exists()
    assert agrees(store, alice)


def test_reset_leaves_nothing_and_a_new_start_is_new(store, alice, activities):
    for row in activities[SPORT]:
        look(alice, row)
    services.reset(alice, "activities")
    assert (store.get(key(alice)), state_of(alice)) == (None, personal.new_state("activities"))
    for row in activities[FOOD]:
        look(alice, row)
    assert agrees(store, alice)


def test_a_visitor_becomes_a_member_once(store, alice, activities):
    for row in activities[FOOD][:3]:
        services.record_event(domain="activities", item=row, verb="view", visitor="v1")
    assert [services.adopt_visitor("v1", alice) for _ in range(3)] == [3, 0, 0]
    assert agrees(store, alice)


def test_a_bad_blob_is_replaced_by_the_replay(store, alice, activities):
    look(alice, activities[SPORT][0])
    store.delete(key(alice))
    assert state_of(alice) == replayed(alice)
    assert agrees(store, alice)
    store.delete(key(alice))
    look(alice, activities[SPORT][1])
    assert agrees(store, alice)


def test_deleting_the_account_reaches_the_store(store, alice, bob, activities):
    for member in (alice, bob):
        look(member, activities[SPORT][0])
    accounts.erase(alice)
    assert list(store.keys("personal/")) == [key(bob)]


def test_an_erasure_that_is_rolled_back_erases_nothing(store, alice, activities):
    look(alice, activities[SPORT][0])
    with rolled_back():
        services.reset(alice, "activities")
    assert agrees(store, alice)


# -- stores beside the database -----------------------------------------------------------------------------------------


def died(store, member, change):
    """What is stored when the process dies after the commit of `change` and before the store learns it."""
    before = store.get(key(member))
    change()
    store.delete(key(member)) if before is None else store.put(key(member), before)


@beside
@pytest.mark.parametrize("what", ["record", "forget", "pause", "both"])
def test_the_next_read_heals_what_a_crash_left_out(store, alice, activities, what):
    events = [look(alice, row)[0] for row in activities[SPORT]]
    changes = {
        "record": lambda: look(alice, activities[FOOD][0]),
        "forget": lambda: services.forget_event(alice, events[2].pk),
        "pause": lambda: services.pause(alice, "activities"),
        "both": lambda: (look(alice, activities[FOOD][0]), services.undo(alice, "activities", 2)),
    }
    died(store, alice, changes[what])
    assert store.get(key(alice)) != replayed(alice)
    assert state_of(alice) == replayed(alice)
    assert agrees(store, alice)


@beside
def test_the_next_event_heals_too(store, alice, activities):
    events = [look(alice, row)[0] for row in activities[SPORT]]
    died(store, alice, lambda: services.forget_event(alice, events[0].pk))
    look(alice, activities[FOOD][0])
    assert agrees(store, alice)


@beside
def test_a_model_that_outlived_its_log_is_not_taken_for_the_next_one(store, alice, activities):
    """Died in a reset; then as many events at once as there had been: only their ids tell the logs apart."""
    for row in activities[SPORT]:
        look(alice, row)
    died(store, alice, lambda: services.reset(alice, "activities"))
    assert state_of(alice) == personal.new_state("activities")
    look_at_all(alice, activities[FOOD])
    assert agrees(store, alice)


@beside
def test_reading_in_a_transaction_leaves_the_store_alone(store, alice, activities):
    """What is rolled back would stay in the store, under a number that the next event takes."""
    look(alice, activities[SPORT][0])
    before = store.get(key(alice))
    with rolled_back():
        look(alice, activities[FOOD][0])
        selectors.feed("activities", "for-you", user=alice)
        selectors.model_rows(alice)
        assert store.get(key(alice)) == before
    look(alice, activities[SPORT][1])
    assert agrees(store, alice)


@beside
def test_a_store_that_is_down_stops_neither_events_nor_feeds(store, alice, activities, settings):
    look(alice, activities[SPORT][0])
    config = settings.PERSONAL_MODEL_STORES
    down = redis("redis://127.0.0.1:1/0", TIMEOUT=0.2)
    settings.PERSONAL_MODEL_STORES = {**config, "default": down}
    event, created = look(alice, activities[FOOD][0])
    assert (created, event.sequence) == (True, 2)
    assert state_of(alice) == replayed(alice)
    settings.PERSONAL_MODEL_STORES = config
    assert state_of(alice)["events"] == 2


@beside
def test_healing_says_so_in_the_log(store, alice, activities, caplog):
    caplog.set_level(logging.WARNING, "recommendations.personal")
    look(alice, activities[SPORT][0])
    died(store, alice, lambda: look(alice, activities[SPORT][1]))
    state_of(alice)
    assert f"personal model behind its log, healing: domain=activities member={alice.pk}" in caplog.text
