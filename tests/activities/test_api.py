"""REST: what each caller may do, what bad input gets, and that lists cost the same at any length."""

import datetime as dt

import pytest
from django.utils import timezone

from activities import services
from activities.models import Activity, Club, Comment, Like, Participation

V1 = "/api/v1"


@pytest.fixture
def callers(api, api_for, alice, bob, charlie):
    """Clients by who calls: alice owns, bob is a member, charlie is a stranger, nobody is a visitor."""
    return {"alice": api_for(alice), "bob": api_for(bob), "charlie": api_for(charlie), "nobody": api}


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("get", "clubs/", None, (200, 200, 200, 200)),
        ("get", "clubs/{club}/", None, (200, 200, 200, 200)),
        ("post", "clubs/", {"name": "x", "category": "hobby"}, (201, 201, 201, 401)),
        ("patch", "clubs/{club}/", {"name": "y"}, (200, 403, 403, 401)),
        ("get", "clubs/{club}/members/", None, (200, 403, 403, 401)),
        ("patch", "clubs/{club}/members/", {"user": "{bob}", "status": "rejected"}, (200, 403, 403, 401)),
        ("post", "clubs/{club}/join/", None, (200, 200, 201, 401)),
        ("delete", "clubs/{club}/join/", None, (409, 204, 404, 401)),
        ("post", "clubs/{club}/close/", None, (200, 403, 403, 401)),
        ("delete", "clubs/{club}/", None, (204, 403, 403, 401)),
        ("get", "activities/", None, (200, 200, 200, 200)),
        ("get", "activities/{activity}/", None, (200, 200, 200, 200)),
        ("get", "activities/{draft}/", None, (200, 404, 404, 404)),
        ("post", "activities/", {"title": "x", "club": "{club}"}, (201, 201, 403, 401)),
        ("post", "activities/", {"title": "x", "category": "sports"}, (201, 201, 201, 401)),
        ("patch", "activities/{activity}/", {"title": "y"}, (200, 403, 403, 401)),
        ("post", "activities/{activity}/close/", None, (200, 403, 403, 401)),
        ("delete", "activities/{activity}/", None, (204, 403, 403, 401)),
        ("post", "activities/{activity}/like/", None, (200, 200, 200, 401)),
        ("delete", "activities/{activity}/like/", None, (200, 200, 200, 401)),
        ("post", "activities/{activity}/join/", None, (409, 201, 201, 401)),
        ("delete", "activities/{activity}/join/", None, (404, 404, 404, 401)),
        ("post", "activities/{draft}/join/", None, (409, 404, 404, 401)),
        ("get", "activities/{activity}/participants/", None, (200, 403, 403, 401)),
        ("patch", "activities/{activity}/participants/", {"user": 1, "status": "approved"}, (404, 403, 403, 401)),
        ("get", "activities/{activity}/comments/", None, (200, 200, 200, 200)),
        ("post", "activities/{activity}/comments/", {"text": "안녕"}, (201, 201, 201, 401)),
        ("delete", "comments/{comment}/", None, (204, 204, 403, 401)),
        ("get", "activities/99999999999999999999/", None, (404, 404, 404, 404)),
    ],
)
@pytest.mark.parametrize("who", ["alice", "bob", "charlie", "nobody"])
def test_access(callers, who, method, path, body, expected, club, make_activity, bob):
    activity = make_activity()
    comment = services.comment_create(user=bob, activity=activity, text="x")
    ids = {"club": club.pk, "activity": activity.pk, "draft": make_activity(status="draft").pk, "comment": comment.pk}
    if body:
        names = ids | {"bob": bob.pk}
        body = {key: names.get(str(value).strip("{}"), value) for key, value in body.items()}
    response = getattr(callers[who], method)(f"{V1}/{path.format(**ids)}", body)
    assert response.status_code == dict(zip(callers, expected, strict=True))[who], response.content


def test_an_activity_in_full(callers, club):
    body = {
        "title": "등산",
        "content": "<p>가요</p><script>x</script>",
        "club": club.pk,
        "tags": ["산", "#산"],
        "capacity": 5,
        "recruit_end": "2099-01-01T00:00:00Z",
    }
    made = callers["bob"].post(f"{V1}/activities/", body).json()
    assert made["category"]["slug"] == "hobby"
    assert sorted(made["category"]) == ["id", "name", "slug"]
    assert (made["content"], made["tags"], made["club"]["id"]) == ("<p>가요</p>", ["산"], club.pk)
    assert (made["recruit_end"], made["recruiting"]) == ("2099-01-01T00:00:00Z", "open")
    assert made["host"]["nickname"] == "bob"
    assert callers["bob"].get(f"{V1}/activities/{made['id']}/").json() == made


