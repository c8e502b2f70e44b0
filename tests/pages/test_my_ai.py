"""My AI: what was learned, and taking it back."""

import pytest

from recommendations import personal, services
from recommendations.domains import domains
from recommendations.models import Event

HISTORY = "/me/ai/activities/"


def learn(user, rows, verb="like"):
    return [services.record_event(domain="activities", item=row, verb=verb, user=user)[0] for row in rows]


def digest(user):
    return personal.digest_of(personal.load(user.pk, domains["activities"]))


@pytest.mark.parametrize("address", ["/me/ai/", HISTORY, "/me/ai/activities/reset/"])
def test_visitors_are_sent_to_log_in(client, town, address):
    response = client.get(address)
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/?next=")


@pytest.mark.parametrize("action", ["undo", "pause", "resume", "reset", "events/1/forget"])
def test_visitors_change_nothing(client, town, action):
    assert client.post(f"{HISTORY}{action}/").status_code == 302
    assert Event.objects.count() == 0


def test_each_sees_their_own_models(client_of, town, alice, bob):
    learn(alice, town["climbing"])
    learn(bob, town["cooking"][:1])
    assert client_of(alice).get("/me/ai/").context["events"] == 4
    assert client_of(bob).get("/me/ai/").context["events"] == 1
    page = client_of(bob).get(HISTORY).content.decode()
    assert town["cooking"][0].title in page
    assert town["climbing"][0].title not in page


def test_forgetting_is_exact(client_of, town, alice):
    learn(alice, town["climbing"][:1])
    before = digest(alice)
    [event] = learn(alice, town["cooking"][:1])
    response = client_of(alice).post(f"{HISTORY}events/{event.pk}/forget/", follow=True)
    assert response.status_code == 200
    assert digest(alice) == before
    assert town["cooking"][0].title not in response.content.decode()
    assert [line["forgotten"] for line in response.context["lines"]] == [True, False]


def test_nobody_forgets_for_others(client_of, town, alice, bob, charlie):
    [event] = learn(alice, town["climbing"][:1])
    before = digest(alice)
    for user in (bob, charlie):
        assert client_of(user).post(f"{HISTORY}events/{event.pk}/forget/").status_code == 404
    assert digest(alice) == before
    assert client_of(alice).post(f"{HISTORY}events/{event.pk}/forget/").status_code == 302
    assert client_of(alice).post(f"{HISTORY}events/{event.pk}/forget/").status_code == 404
    assert client_of(alice).post(f"{HISTORY}events/{'9' * 30}/forget/").status_code == 404


def test_undo_the_last(client_of, town, alice):
    learn(alice, town["climbing"][:1])
    before = digest(alice)
    learn(alice, town["cooking"][:3])
    client_of(alice).post(f"{HISTORY}undo/", {"n": 3})
    assert digest(alice) == before


@pytest.mark.parametrize("n", ["0", "-1", "101", "abc", "1000000000"])
def test_undo_refuses_bad_numbers(client_of, town, alice, n):
    learn(alice, town["climbing"][:1])
    before = digest(alice)
    assert client_of(alice).post(f"{HISTORY}undo/", {"n": n}).status_code == 400
    assert digest(alice) == before


def test_pause_and_resume(client_of, town, alice):
    client = client_of(alice)
    client.post(f"{HISTORY}pause/")
    before = digest(alice)
    learn(alice, town["climbing"][:1], "view")
    assert digest(alice) == before
    page = client.get(HISTORY)
    assert page.context["model"]["paused"] is True
    assert f"{HISTORY}resume/" in page.content.decode()
    client.post(f"{HISTORY}resume/")
    learn(alice, town["climbing"][:1], "view")
    assert digest(alice) != before


def test_reset_asks_first(client_of, town, alice, htmx):
    learn(alice, town["climbing"])
    client = client_of(alice)
    assert "<html" in client.get(f"{HISTORY}reset/").content.decode()
    assert "<html" not in client.get(f"{HISTORY}reset/", headers=htmx).content.decode()
    assert Event.objects.filter(user=alice).count() == 4
    client.post(f"{HISTORY}reset/")
    assert Event.objects.filter(user=alice).count() == 0


def test_history_comes_in_pages(client_of, town, alice):
    learn(alice, town["climbing"] * 6, "view")
    client = client_of(alice)
    first = client.get(HISTORY).context
    assert (len(first["lines"]), first["next"]) == (20, 2)
    second = client.get(f"{HISTORY}?page=2").context
    assert (len(second["lines"]), second["next"]) == (4, 0)
    for bad in ("0", "-1", "abc", "1000000000"):
        assert client.get(f"{HISTORY}?page={bad}").status_code == 400
    assert client.get("/me/ai/nothing/").status_code == 404


@pytest.mark.parametrize("items", [1, 3])
def test_queries_do_not_grow_with_events(client_of, town, alice, django_assert_num_queries, items):
    client = client_of(alice)
    learn(alice, town["climbing"][:items])
    client.get(HISTORY)
    with django_assert_num_queries(9):
        client.get(HISTORY)
    client.get("/me/ai/")
    with django_assert_num_queries(19):
        client.get("/me/ai/")


def test_pages_are_never_kept_by_caches(client_of, town, alice):
    assert "no-store" in client_of(alice).get("/me/ai/")["Cache-Control"]
