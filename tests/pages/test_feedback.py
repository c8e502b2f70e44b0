"""Like, not interested, take back, and why."""

import json

import pytest

from activities.models import Activity, Like
from recommendations.models import Event

AI = "/fragments/feed/activities/for-you/"


def post(client, row, action, **extra):
    return client.post(f"/feedback/activities/{row.pk}/", {"action": action}, **extra)


def test_a_like_is_row_event_and_model(client_of, town, alice, htmx):
    client, row = client_of(alice), town["climbing"][0]
    response = post(client, row, "like", headers=htmx)
    assert response.status_code == 200
    assert 'value="unlike"' in response.content.decode()
    assert "toast" in json.loads(response["HX-Trigger"])
    assert list(Like.objects.values_list("user_id", "activity_id")) == [(alice.pk, row.pk)]
    event = Event.objects.get(user=alice)
    assert (event.verb, event.item_id, event.weight) == ("like", str(row.pk), 3000)
    assert client.get(AI).context["result"].model["events"] == 1


def test_a_second_like_counts_once_and_unlike_forgets(client_of, town, alice, htmx):
    client, row = client_of(alice), town["climbing"][0]
    post(client, row, "like", headers=htmx)
    post(client, row, "like", headers=htmx)
    assert Event.objects.filter(user=alice).count() == 1
    response = post(client, row, "unlike", headers=htmx)
    assert 'value="like"' in response.content.decode()
    assert Like.objects.count() == 0
    assert Event.objects.filter(user=alice, forgotten_at=None).count() == 0
    assert post(client, row, "unlike", headers=htmx).status_code == 200


def test_the_feed_shows_what_is_liked_by_oneself_only(client_of, town, alice, bob):
    row = town["climbing"][0]
    post(client_of(alice), row, "like")
    liked = [
        card.id for card in client_of(alice).get("/fragments/feed/activities/latest/").context["cards"] if card.liked
    ]
    assert liked == [str(row.pk)]
    assert [c.id for c in client_of(bob).get("/fragments/feed/activities/latest/").context["cards"] if c.liked] == []


def test_not_interested_hides_and_can_be_taken_back(client_of, town, alice, htmx):
    client, row = client_of(alice), town["cooking"][0]
    response = post(client, row, "dislike", headers=htmx)
    assert "dismissed" in response.content.decode()
    assert str(row.pk) not in [card.id for card in client.get(AI).context["cards"]]
    response = post(client, row, "undislike", headers=htmx)
    assert 'class="feed-item"' in response.content.decode()
    assert str(row.pk) in [card.id for card in client.get(AI).context["cards"]]


def test_without_script_the_buttons_return_to_the_page(client_of, town, alice):
    response = post(client_of(alice), town["cooking"][0], "like", HTTP_REFERER="http://testserver/?tab=latest")
    assert (response.status_code, response["Location"]) == (302, "http://testserver/?tab=latest")
    response = post(client_of(alice), town["cooking"][1], "like", HTTP_REFERER="https://evil.example/")
    assert response["Location"] == "/"


def test_visitors_are_recorded_under_their_session(client, town, htmx):
    response = post(client, town["cooking"][0], "like", headers=htmx)
    assert response.status_code == 200
    event = Event.objects.get()
    assert (event.user_id, event.verb) == (None, "like")
    assert event.visitor
    assert post(client, town["cooking"][0], "unlike", headers=htmx).status_code == 403


@pytest.mark.parametrize("action", ["", "join", "impression", "un", "unjoin", "<script>"])
def test_other_actions_are_refused(client_of, town, alice, htmx, action):
    assert post(client_of(alice), town["cooking"][0], action, headers=htmx).status_code == 400
    assert Event.objects.count() == 0


@pytest.mark.parametrize("item", ["0", "999999", "abc", "9" * 40, "%00"])
@pytest.mark.parametrize("action", ["like", "unlike"])
def test_unknown_items_are_404(client_of, town, alice, htmx, item, action):
    response = client_of(alice).post(f"/feedback/activities/{item}/", {"action": action}, headers=htmx)
    assert response.status_code == 404
    assert client_of(alice).get(f"/why/activities/{item}/").status_code == 404


def test_forged_recommendation_ids_and_foreign_domains_are_refused(client_of, town, alice, htmx):
    row = town["cooking"][0]
    data = {"action": "like", "recommendation_id": "forged"}
    assert client_of(alice).post(f"/feedback/activities/{row.pk}/", data, headers=htmx).status_code == 400
    assert client_of(alice).post(f"/feedback/nothing/{row.pk}/", data, headers=htmx).status_code == 404
    # clubs are joined, not liked
    club = town["clubs"][0]
    assert client_of(alice).post(f"/feedback/clubs/{club.pk}/", {"action": "like"}, headers=htmx).status_code == 400


def test_drafts_of_others_cannot_be_reached(client_of, town, alice, bob, htmx):
    draft = Activity.objects.create(title="초안", category=town["cooking"][0].category, status="draft", host=bob)
    assert post(client_of(alice), draft, "like", headers=htmx).status_code == 404
    assert client_of(alice).get(f"/why/activities/{draft.pk}/").status_code == 404


def test_reading_is_not_writing(client_of, town, alice):
    assert client_of(alice).get(f"/feedback/activities/{town['cooking'][0].pk}/").status_code == 405


def test_why_adds_up(client_of, town, alice, htmx):
    client = client_of(alice)
    for row in town["climbing"][:3]:
        post(client, row, "like")
    response = client.get(f"/why/activities/{town['climbing'][3].pk}/", headers=htmx)
    why = response.context["why"]
    assert "<html" not in response.content.decode()
    assert why["score"] - why["base_score"] == pytest.approx(sum(c["value"] for c in why["contributions"]))
    assert sum(bar.value for bar in response.context["chart"]) == pytest.approx(why["score"] - why["base_score"])
    assert sum(bar.value for bar in response.context["feed_parts"]) == pytest.approx(why["total"], abs=1e-4)
    assert "<html" in client.get(f"/why/activities/{town['climbing'][3].pk}/").content.decode()


def test_why_is_open_to_visitors(client, town):
    assert client.get(f"/why/activities/{town['climbing'][0].pk}/").status_code == 200