@pytest.mark.parametrize(
    ("body", "culprit"),
    [
        ({}, "title"),
        ({"title": ""}, "title"),
        ({"title": 7}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "<script>alert(1)</script>"}, "title"),
        ({"content": "x" * 1_000_000}, "content"),
        ({"category": "nosuch"}, "category"),
        ({"category": None}, "category"),
        ({"category": True}, "category"),
        ({"category": {"x": 1}}, "category"),
        ({"category": 10**30}, "category"),
        ({"club": 10**30}, "club"),
        ({"club": "x"}, "club"),
        ({"region": "\x00"}, "region"),
        ({"capacity": 0}, "capacity"),
        ({"capacity": -1}, "capacity"),
        ({"capacity": 10**9}, "capacity"),
        ({"capacity": "abc"}, "capacity"),
        ({"capacity": 1.5}, "capacity"),
        ({"tags": "x"}, "tags"),
        ({"tags": ["x"] * 21}, "tags"),
        ({"tags": [["x"]]}, "tags.0"),
        ({"recruit_start": "2030-01-02T00:00Z", "recruit_end": "2030-01-01T00:00Z"}, "recruit_end"),
        ({"starts_at": "2030-01-02T00:00Z", "ends_at": "2030-01-01T00:00Z"}, "ends_at"),
        ({"starts_at": "0001-01-01T00:00:00Z"}, "starts_at"),
        ({"starts_at": "9999-12-31T23:59:59Z"}, "starts_at"),
        ({"starts_at": "tomorrow"}, "starts_at"),
        ({"status": "closed"}, "status"),
        ({"thumbnail": "x"}, "thumbnail"),
    ],
)
def test_bad_input_names_the_field(callers, hobby, body, culprit):
    response = callers["bob"].post(f"{V1}/activities/", {"title": "x", "category": "hobby", **body} if body else body)
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    assert culprit in response.json()["errors"]
    assert Activity.objects.count() == 0


@pytest.mark.parametrize("body", ["[]", '"x"', "7", "null", "{", "[{}]", "[" * 100_000, '{"title":"\\ud800"}'])
@pytest.mark.parametrize("path", ["clubs/", "activities/", "activities/{}/comments/"])
def test_bodies_of_another_shape(callers, activity, path, body):
    url = f"{V1}/{path.format(activity.pk)}"
    assert callers["bob"].post(url, body, content_type="application/json").status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "category=nosuch",
        "region=nosuch",
        "club=abc",
        "club=999999",
        "recruiting=maybe",
        "ordering=odd",
        "on=never",
        "q=" + "x" * 101,
        "q=a%00b",
        "category=%00",
        "mine=perhaps",
    ],
)
def test_unknown_filter_values(api, activity, query):
    response = api.get(f"{V1}/activities/?{query}")
    assert response.status_code == 400
    assert query.split("=")[0] in response.json()["errors"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("category=hobby", 1),
        ("category=sports", 0),
        ("category=취미", 1),
        ("region=seoul", 1),
        ("recruiting=true", 1),
        ("recruiting=false", 0),
        ("ordering=popular", 1),
        ("ordering=closing", 1),
        ("q=달리기", 1),
        ("q=달리기 없음", 0),
        ("mine=true", 0),
    ],
)
def test_filters(api, activity, query, found):
    assert len(api.get(f"{V1}/activities/?{query}").json()["results"]) == found


def test_clubs_are_found_by_further_categories(api, alice, hobby, sports):
    services.club_create(user=alice, name="x", category=hobby, categories=[sports])
    for slug, found in (("hobby", 1), ("sports", 1), ("food", 0)):
        assert len(api.get(f"{V1}/clubs/?category={slug}").json()["results"]) == found


@pytest.mark.parametrize("ordering", ["latest", "popular", "closing"])
def test_pages_have_every_row_once(api, make_activity, ordering):
    made = {make_activity(f"활동 {n}").pk for n in range(5)}
    url, seen = f"{V1}/activities/?n=2&ordering={ordering}", []
    while url:
        page = api.get(url).json()
        seen += [row["id"] for row in page["results"]]
        url = page["next"]
    assert (len(seen), set(seen)) == (5, made)


