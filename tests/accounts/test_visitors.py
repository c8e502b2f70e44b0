"""Visitors keep one key, and become members with it."""

import pytest
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.http import HttpResponse
from django.test import RequestFactory
from rest_framework.exceptions import ValidationError

from accounts import visitors
from accounts.hooks import hooks
from accounts.middleware import VisitorTokenMiddleware
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def request_to(path, cookies=None, **headers):
    request = RequestFactory().get(path, headers=headers)
    request.session = SessionStore()
    request.COOKIES.update(cookies or {})
    return request


def test_nobody_gets_a_key_by_looking():
    request = request_to("/")
    assert visitors.visitor_key(request) is None
    assert dict(request.session) == {}


def test_a_browser_keeps_its_key_in_the_session():
    request = request_to("/")
    key = visitors.visitor_key(request, create=True)
    assert visitors.visitor_key(request) == request.session["moa_visitor"] == key


def test_an_api_client_gets_a_token_that_stands_for_the_key():
    request = request_to("/api/v1/events/")
    key = visitors.visitor_key(request, create=True)
    assert visitors.visitor_key(request, create=True) == key
    assert dict(request.session) == {}
    token = VisitorTokenMiddleware(lambda request: HttpResponse())(request)["X-Visitor"]
    assert visitors.visitor_key(request_to("/api/v1/events/", **{"X-Visitor": token})) == key


def test_a_browser_that_calls_the_api_keeps_its_session():
    request = request_to("/api/v1/events/", {"csrftoken": "x"})
    key = visitors.visitor_key(request, create=True)
    assert request.session["moa_visitor"] == key
    assert not hasattr(request, "moa_new_visitor")


@pytest.mark.parametrize("token", ["x", "a:b", "0" * 32, "x" * 100_000, "é", "a:b:c"])
def test_a_forged_token_is_refused_by_name(token):
    with pytest.raises(ValidationError) as error:
        visitors.visitor_key(request_to("/api/v1/events/", **{"X-Visitor": token}))
    assert list(error.value.detail) == ["X-Visitor"]


def test_a_forged_token_makes_no_member(api):
    data = {"email": "a@moa.example", "password": PASSWORD, "nickname": "alice"}
    response = api.post("/api/v1/auth/signup/", data, headers={"X-Visitor": "forged"})
    assert (response.status_code, list(response.json()["errors"])) == (400, ["X-Visitor"])
    assert api.post("/api/v1/auth/signup/", data).status_code == 201


def test_signing_up_with_the_token_tells_the_hooks_once(api, calls, django_user_model):
    data = {"email": "a@moa.example", "password": PASSWORD, "nickname": "alice"}
    api.post("/api/v1/auth/signup/", data, headers={"X-Visitor": visitors.token("v1")})
    assert calls["login"] == [("v1", django_user_model.objects.get().pk)]


def test_logging_in_with_the_token_tells_the_hooks(tokens, alice, calls):
    tokens(alice, **{"X-Visitor": visitors.token("v1")})
    tokens(alice)
    assert calls["login"] == [("v1", alice.pk)]


def test_a_browser_s_visitor_becomes_the_member_once(client, alice, calls):
    session = client.session
    session["moa_visitor"] = "v2"
    session.save()
    for _again in range(2):
        client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    assert calls["login"] == [("v2", alice.pk)]
    assert "moa_visitor" not in client.session


def test_a_broken_hook_locks_nobody_out(tokens, bearer, alice, calls):
    def fail(key, user):
        user.categories.set([1])
        raise RuntimeError

    hooks.on_login("broken", fail)
    try:
        access = tokens(alice, **{"X-Visitor": visitors.token("v1")})["access"]
    finally:
        hooks.unregister("login", "broken")
    assert bearer(access).get("/api/v1/me/").json()["categories"] == []


def test_the_next_visitor_on_the_same_machine_is_somebody_new(client, alice, bob, calls):
    session = client.session
    session["moa_visitor"] = "v3"
    session.save()
    client.force_login(alice)
    client.post("/accounts/logout/")
    client.force_login(bob)
    assert calls["login"] == [("v3", alice.pk)]
