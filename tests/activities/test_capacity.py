"""Many at once: no place is given twice, on SQLite and on a real PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from activities import services
from activities.errors import Conflict
from activities.models import Activity, Participation
from recommendations.models import Event

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
PEOPLE, PLACES = 20, 5


def at_once(function, arguments):
    """Call `function` for all arguments in as many threads, starting together."""
    barrier = Barrier(len(arguments))

    def call(argument):
        barrier.wait()
        try:
            return function(argument)
        except Conflict as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(arguments)) as pool:
        return list(pool.map(call, arguments))


@pytest.fixture
def people(make_user):
    return [make_user(f"user{n}") for n in range(PEOPLE)]


def outcome(activity):
    activity.refresh_from_db()
    approved = Participation.objects.filter(activity=activity, status="approved").count()
    return approved, activity.participant_count


def test_twenty_ask_for_five_places(make_activity, people):
    activity = make_activity(capacity=PLACES, needs_approval=False)
    results = at_once(lambda user: services.participation_request(user=user, activity=activity)[0].status, people)
    assert sorted(results) == ["approved"] * PLACES + ["full"] * (PEOPLE - PLACES)
    assert outcome(activity) == (PLACES, PLACES)
    assert Event.objects.filter(domain="activities", verb="join").count() == PLACES


def test_twenty_are_approved_for_five_places(alice, make_activity, people):
    activity = make_activity(capacity=PLACES)
    places = [services.participation_request(user=user, activity=activity)[0] for user in people]
    results = at_once(lambda place: services.participation_approve(user=alice, participation=place).status, places)
    assert sorted(results) == ["approved"] * PLACES + ["full"] * (PEOPLE - PLACES)
    assert outcome(activity) == (PLACES, PLACES)


def test_one_member_asks_and_likes_in_many_tabs(bob, make_activity):
    activity = make_activity()

    def act(number):
        if number % 2:
            return services.participation_request(user=bob, activity=activity)[1]
        return services.like(user=bob, activity=activity)[1]

    assert sorted(at_once(act, range(8))) == [False] * 6 + [True] * 2
    activity.refresh_from_db()
    assert (activity.like_count, Participation.objects.count()) == (1, 1)
    assert sorted(Event.objects.values_list("user", "verb")) == sorted(
        [(bob.pk, "join"), (bob.pk, "join"), (bob.pk, "like")]
    )


def test_likes_of_many_are_all_counted(make_activity, people):
    activity = make_activity()
    at_once(lambda user: services.like(user=user, activity=activity), people)
    assert Activity.objects.get(pk=activity.pk).like_count == PEOPLE