def test_like_is_idempotent(callers, activity):
    url = f"{V1}/activities/{activity.pk}/like/"
    for _ in range(2):
        assert callers["bob"].post(url).json() == {"liked": True, "like_count": 1}
    assert Like.objects.count() == 1
    for _ in range(2):
        assert callers["bob"].delete(url).json() == {"liked": False, "like_count": 0}


def test_an_event_is_a_like_too(callers, activity):
    body = {"domain": "activities", "item": str(activity.pk), "verb": "like"}
    assert callers["bob"].post(f"{V1}/events/", body).status_code in (200, 201)
    assert callers["bob"].get(f"{V1}/activities/{activity.pk}/").json()["liked"] is True


def test_join_is_no_event_that_can_be_posted(callers, activity):
    body = {"domain": "activities", "item": str(activity.pk), "verb": "join"}
    assert callers["bob"].post(f"{V1}/events/", body).status_code == 400
    assert Participation.objects.count() == 0


def test_full_is_a_conflict(callers, make_activity, alice, bob, charlie):
    activity = make_activity(capacity=1)
    for name in ("bob", "charlie"):
        assert callers[name].post(f"{V1}/activities/{activity.pk}/join/").status_code == 201
    url = f"{V1}/activities/{activity.pk}/participants/"
    assert callers["alice"].patch(url, {"user": bob.pk, "status": "approved"}).status_code == 200
    response = callers["alice"].patch(url, {"user": charlie.pk, "status": "approved"})
    assert (response.status_code, response.json()["code"]) == (409, "full")
    assert callers["alice"].patch(url, {"user": charlie.pk, "status": "king"}).status_code == 400
    place = Participation.objects.get(user=charlie)
    assert callers["alice"].patch(f"{url}{place.pk}/", {"status": "rejected"}).json()["status"] == "rejected"


def test_join_outside_the_window_is_a_conflict(callers, make_activity):
    over = make_activity(recruit_start=None, recruit_end=timezone.now() - dt.timedelta(hours=1))
    response = callers["bob"].post(f"{V1}/activities/{over.pk}/join/")
    assert (response.status_code, response.json()["code"]) == (409, "over")


def test_comments(callers, activity, make_activity):
    url = f"{V1}/activities/{activity.pk}/comments/"
    first = callers["bob"].post(url, {"text": "<b>안녕</b>"}).json()
    answer = callers["alice"].post(url, {"text": "네", "parent": first["id"]}).json()
    assert (first["text"], answer["parent"]) == ("안녕", first["id"])
    for text in ("", "x" * 1001, "a\x00", 1, None):
        assert callers["bob"].post(url, {"text": text}).status_code == 400
    assert callers["bob"].post(url, {"text": "x", "parent": 10**30}).status_code == 400
    elsewhere = f"{V1}/activities/{make_activity().pk}/comments/"
    assert callers["bob"].post(elsewhere, {"text": "x", "parent": first["id"]}).status_code == 400
    callers["bob"].delete(f"{V1}/comments/{first['id']}/")
    assert [row["id"] for row in callers["nobody"].get(url).json()["results"]] == [answer["id"]]
    assert Comment.objects.count() == 2


def test_pictures_are_encoded_anew(callers, picture):
    body = {"name": "x", "category": "hobby", "profile_image": picture("../../evil.php.png")}
    made = callers["bob"].post(f"{V1}/clubs/", body, format="multipart").json()
    assert made["profile_image"].endswith(".jpg")
    assert "evil" not in Club.objects.get().profile_image.name


@pytest.mark.parametrize(("path", "queries"), [("clubs/", 1), ("activities/", 1)])
@pytest.mark.parametrize("items", [1, 3])
def test_lists_cost_one_query(api, alice, club, make_activity, django_assert_num_queries, path, queries, items):
    for n in range(items):
        make_activity(f"활동 {n}")
    for n in range(items - 1):
        services.club_create(user=alice, name=f"모임 {n}", category=club.category, region=club.region)
    with django_assert_num_queries(queries):
        assert len(api.get(f"{V1}/{path}").json()["results"]) == items


@pytest.mark.parametrize("items", [1, 3])
def test_owner_lists_and_comments_cost_two_queries(
    callers, make_user, activity, alice, django_assert_num_queries, items
):
    for n in range(items):
        user = make_user(f"user{n}")
        services.participation_request(user=user, activity=activity)
        services.comment_create(user=user, activity=activity, text="x")
    for path in ("participants", "comments"):
        with django_assert_num_queries(2):
            assert len(callers["alice"].get(f"{V1}/activities/{activity.pk}/{path}/").json()["results"]) == items
