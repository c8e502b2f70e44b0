"""The member's own data over REST: profile, export, erasing, notices; and the short lists."""

import json
from base64 import b64encode

import pytest
from axes.models import AccessAttempt

from accounts import services
from accounts.models import Category, MemberSession, Region, User
from accounts.receivers import LOGIN_AT
from accounts.sessions import SessionStore
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
ME = "/api/v1/me/"


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("get", ME),
        ("patch", ME),
        ("delete", ME),
        ("get", "/api/v1/me/export/"),
        ("get", "/api/v1/me/notifications/"),
        ("post", "/api/v1/me/notifications/read/"),
        ("post", "/api/v1/auth/logout/"),
        ("post", "/api/v1/auth/logout-everywhere/"),
    ],
)
def test_visitors_have_no_self(api, method, url):
    assert getattr(api, method)(url).status_code == 401


def test_the_profile_is_changed_in_parts(api_for, alice):
    food, hobby = Category.objects.get(slug="food"), Category.objects.get(slug="hobby")
    change = {"region": "seoul", "categories": [food.pk, "hobby"], "keywords": [" 등산 ", "#커피", "커피"]}
    response = api_for(alice).patch(ME, change)
    seoul = Region.objects.get(slug="seoul")
    assert response.status_code == 200
    assert response.json() == {
        "id": alice.pk,
        "email": "alice@moa.example",
        "email_verified": False,
        "nickname": "alice",
        "region": {"id": seoul.pk, "slug": "seoul", "name": "서울특별시"},
        "categories": [
            {"id": hobby.pk, "slug": "hobby", "name": "취미"},
            {"id": food.pk, "slug": "food", "name": "푸드·드링크"},
        ],
        "keywords": ["등산", "커피"],
        "date_joined": alice.date_joined.isoformat().replace("+00:00", "Z"),
    }
    # What the API returned can be sent back.
    assert api_for(alice).patch(ME, response.json()).json() == response.json()
    assert api_for(alice).patch(ME, {"region": None, "categories": [], "keywords": []}).json()["categories"] == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"nickname": "<b>"}, "nickname"),
        ({"nickname": None}, "nickname"),
        ({"nickname": "x" * 1_000_000}, "nickname"),
        ({"nickname": "BOB"}, "nickname"),
        ({"region": 10**30}, "region"),
        ({"region": -1}, "region"),
        ({"region": "atlantis"}, "region"),
        ({"region": "a\0b"}, "region"),
        ({"region": "x" * 1_000_000}, "region"),
        ({"region": "\ud800"}, "region"),
        ({"region": True}, "region"),
        ({"region": [1]}, "region"),
        ({"region": {"id": {"id": 1}}}, "region"),
        ({"categories": "food"}, "categories"),
        ({"categories": [99999]}, "categories"),
        ({"categories": [None]}, "categories"),
        ({"categories": {"a": 1}}, "categories"),
        ({"keywords": ["a", "b", "c", "d"]}, "keywords"),
        ({"keywords": "a"}, "keywords"),
        ({"keywords": [1]}, "keywords.0"),
        ({"keywords": ["x" * 21]}, "keywords.0"),
        ({"keywords": ["<img src=x>"]}, "keywords"),
        ({"keywords": ["a\0b"]}, "keywords.0"),
        ({"keywords": ["\ud800"]}, "keywords.0"),
        ({"keywords": [["a"]]}, "keywords.0"),
    ],
)
def test_a_bad_field_is_named_and_nothing_is_changed(api_for, alice, bob, change, field):
    before = User.objects.values().get(pk=alice.pk)
    body = json.dumps({"keywords": ["ok"]} | change)
    response = api_for(alice).patch(ME, body, content_type="application/json")
    assert (response.status_code, list(response.json()["errors"])) == (400, [field])
    assert User.objects.values().get(pk=alice.pk) == before


def test_what_is_not_the_member_s_to_change_stays(api_for, alice):
    change = {"id": 1, "email": "new@moa.example", "is_staff": True, "date_joined": "2001-01-01T00:00:00Z"}
    assert api_for(alice).patch(ME, change).status_code == 200
    after = User.objects.get(pk=alice.pk)
    assert (after.email, after.is_staff, after.date_joined) == (alice.email, False, alice.date_joined)


@pytest.mark.parametrize("count", [1, 3])
def test_the_profile_takes_the_same_queries_whatever_it_holds(api_for, alice, count, django_assert_num_queries):
    alice.categories.set(Category.objects.all()[:count])
    alice = User.objects.get(pk=alice.pk)
    with django_assert_num_queries(2):  # address, categories
        assert len(api_for(alice).get(ME).json()["categories"]) == count


def test_the_export_holds_what_every_app_has(bearer, tokens, alice, calls):
    services.notify(alice, "welcome", "Welcome!")
    response = bearer(tokens(alice)["access"]).get("/api/v1/me/export/")
    found = response.json()
    assert response["Content-Disposition"].startswith('attachment; filename="moa-export-')
    assert found["account"]["email"] == alice.email
    assert found["noted"] == {"seen": "alice"}
    assert [notice["message"] for notice in found["notifications"]] == ["Welcome!"]
    assert PASSWORD not in json.dumps(found)
    assert alice.password not in json.dumps(found)


