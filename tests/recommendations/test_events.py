"""Recording, forgetting, pausing: the log and the model always say the same."""

import datetime as dt

import pytest
from django.utils import timezone

from activities.models import Like
from recommendations import personal, services
from recommendations.domains import domains
from recommendations.models import Event
from recommendations.services import EventError, record_event
from tests.recommendations.conftest import FOOD, SPORT


def state_of(user):
    return personal.load(user.pk, domains["activities"])


def replayed(user):
    return personal.replay(personal.log(user.pk, "activities").order_by("sequence"), domain="activities")


def look(user, row, **fields):
    return record_event(domain="activities", item=row, verb=fields.pop("verb", "view"), user=user, **fields)


def test_a_view_is_row_and_model_together(alice, activities):
    event, created = look(alice, activities[SPORT][0])
    assert (created, event.sequence, event.weight) == (True, 1, 1000)
    assert list(personal.history_of(state_of(alice))) == [(event.revision_id, 1000, 0)]


def test_every_view_counts(alice, activities):
    for _ in range(10):
        look(alice, activities[SPORT][0])
    assert state_of(alice)["events"] == 10
    assert [liked for _, liked, _ in personal.history_of(state_of(alice))] == [10_000]


def test_the_same_client_id_is_recorded_once(alice, bob, activities):
    first, _ = look(alice, activities[SPORT][0], client_id="a1")
    again, created = look(alice, activities[SPORT][0], client_id="a1")
    _, other = look(bob, activities[SPORT][0], client_id="a1")
    assert (again.pk, created, other) == (first.pk, False, True)


def test_a_like_is_one_thing(alice, activities):
    row = activities[FOOD][0]
    first, _ = look(alice, row, verb="like")
    again, created = look(alice, row, verb="like")
    assert (again.pk, created) == (first.pk, False)
    assert Like.objects.filter(user=alice).count() == 1
    services.take_back(user=alice, domain="activities", item=row, verb="like")
    assert Like.objects.filter(user=alice).count() == 0
    assert personal.digest_of(state_of(alice)) == personal.digest_of(personal.new_state("activities"))


def test_a_dislike_has_a_channel_of_its_own(alice, activities):
    event, _ = look(alice, activities[FOOD][0], verb="dislike")
    assert list(personal.history_of(state_of(alice))) == [(event.revision_id, 0, 3000)]


def test_forgetting_equals_never_having_done_it(alice, bob, activities):
    a, b, c = activities[SPORT][:3]
    look(alice, a)
    event, _ = look(alice, b, verb="like")
    look(alice, c)
    look(bob, a)
    look(bob, c)
    assert services.forget_event(alice, event.pk)
    assert personal.digest_of(state_of(alice)) == personal.digest_of(state_of(bob))
    assert state_of(alice) == replayed(alice)
    event.refresh_from_db()
    assert (event.item_id, event.verb, event.revision_id, event.weight) == ("", "", None, 0)


def test_forgetting_is_exact_after_staff_changed_a_weight(alice, bob, activities):
    from ml import parameters

    event, _ = look(alice, activities[SPORT][0])
    parameters.set("activities.verbs", "view", 4.0)
    look(alice, activities[SPORT][1])
    look(bob, activities[SPORT][1])
    services.forget_event(alice, event.pk)
    assert personal.digest_of(state_of(alice)) == personal.digest_of(state_of(bob))


def test_what_was_learned_stays_when_the_text_is_edited(alice, activities):
    from activities.models import Activity
    from recommendations.publishing import publish_rows

    row = activities[SPORT][0]
    event, _ = look(alice, row)
    Activity.objects.filter(pk=row.pk).update(title="완전히 다른 모임")
    publish_rows(domains["activities"], [Activity.objects.get(pk=row.pk)])
    later, _ = look(alice, Activity.objects.get(pk=row.pk))
    assert event.revision_id != later.revision_id
    assert "한강 러닝" in event.revision.text
    assert state_of(alice) == replayed(alice)


