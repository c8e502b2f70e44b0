"""Sign-up and tokens over REST."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connections
from rest_framework.test import APIClient

from accounts.models import MemberSession, User
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
SIGNUP, TOKEN, REFRESH = "/api/v1/auth/signup/", "/api/v1/auth/token/", "/api/v1/auth/token/refresh/"
ALICE = {"email": "Alice@Moa.example", "password": PASSWORD, "nickname": "앨리스"}


def test_signing_up_makes_a_member_who_is_logged_in(api, bearer):
    response = api.post(SIGNUP, ALICE)
    assert (response.status_code, sorted(response.json())) == (201, ["access", "refresh"])
    assert response.cookies == {}
    me = bearer(response.json()["access"]).get("/api/v1/me/").json()
    assert (me["email"], me["nickname"], me["email_verified"]) == ("alice@moa.example", "앨리스", False)


def test_signing_up_sends_a_link_that_verifies_the_address(api, client, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        api.post(SIGNUP, ALICE)
    assert [message.to for message in mail.outbox] == [["alice@moa.example"]]
    link = next(word for word in mail.outbox[0].body.split() if "/confirm-email/" in word)
    path = link.partition("testserver")[2]
    assert client.get(path).status_code == 200
    client.post(path)
    assert EmailAddress.objects.get().verified is True


@pytest.mark.parametrize("backend", ["smtp.EmailBackend", "nonsense.Backend"])
def test_without_a_mail_server_the_member_is_whole_all_the_same(
    api, settings, backend, django_capture_on_commit_callbacks
):
    settings.EMAIL_BACKEND, settings.EMAIL_PORT = f"django.core.mail.backends.{backend}", 1
    with django_capture_on_commit_callbacks(execute=True):
        assert api.post(SIGNUP, ALICE).status_code == 201
    assert EmailAddress.objects.filter(user=User.objects.get(), primary=True).count() == 1


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"email": ""}, ["email"]),
        ({"email": "no address"}, ["email"]),
        ({"email": "a@b.c\0"}, ["email"]),
        ({"email": "x" * 1_000_000 + "@moa.example"}, ["email"]),
        ({"email": ["a@moa.example"]}, ["email"]),
        ({"email": None}, ["email"]),
        ({"password": "short"}, ["password"]),
        ({"password": "password123"}, ["password"]),
        ({"password": "12345678901"}, ["password"]),
        ({"password": "alice@moa.example"}, ["password"]),
        ({"password": "x" * 1_000_000}, ["password"]),
        ({"password": "long enough\0really"}, ["password"]),
        ({"password": {"a": 1}}, ["password"]),
        ({"nickname": ""}, ["nickname"]),
        ({"nickname": "x"}, ["nickname"]),
        ({"nickname": "<script>alert(1)</script>"}, ["nickname"]),
        ({"nickname": "a\0b"}, ["nickname"]),
        ({"nickname": "x" * 1_000_000}, ["nickname"]),
        ({"nickname": 12345}, ["nickname"]),
        ({"nickname": True}, ["nickname"]),
        ({"email": 1, "password": 2, "nickname": 3}, ["email", "nickname", "password"]),
    ],
)
def test_a_bad_field_is_named_and_nothing_is_made(api, change, fields):
    response = api.post(SIGNUP, ALICE | change)
    assert (response.status_code, sorted(response.json()["errors"])) == (400, fields)
    assert response["Content-Type"] == "application/problem+json"
    assert User.objects.count() == 0


@pytest.mark.parametrize("body", [b"{", b"[]", b'"text"', b"null", b"1", b"\xff\xfe", b""])
@pytest.mark.parametrize("url", [SIGNUP, TOKEN, REFRESH])
def test_a_body_that_is_no_object_is_refused(api, url, body):
    response = api.generic("POST", url, body, content_type="application/json")
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.parametrize(
    ("change", "field"),
    [({"nickname": "new"}, "email"), ({"email": "new@moa.example", "nickname": "앨리스"}, "nickname")],
)
def test_a_duplicate_is_named(api, change, field):
    api.post(SIGNUP, ALICE)
    response = api.post(SIGNUP, ALICE | {"email": "ALICE@moa.example"} | change)
    assert (response.status_code, list(response.json()["errors"])) == (400, [field])
    assert User.objects.count() == 1


def test_logging_in_is_about_the_address_in_any_case(api, alice):
    response = api.post(TOKEN, {"email": "ALICE@moa.example", "password": PASSWORD})
    assert (response.status_code, sorted(response.json())) == (200, ["access", "refresh"])


def test_a_stale_token_does_not_keep_anybody_from_logging_in(bearer, alice):
    assert bearer("stale").post(TOKEN, {"email": alice.email, "password": PASSWORD}).status_code == 200


def test_a_wrong_password_and_an_unknown_address_look_the_same(api, alice, make_user):
    make_user("gone", is_active=False)
    answers = [
        api.post(TOKEN, {"email": email, "password": password})
        for email, password in [
            (alice.email, "wrong-password-1"),
            ("nobody@moa.example", PASSWORD),
            ("gone@moa.example", PASSWORD),
        ]
    ]
    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert answers[0].content == answers[1].content == answers[2].content
    assert answers[0]["WWW-Authenticate"] == "Bearer"


def test_a_placeholder_cannot_log_in(api, make_user):
    user = make_user("7", is_active=False, is_placeholder=True, external_id="7")
    assert api.post(TOKEN, {"email": user.email, "password": PASSWORD}).status_code == 401


def test_too_many_wrong_passwords_lock_the_address_and_no_other(api, settings, alice, bob):
    settings.AXES_ENABLED = True
    wrong = {"email": alice.email, "password": "wrong-password-1"}
    answers = [api.post(TOKEN, wrong).status_code for _try in range(settings.AXES_FAILURE_LIMIT)]
    assert answers == [401] * (settings.AXES_FAILURE_LIMIT - 1) + [429]
    locked = api.post(TOKEN, {"email": alice.email.upper(), "password": PASSWORD})
    assert (locked.status_code, locked["Content-Type"]) == (429, "application/problem+json")
    assert int(locked["Retry-After"]) == 900
    assert api.post(TOKEN, {"email": bob.email, "password": PASSWORD}).status_code == 200


def test_a_refresh_token_works_once(api, bearer, tokens, alice):
    first = tokens(alice)
    second = api.post(REFRESH, {"refresh": first["refresh"]})
    assert second.status_code == 200
    assert bearer(second.json()["access"]).get("/api/v1/me/").status_code == 200
    again = api.post(REFRESH, {"refresh": first["refresh"]})
    assert (again.status_code, again.json()["code"]) == (401, "invalid_refresh")
    assert api.post(REFRESH, {"refresh": second.json()["refresh"]}).status_code == 200


@pytest.mark.parametrize("refresh", ["x", "a.b.c", "x" * 1999, "é"])
def test_a_forged_refresh_token_is_refused(api, refresh):
    assert api.post(REFRESH, {"refresh": refresh}).status_code == 401


def test_an_access_token_is_no_refresh_token_nor_the_other_way_round(api, bearer, tokens, alice):
    found = tokens(alice)
    assert api.post(REFRESH, {"refresh": found["access"]}).status_code == 401
    assert bearer(found["refresh"]).get("/api/v1/me/").status_code == 401


@pytest.mark.parametrize("refresh", [None, 1, ["x"], "", "x" * 1_000_000])
def test_what_cannot_be_a_refresh_token_is_refused_by_name(api, refresh):
    response = api.post(REFRESH, {"refresh": refresh})
    assert (response.status_code, list(response.json()["errors"])) == (400, ["refresh"])


def test_logging_out_ends_one_client_and_no_other(api, bearer, tokens, alice):
    here, there = tokens(alice), tokens(alice)
    assert bearer(here["access"]).post("/api/v1/auth/logout/").status_code == 204
    assert bearer(here["access"]).get("/api/v1/me/").status_code == 401
    assert api.post(REFRESH, {"refresh": here["refresh"]}).status_code == 401
    assert bearer(there["access"]).get("/api/v1/me/").status_code == 200


def test_logging_out_everywhere_ends_all_tokens_and_browsers_of_this_member_only(
    api, client, bearer, tokens, alice, bob
):
    here, there, other = tokens(alice), tokens(alice), tokens(bob)
    client.force_login(alice)
    assert bearer(here["access"]).post("/api/v1/auth/logout-everywhere/").status_code == 204
    assert [bearer(found["access"]).get("/api/v1/me/").status_code for found in (here, there, other)] == [401, 401, 200]
    assert api.post(REFRESH, {"refresh": there["refresh"]}).status_code == 401
    assert client.get("/accounts/profile/").status_code == 302
    assert list(MemberSession.objects.values_list("user_id", flat=True)) == [bob.pk]


def test_a_new_password_ends_the_tokens(bearer, tokens, alice):
    found = tokens(alice)
    alice.set_password("another-Password-2")
    alice.save()
    assert bearer(found["access"]).get("/api/v1/me/").status_code == 401


def test_a_member_who_is_shut_out_is_out_at_once(bearer, tokens, alice):
    found = tokens(alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert bearer(found["access"]).get("/api/v1/me/").status_code == 401


def test_tokens_expire(bearer, tokens, alice, settings):
    settings.HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN = -1
    assert bearer(tokens(alice)["access"]).get("/api/v1/me/").status_code == 401


def test_logging_in_through_the_api_leaves_the_browser_s_session_alone(client, alice, bob):
    client.force_login(bob)
    before = client.session.session_key
    body = {"email": alice.email, "password": PASSWORD}
    client.post(TOKEN, body, content_type="application/json")
    assert client.session.session_key == before
    assert client.get("/api/v1/me/").json()["nickname"] == "bob"


def test_signing_up_is_throttled(api, settings):
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {
        "DEFAULT_THROTTLE_CLASSES": ["common.throttles.ScopedThrottle"],
        "DEFAULT_THROTTLE_RATES": {"signup": "1/hour"},
    }
    from accounts.api.auth import SignupView
    from common.throttles import ScopedThrottle

    SignupView.throttle_classes, before = [ScopedThrottle], SignupView.throttle_classes
    try:
        answers = [api.post(SIGNUP, {}) for _again in range(2)]
    finally:
        SignupView.throttle_classes = before
    assert [answer.status_code for answer in answers] == [400, 429]
    assert 0 < int(answers[1]["Retry-After"]) <= 3601


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_a_name_at_the_same_moment_one_gets_it():
    start = Barrier(2)

    def sign_up(number):
        start.wait()
        try:
            return APIClient().post(SIGNUP, ALICE | {"email": f"alice{number}@moa.example"}).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(sign_up, range(2))) == [201, 400]
    assert (User.objects.count(), EmailAddress.objects.count()) == (1, 1)