def test_erasing_leaves_nothing_of_this_member_and_all_of_the_others(api, bearer, tokens, alice, bob, calls):
    found, other = tokens(alice), tokens(bob)
    AccessAttempt.objects.create(username=alice.email, failures_since_start=1)
    services.notify(alice, "welcome", "Welcome!")
    assert bearer(found["access"]).delete(ME).status_code == 204
    assert calls["erase"] == [alice.pk]
    assert list(User.objects.values_list("nickname", flat=True)) == ["bob"]
    assert list(MemberSession.objects.values_list("user_id", flat=True)) == [bob.pk]
    assert AccessAttempt.objects.count() == 0
    assert bearer(found["access"]).get(ME).status_code == 401
    assert api.post("/api/v1/auth/token/refresh/", {"refresh": found["refresh"]}).status_code == 401
    assert bearer(other["access"]).get(ME).status_code == 200


def test_an_old_login_needs_the_password_to_erase(bearer, tokens, alice):
    client = bearer(tokens(alice)["access"])
    session = SessionStore(MemberSession.objects.get(user=alice).session_key)
    session[LOGIN_AT] = 0
    session.save()
    answers = [client.delete(ME, body) for body in ({}, {"password": "wrong-password-1"}, {"password": 1})]
    assert [(answer.status_code, list(answer.json()["errors"])) for answer in answers] == [(400, ["password"])] * 3
    assert client.delete(ME, {"password": PASSWORD}).status_code == 204


def test_where_a_hook_fails_nothing_is_erased(bearer, tokens, alice, bob, calls):
    from accounts.hooks import hooks

    def fail(user):
        raise RuntimeError

    hooks.on_erase("zzz", fail)
    try:
        client = bearer(tokens(alice)["access"])
        client.raise_request_exception = False
        assert client.delete(ME).status_code == 500
    finally:
        hooks.unregister("erase", "zzz")
    assert User.objects.count() == 2


@pytest.mark.parametrize("header", ["Bearer", "Bearer a b", "Bearer \xff", "Basic x", "Bearer " + "x" * 10_000])
def test_a_header_that_is_no_token_is_refused(api, header):
    answer = api.get(ME, headers={"Authorization": header})
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")


@pytest.mark.parametrize(
    ("kind", "status"), [("text/plain", 415), ("application/xml", 415), ("application/x-www-form-urlencoded", 415)]
)
def test_other_kinds_of_bodies_are_refused(api_for, alice, kind, status):
    assert api_for(alice).generic("PATCH", ME, "nickname=x", content_type=kind).status_code == status


def test_notices_are_the_member_s_own(api_for, alice, bob):
    for name in ("one", "two"):
        services.notify(alice, "note", "%(name)s", {"name": name})
    other = services.notify(bob, "note", "secret")
    page = api_for(alice).get("/api/v1/me/notifications/").json()
    assert sorted(page) == ["next", "previous", "results"]
    assert [notice["message"] for notice in page["results"]] == ["two", "one"]
    first = page["results"][1]["id"]
    read = api_for(alice).post("/api/v1/me/notifications/read/", {"ids": [first, other.pk]})
    assert read.json() == {"read": 1, "unread": 1}
    assert api_for(alice).post("/api/v1/me/notifications/read/").json() == {"read": 1, "unread": 0}
    assert api_for(bob).post("/api/v1/me/notifications/read/").json() == {"read": 1, "unread": 0}


@pytest.mark.parametrize("ids", [[0], ["x"], [10**30], "x", {"a": 1}, [None], list(range(1, 1002))])
def test_bad_ids_of_notices_are_refused(api_for, alice, ids):
    response = api_for(alice).post("/api/v1/me/notifications/read/", {"ids": ids})
    assert response.status_code == 400
    assert next(iter(response.json()["errors"])).startswith("ids")


@pytest.mark.parametrize("cursor", ["x", "é", "%00", "x" * 5000, b"p=abc", b"p=\0", b"r=1&p=x", b"p=1e5"])
def test_a_bad_cursor_is_refused(api_for, alice, cursor):
    cursor = b64encode(cursor).decode() if isinstance(cursor, bytes) else cursor
    assert api_for(alice).get("/api/v1/me/notifications/", {"cursor": cursor}).status_code == 404


@pytest.mark.parametrize(("name", "count"), [("categories", 13), ("regions", 17)])
def test_the_short_lists_are_open_to_all(api, name, count, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = api.get(f"/api/v1/{name}/").json()
    assert (len(found), sorted(found[0])) == (count, ["id", "name", "name_en", "name_ko", "slug"])


def test_names_come_in_the_caller_s_language(api):
    found = api.get("/api/v1/regions/", headers={"Accept-Language": "en"}).json()
    assert found[0]["name"] == "Seoul"