def test_members_never_forget_each_others_events(alice, bob, activities):
    event, _ = look(alice, activities[SPORT][0])
    assert services.forget_event(bob, event.pk) is False
    assert state_of(alice)["events"] == 1


def test_forgetting_twice_is_forgetting_once(alice, activities):
    event, _ = look(alice, activities[SPORT][0])
    assert services.forget_event(alice, event.pk) is True
    assert services.forget_event(alice, event.pk) is False
    assert state_of(alice)["forgotten"] == 1


def test_undo_takes_the_last_ones(alice, activities):
    for row in activities[SPORT][:3]:
        look(alice, row)
    assert services.undo(alice, "activities", 2) == 2
    assert [ref for ref, _, _ in personal.history_of(state_of(alice))] == [Event.objects.get(sequence=1).revision_id]


def test_a_paused_model_learns_nothing_and_a_replay_knows(alice, activities):
    look(alice, activities[SPORT][0])
    before = personal.digest_of(state_of(alice))
    services.pause(alice, "activities")
    look(alice, activities[SPORT][1])
    assert personal.digest_of(state_of(alice)) == before
    assert state_of(alice) == replayed(alice)
    services.resume(alice, "activities")
    look(alice, activities[SPORT][2])
    assert (state_of(alice)["paused"], len(personal.history_of(state_of(alice)))) == (False, 2)


def test_reset_leaves_nothing(alice, activities):
    look(alice, activities[SPORT][0])
    services.reset(alice, "activities")
    assert state_of(alice) == personal.new_state("activities")
    assert not Event.objects.filter(user=alice).exists()


def test_a_visitors_events_become_the_members_once(alice, activities):
    for row in activities[FOOD][:3]:
        record_event(domain="activities", item=row, verb="view", visitor="v1")
    assert services.adopt_visitor("v1", alice) == 3
    assert services.adopt_visitor("v1", alice) == 0
    assert state_of(alice)["events"] == 3
    assert state_of(alice) == replayed(alice)


def test_a_visitors_like_becomes_a_like(alice, activities):
    record_event(domain="activities", item=activities[FOOD][0], verb="like", visitor="v1")
    services.adopt_visitor("v1", alice)
    assert Like.objects.filter(user=alice, activity=activities[FOOD][0]).exists()


@pytest.mark.parametrize(
    ("fields", "culprit"),
    [
        ({"domain": "cars"}, "domain"),
        ({"verb": "kick"}, "verb"),
        ({"verb": "join"}, "verb"),
        ({"item": "999999"}, "item"),
        ({"item": "abc"}, "item"),
        ({"item": "9" * 30}, "item"),
        ({"occurred_at": timezone.now() + dt.timedelta(days=1)}, "occurred_at"),
        ({"occurred_at": dt.datetime(1900, 1, 1, tzinfo=dt.UTC)}, "occurred_at"),
        ({"value": float("nan")}, "value"),
        ({"recommendation_id": "forged"}, "recommendation_id"),
    ],
)
def test_bad_events_name_the_culprit(alice, activities, fields, culprit):
    good = {"domain": "activities", "item": str(activities[SPORT][0].pk), "verb": "view"}
    with pytest.raises(EventError) as error:
        record_event(user=alice, **{**good, **fields})
    assert error.value.field == culprit
    assert not Event.objects.exists()


def test_drafts_of_others_cannot_be_looked_at(alice, make_activity):
    draft = make_activity("비공개", status="draft")
    with pytest.raises(EventError):
        record_event(domain="activities", item=str(draft.pk), verb="view", user=alice)


def test_recording_takes_a_fixed_number_of_queries(alice, activities, django_assert_num_queries):
    from recommendations.catalogue import current

    look(alice, activities[SPORT][0])
    current("activities")
    with django_assert_num_queries(6):  # revisions, savepoint, lock, event, model, release
        look(alice, activities[SPORT][1])
