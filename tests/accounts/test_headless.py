"""allauth's own API, which apps may use beside /api/v1/: the same rules hold."""

import pytest

from accounts.models import User
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
SIGNUP = "/_allauth/app/v1/auth/signup"
ALICE = {"email": "alice@moa.example", "password": PASSWORD, "nickname": "앨리스"}


def post(client, url, data):
    return client.post(url, data, content_type="application/json")


def test_it_signs_up_with_a_nickname(client):
    answer = post(client, SIGNUP, ALICE)
    assert answer.status_code == 200, answer.content
    assert User.objects.get().nickname == "앨리스"
    assert sorted(answer.json()["meta"]) == ["access_token", "is_authenticated", "refresh_token", "session_token"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"nickname": "<b>"}, "nickname"),
        ({"nickname": ""}, "nickname"),
        ({"nickname": "bob"}, "nickname"),
        ({"nickname": 1}, "nickname"),
        ({"email": "bob@moa.example"}, "email"),
        ({"email": "a\0@moa.example"}, "email"),
        ({"password": "x" * 100_000}, "password"),
        ({"password": "short"}, "password"),
    ],
)
def test_it_refuses_what_the_site_refuses(client, bob, change, field):
    answer = post(client, SIGNUP, ALICE | change)
    assert (answer.status_code, {error.get("param") for error in answer.json()["errors"]}) == (400, {field})
    assert User.objects.count() == 1
