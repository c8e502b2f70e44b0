"""Eight processes at one member's model through the services: on SQLite, PostgreSQL, files and Redis no event is lost.

Runs on PostgreSQL too (marker `postgres`). HAMMER_EVENTS=500 is the thorough run for all stores;
the stores alone take 500 always (tests/ml/store/test_contract.py).
"""

import json
import os
import time

import pytest

from activities.models import Like
from ml.store import stores
from recommendations import personal, transfer
from recommendations.domains import domains
from recommendations.models import Event
from recommendations.services import record_event
from tests.recommendations.conftest import FOOD, SPORT
from tests.recommendations.test_events import look, replayed, state_of
from tests.support.hammers import DATABASE, Hammers, files, redis

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres, pytest.mark.slow]

WORKERS = 8
TIMES = int(os.environ.get("HAMMER_EVENTS", "500"))
BESIDE = int(os.environ.get("HAMMER_EVENTS", "100"))  # stores beside the database: two locks and two commits an event


@pytest.fixture(scope="module")
def hammers():
    made = Hammers()
    yield made
    made.close()


@pytest.fixture(params=["database", "files", "redis"])
def store(request, settings, tmp_path):
    """The configuration of the default store, in this process too."""
    if request.param == "redis":
        made = redis(request.getfixturevalue("redis_url"))
    else:
        made = files(tmp_path / "store") if request.param == "files" else DATABASE
    settings.PERSONAL_MODEL_STORES = {**settings.PERSONAL_MODEL_STORES, "default": made}
    return made


def ids(rows):
    return [str(row.pk) for row in rows]


def numbers(member):
    return list(personal.log(member.pk, "activities").order_by("sequence").values_list("sequence", flat=True))


def stored(member):
    return stores["default"].get(personal.key(member.pk, "activities"))


def test_eight_processes_lose_nothing(hammers, store, alice, activities):
    times = TIMES if store["BACKEND"].endswith("DatabaseStore") else BESIDE
    job = {"do": "record", "user": alice.pk, "items": ids(activities[SPORT]), "times": times, "verb": "view"}
    began = time.perf_counter()
    assert hammers.run([job] * WORKERS, store) == [times] * WORKERS
    print(f"{store['BACKEND']}: {WORKERS * times / (time.perf_counter() - began):.0f} events/s")
    total = WORKERS * times
    assert numbers(alice) == list(range(1, total + 1))
    assert stored(alice) == replayed(alice)
    assert (stored(alice)["events"], stored(alice)["sequence"]) == (total, total)
    assert sum(liked for _, liked, _ in personal.history_of(stored(alice))) == total * 1000


def test_members_never_mix(hammers, store, alice, bob, activities):
    jobs = [
        {"do": "record", "user": user.pk, "items": ids(activities[taste]), "times": 20, "verb": "view"}
        for user, taste in [(alice, SPORT), (bob, FOOD)] * (WORKERS // 2)
    ]
    hammers.run(jobs, store)
    for member, taste in ((alice, SPORT), (bob, FOOD)):
        items = set(Event.objects.filter(user=member).values_list("item_id", flat=True))
        assert items == set(ids(activities[taste]))
        assert numbers(member) == list(range(1, 81))
        assert stored(member) == replayed(member)


def test_tabs_that_send_the_same_keys_record_each_once(hammers, store, alice, activities):
    job = {
        "do": "record",
        "user": alice.pk,
        "items": ids(activities[SPORT]),
        "times": 25,
        "verb": "view",
        "prefix": "k",
    }
    assert sum(hammers.run([job] * WORKERS, store)) == 25
    assert numbers(alice) == list(range(1, 26))
    assert stored(alice) == replayed(alice)


def test_a_like_from_many_tabs_is_one_like(hammers, store, alice, activities):
    row = activities[FOOD][0]
    job = {"do": "record", "user": alice.pk, "items": [str(row.pk)], "times": 3, "verb": "like"}
    assert sum(hammers.run([job] * WORKERS, store)) == 1
    row.refresh_from_db()
    assert (Like.objects.filter(user=alice).count(), row.like_count) == (1, 1)
    assert stored(alice) == replayed(alice)


def test_forgetting_beside_recording(hammers, store, alice, activities):
    events = [look(alice, activities[FOOD][n % 6])[0].pk for n in range(40)]
    jobs = [{"do": "forget", "user": alice.pk, "events": events}] * 4
    jobs += [{"do": "record", "user": alice.pk, "items": ids(activities[SPORT]), "times": 20, "verb": "view"}] * 4
    done = hammers.run(jobs, store)
    assert (sum(done[:4]), done[4:]) == (40, [20] * 4)
    assert numbers(alice) == list(range(1, 121))
    assert stored(alice) == replayed(alice)
    assert (state_of(alice)["events"], state_of(alice)["forgotten"]) == (80, 40)


def test_logins_at_once_adopt_a_visitor_once(hammers, store, alice, activities):
    for row in activities[SPORT] + activities[FOOD]:
        record_event(domain="activities", item=row, verb="view", visitor="v1", client_id=f"c{row.pk}")
    record_event(domain="activities", item=activities[FOOD][0], verb="like", visitor="v1")
    done = hammers.run([{"do": "adopt", "user": alice.pk, "visitor": "v1"}] * WORKERS, store)
    assert sorted(done) == [0] * (WORKERS - 1) + [13]
    assert numbers(alice) == list(range(1, 14))
    assert stored(alice) == replayed(alice)
    assert Like.objects.filter(user=alice).count() == 1


def test_two_members_who_share_a_visitor_share_nothing(hammers, store, alice, bob, activities):
    for row in activities[SPORT]:
        record_event(domain="activities", item=row, verb="view", visitor="v1")
    jobs = [{"do": "adopt", "user": user.pk, "visitor": "v1"} for user in (alice, bob)]
    assert sorted(hammers.run(jobs * 4, store)) == [0] * 7 + [6]
    assert sorted([len(numbers(alice)), len(numbers(bob))]) == [0, 6]


def test_imports_at_once_record_each_event_once(hammers, store, alice, bob, activities):
    for row in activities[SPORT]:
        look(alice, row)
    file = json.dumps(transfer.download(alice, domains["activities"]))
    done = hammers.run([{"do": "restore", "user": bob.pk, "file": file}] * WORKERS, store)
    assert sorted(done) == [0] * (WORKERS - 1) + [6]
    assert stored(bob) == replayed(bob)
    assert stored(bob)["delta"] == stored(alice)["delta"]


def test_resetting_beside_recording_leaves_a_model_of_what_is_left(hammers, store, alice, activities):
    jobs = [{"do": "record", "user": alice.pk, "items": ids(activities[SPORT]), "times": 20, "verb": "view"}] * 3
    jobs += [{"do": "reset", "user": alice.pk, "times": 5}] * 2
    events = [look(alice, row)[0].pk for row in activities[FOOD]]
    hammers.run([*jobs, {"do": "forget", "user": alice.pk, "events": events}], store)
    assert state_of(alice) == replayed(alice)  # beside the database, a reset may remove the newer model: healed here
    look(alice, activities[FOOD][0])
    assert stored(alice) == replayed(alice)
    assert numbers(alice) == list(range(1, len(numbers(alice)) + 1))
