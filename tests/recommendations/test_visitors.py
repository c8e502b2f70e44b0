"""What a visitor did becomes the member's at sign-up or login, once, however often the request is repeated."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections
from rest_framework.test import APIClient

from accounts import visitors
from activities.models import Like
from recommendations import personal, services
from recommendations.domains import domains
from recommendations.models import Event
from recommendations.services import record_event
from tests.conftest import PASSWORD
from tests.recommendations.conftest import FOOD, SPORT
from tests.recommendations.test_events import look, replayed, state_of

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
SIGNUP, TOKEN, EVENTS = "/api/v1/auth/signup/", "/api/v1/auth/token/", "/api/v1/events/"
ALICE = {"email": "a@moa.example", "password": PASSWORD, "nickname": "앨리스"}


def posted(row, verb="view", **more):
    return {"domain": "activities", "item": str(row.pk), "verb": verb, **more}


def visit(client, rows, **headers):
    """Post a view of each row; returns the visitor's token."""
    response = client.post(EVENTS, [posted(row) for row in rows], headers=headers)
    assert response.status_code == 201
    return response.headers.get("X-Visitor") or headers["X-Visitor"]


def login(client, member, **headers):
    return client.post(TOKEN, {"email": member.email, "password": PASSWORD}, headers=headers)


def test_signing_up_with_a_token_takes_the_events_along(api, activities, django_user_model):
    token = visit(api, activities[SPORT])
    assert visit(api, activities[FOOD][:1], **{"X-Visitor": token}) == token
    for _again in range(3):
        api.post(SIGNUP, ALICE, headers={"X-Visitor": token})
    member = django_user_model.objects.get()
    assert state_of(member)["events"] == 7
    assert state_of(member) == replayed(member)
    assert not Event.objects.filter(user=None).exists()


def test_logging_in_again_and_again_adds_nothing(api, alice, activities):
    token = visit(api, activities[SPORT])
    for _again in range(4):
        assert login(api, alice, **{"X-Visitor": token}).status_code == 200
    assert state_of(alice)["events"] == 6


def test_what_a_visitor_does_after_logging_out_is_taken_along_next_time(api, alice, activities):
    token = visit(api, activities[SPORT])
    login(api, alice, **{"X-Visitor": token})
    visit(api, activities[FOOD][:2], **{"X-Visitor": token})
    login(api, alice, **{"X-Visitor": token})
    assert state_of(alice)["events"] == 8
    assert state_of(alice) == replayed(alice)


def test_a_browser_s_session_is_taken_along_once(client, alice, activities):
    session = client.session
    session["moa_visitor"] = "v1"
    session.save()
    for row in activities[FOOD]:
        record_event(domain="activities", item=row, verb="view", visitor="v1")
    for _again in range(2):
        client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    assert state_of(alice)["events"] == 6


def test_the_member_s_own_events_come_first(api, alice, activities):
    look(alice, activities[SPORT][0])
    token = visit(api, activities[FOOD][:2])
    login(api, alice, **{"X-Visitor": token})
    found = Event.objects.filter(user=alice).order_by("sequence").values_list("sequence", "item_id")
    assert list(found) == [(n + 1, str(row.pk)) for n, row in enumerate([activities[SPORT][0], *activities[FOOD][:2]])]


def test_a_like_of_something_liked_is_dropped(alice, activities):
    row = activities[FOOD][0]
    look(alice, row, verb="like")
    record_event(domain="activities", item=row, verb="like", visitor="v1")
    assert services.adopt_visitor("v1", alice) == 0
    row.refresh_from_db()
    assert (Like.objects.count(), row.like_count, Event.objects.count()) == (1, 1, 1)
    assert state_of(alice) == replayed(alice)


def test_the_same_client_key_is_one_event(alice, activities):
    look(alice, activities[FOOD][0], client_id="k")
    record_event(domain="activities", item=activities[FOOD][0], verb="view", visitor="v1", client_id="k")
    assert services.adopt_visitor("v1", alice) == 0
    assert Event.objects.count() == 1


def test_a_paused_model_takes_the_events_but_learns_nothing(alice, activities):
    services.pause(alice, "activities")
    record_event(domain="activities", item=activities[FOOD][0], verb="view", visitor="v1")
    assert services.adopt_visitor("v1", alice) == 1
    assert personal.digest_of(state_of(alice)) == personal.digest_of(personal.new_state("activities"))
    assert state_of(alice) == replayed(alice)


def test_items_that_are_gone_are_learned_all_the_same(alice, activities):
    row = activities[FOOD][0]
    record_event(domain="activities", item=row, verb="like", visitor="v1")
    row.delete()
    assert services.adopt_visitor("v1", alice) == 1
    assert [liked for _ref, liked, _ in personal.history_of(state_of(alice))] == [3000]
    assert not Like.objects.exists()


def test_each_domain_s_model_gets_its_own(alice, activities, db):
    from accounts.models import Category
    from activities.models import Club

    club = Club.objects.create(name="러닝 클럽", intro="달려요", owner=alice, category=Category.objects.first())
    services.publish("clubs", [club])
    record_event(domain="clubs", item=club, verb="view", visitor="v1")
    record_event(domain="activities", item=activities[FOOD][0], verb="view", visitor="v1")
    assert services.adopt_visitor("v1", alice) == 2
    assert personal.load(alice.pk, domains["clubs"])["events"] == state_of(alice)["events"] == 1


@pytest.mark.django_db(transaction=True)
def test_logins_at_the_same_moment_take_them_along_once(alice, activities):
    token = visit(APIClient(), activities[SPORT])
    gate = Barrier(4)

    def enter(_n):
        try:
            gate.wait(10)
            return login(APIClient(), alice, **{"X-Visitor": token}).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(enter, range(4))) == [200] * 4
    assert Event.objects.filter(user=alice).count() == 6
    assert state_of(alice)["events"] == 6
    assert state_of(alice) == replayed(alice)


def test_a_forged_token_gets_nobody_s_events(api, alice, activities):
    token = visit(api, activities[SPORT])
    assert login(api, alice, **{"X-Visitor": token[:-1] + "x"}).status_code == 400
    assert login(api, alice, **{"X-Visitor": visitors.token("other")}).status_code == 200
    assert state_of(alice) == personal.new_state("activities")
