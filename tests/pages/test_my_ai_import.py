"""Importing a downloaded model on its page."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from recommendations import personal, services
from recommendations.domains import domains
from recommendations.models import Event

PAGE = "/me/ai/activities/"


def learn(user, rows):
    for row in rows:
        services.record_event(domain="activities", item=row, verb="like", user=user)


def digest(user):
    return personal.digest_of(personal.load(user.pk, domains["activities"]))


def send(client, content, name="model.json"):
    return client.post(f"{PAGE}import/", {"file": SimpleUploadedFile(name, content)}, follow=True)


@pytest.fixture
def downloaded(client_of, town, alice):
    """Alice's model as her browser downloads it."""
    learn(alice, town["climbing"])
    return client_of(alice).get("/api/v1/me/models/activities/download/").content


def said(response):
    return " ".join(str(message) for message in response.context["messages"])


def test_the_form_stands_beside_the_download(client_of, town, alice):
    page = client_of(alice).get(PAGE).content.decode()
    assert 'href="/api/v1/me/models/activities/download/"' in page
    assert f'action="{PAGE}import/"' in page


def test_a_download_is_taken_back_after_a_reset(client_of, town, alice, downloaded):
    before, client = digest(alice), client_of(alice)
    client.post(f"{PAGE}reset/")
    response = send(client, downloaded)
    assert response.redirect_chain == [(PAGE, 302)]
    assert digest(alice) == before
    assert "4" in said(response)
    again = send(client, downloaded)
    assert again.status_code == 200
    assert digest(alice) == before


def test_it_becomes_ones_own_whoever_downloaded_it(client_of, town, alice, bob, downloaded):
    send(client_of(bob), downloaded)
    assert digest(bob) == digest(alice)
    assert Event.objects.filter(user=bob).count() == 4


def spoilt(downloaded):
    content = json.loads(downloaded)
    wrong = {
        "empty": b"",
        "not JSON": b"\x00\xff",
        "a list": b"[]",
        "another domain": json.dumps({**content, "domain": "clubs"}).encode(),
        "a wrong weight": json.dumps({**content, "events": [{**content["events"][0], "weight": 1e9}]}).encode(),
        "cut": json.dumps({**content, "events": content["events"][:-1]}).encode(),
        "deep": b"[" * 100_000,
    }
    return wrong.items()


def test_what_cannot_be_imported_is_explained_and_changes_nothing(client_of, town, alice, bob, downloaded):
    client = client_of(bob)
    for name, content in spoilt(downloaded):
        response = send(client, content)
        assert response.status_code == 400, name
        assert response.context["error"], name
        assert 'aria-invalid="true"' in response.content.decode(), name
    assert client.post(f"{PAGE}import/", {"file": "text"}).status_code == 400
    assert client.post(f"{PAGE}import/").status_code == 400
    assert not Event.objects.filter(user=bob).exists()


def test_the_culprit_is_named(client_of, town, alice, downloaded):
    content = json.loads(downloaded)
    content["events"][2]["occurred_at"] = "yesterday"
    assert "events.2.occurred_at" in send(client_of(alice), json.dumps(content).encode()).context["error"]


def test_visitors_and_other_methods_change_nothing(client, client_of, town, alice):
    assert send(client, b"{}").redirect_chain[0][0].startswith("/accounts/login/")
    assert client_of(alice).get(f"{PAGE}import/").status_code == 405
    assert client_of(alice).post("/me/ai/nothing/import/").status_code == 404


def test_the_limit_is_shared_with_the_api(client_of, town, alice, downloaded, settings):
    rates = {**settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"], "import": "2/hour"}
    with override_settings(REST_FRAMEWORK={**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": rates}):
        client = client_of(alice)
        assert [send(client, downloaded).status_code for _ in range(3)] == [200, 200, 429]
