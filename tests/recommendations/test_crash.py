"""kill -9 of a process that records, at fifty random moments: the stored model equals the replay every time."""

import time

import pytest

from ml.store import stores
from recommendations import personal
from recommendations.models import Event
from tests.recommendations.conftest import SPORT
from tests.recommendations.test_events import look, replayed, state_of
from tests.support.hammers import DATABASE, Hammers, files, redis

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

KILLS = 50
SIGKILL = 9


@pytest.fixture(scope="module")
def hammers():
    made = Hammers()
    yield made
    made.close()


def use(settings, made):
    settings.PERSONAL_MODEL_STORES = {**settings.PERSONAL_MODEL_STORES, "default": made}
    return made


def check(member):
    """The model that a reader gets, and the one that is stored after the read, equal the replay of the log."""
    served, wanted = state_of(member), replayed(member)
    assert served == wanted
    assert stores["default"].get(personal.key(member.pk, "activities")) == wanted
    numbers = personal.log(member.pk, "activities").order_by("sequence").values_list("sequence", flat=True)
    assert list(numbers) == list(range(1, len(numbers) + 1))


def kill_often(hammers, store, member, activities, kills=KILLS):
    items = [str(row.pk) for row in activities[SPORT]]
    job = {"do": "kill", "user": member.pk, "items": items, "verb": "view", "within": 0.03}
    for _ in range(kills):
        assert hammers.run([job], store) == [SIGKILL]
        if store["BACKEND"] == DATABASE["BACKEND"]:  # before anything that could heal
            assert stores["default"].get(personal.key(member.pk, "activities")) == replayed(member)
        check(member)
    assert Event.objects.filter(user=member).count() >= kills
    look(member, activities[SPORT][0])
    check(member)


@pytest.mark.postgres
def test_database(hammers, settings, alice, activities):
    kill_often(hammers, use(settings, DATABASE), alice, activities)


def test_files(hammers, settings, tmp_path, alice, activities):
    kill_often(hammers, use(settings, files(tmp_path / "store")), alice, activities)


def test_redis(hammers, settings, redis_url, alice, activities):
    kill_often(hammers, use(settings, redis(redis_url, LOCK_SECONDS=0.2)), alice, activities)


@pytest.mark.parametrize("at", ["before", "after"])
def test_death_between_commit_and_learning(hammers, settings, tmp_path, alice, activities, at):
    """Not by chance: the store kills its process as it is to learn what is committed, before or after it wrote."""
    made = use(settings, files(tmp_path / "store"))
    look(alice, activities[SPORT][0])
    dying = {"BACKEND": f"tests.support.dying.Dying{at.title()}", "OPTIONS": made["OPTIONS"]}
    job = {"do": "kill", "user": alice.pk, "items": [str(activities[SPORT][1].pk)], "verb": "view", "within": 0}
    for n in range(3):
        assert hammers.run([job], dying) == [SIGKILL]
        behind = stores["default"].get(personal.key(alice.pk, "activities"))["sequence"]
        assert (behind, personal.log(alice.pk, "activities").count()) == (n + (2 if at == "after" else 1), n + 2)
        check(alice)


def test_a_dead_process_lock_in_redis_delays_a_reader_until_it_expires(settings, redis_url, alice, activities):
    use(settings, redis(redis_url, LOCK_SECONDS=1))
    look(alice, activities[SPORT][0])
    store, key = stores["default"], personal.key(alice.pk, "activities")
    behind = store.get(key)
    look(alice, activities[SPORT][1])
    store.put(key, behind)
    store.client.set(store._name("lock", key), "of a dead process", px=1000)
    began = time.perf_counter()
    check(alice)
    assert 0.5 < time.perf_counter() - began < 5
