"""How many statements an event takes, and that what saves one keeps the rules."""

import pytest
from django.utils import timezone

from accounts.models import User
from activities.models import Activity, Like
from ml import revisions
from recommendations import catalogue, log, services
from recommendations.models import Event


@pytest.fixture
def alice(db):
    return User.objects.create_user("alice@moa.example", "secret-of-alice", nickname="alice")


@pytest.fixture
def activity(activities):
    row = next(iter(activities.values()))[0]
    catalogue.live("activities").snapshot(revisions.current())  # as in a process that has served a feed
    return row


def view(user, item, verb="view"):
    return services.record_event(domain="activities", item=item, verb=verb, user=user)[0]


def test_a_listed_item_is_known_without_a_query(alice, activity, django_assert_num_queries):
    view(alice, str(activity.pk))
    # revisions; savepoint, model, event, model, release
    with django_assert_num_queries(6):
        event = view(alice, str(activity.pk))
    event.refresh_from_db()
    assert (event.item_id, event.revision.item_id, event.sequence) == (str(activity.pk), str(activity.pk), 2)


def test_a_like_by_id_makes_its_row(alice, activity):
    view(alice, str(activity.pk), "like")
    assert [like.activity_id for like in Like.objects.filter(user=alice)] == [activity.pk]


@pytest.mark.parametrize("how", ["draft", "gone"])
def test_what_is_not_listed_is_asked_for(alice, activity, how):
    item = str(activity.pk)
    if how == "draft":
        Activity.objects.filter(pk=activity.pk).update(status="draft")
        services.publish("activities", [Activity.objects.get(pk=activity.pk)])
    else:
        services.withdraw("activities", [item])
        activity.delete()
    with pytest.raises(services.EventError) as caught:
        view(alice, item)
    assert caught.value.code == "not_found"
    assert services.latest_event(alice, "activities", item, "view") is None


def test_a_like_of_a_row_that_vanished_writes_nothing(alice, activity):
    item = str(activity.pk)
    Activity.objects.filter(pk=activity.pk).delete()
    with pytest.raises(services.EventError) as caught:
        view(alice, item, "like")
    assert caught.value.code == "not_found"
    assert services.latest_event(alice, "activities", item, "like") is None


def test_an_appended_event_equals_a_created_one(alice, activity):
    fields = {
        "user": alice,
        "domain": "activities",
        "item_id": str(activity.pk),
        "revision_id": catalogue.current("activities").item(0).ref,
        "verb": "view",
        "weight": 1000,
        "value": 0.5,
        "occurred_at": timezone.now(),
        "client_key": None,
    }
    appended = log.append(Event(sequence=1, **fields))
    created = Event.objects.create(sequence=2, **fields)
    rows = Event.objects.filter(pk__in=(appended.pk, created.pk)).order_by("sequence").values()
    ours, theirs = ({k: v for k, v in row.items() if k not in ("id", "sequence", "recorded_at")} for row in rows)
    assert ours == theirs
    assert (appended._state.adding, rows[0]["recorded_at"]) == (False, appended.recorded_at)
