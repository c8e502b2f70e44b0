"""The REST of recommendations, events and own models, as an app uses it."""

import pytest

from recommendations import selectors
from recommendations.models import Event
from tests.recommendations.conftest import FOOD, SPORT

FEED = "/api/v1/recommendations/activities/"


def post(client, body):
    return client.post("/api/v1/events/", body, format="json")


def event(row, verb="view", **more):
    return {"domain": "activities", "item": str(row.pk), "verb": verb, **more}


def test_the_list_of_domains_and_feeds(api, db):
    found = {domain["name"]: domain for domain in api.get("/api/v1/recommendations/").json()}
    assert {"clubs", "activities"} <= set(found)
    assert {"for-you", "popular", "latest", "similar", "baseline"} <= {f["name"] for f in found["activities"]["feeds"]}
    assert "join" not in found["activities"]["verbs"]


def test_a_feed_has_the_documented_shape(api, trained):
    body = api.get(FEED, {"feed": "latest", "n": 2}).json()
    assert set(body) == {"recommendation_id", "domain", "feed", "model", "items"}
    assert set(body["model"]) == {"family", "version", "personal", "events"}
    assert [set(item) for item in body["items"]] == [{"id", "score", "reasons", "item"}] * 2
    assert {"id", "name"} <= set(body["items"][0]["item"]["category"])


@pytest.mark.parametrize("n", ["0", "-1", "1000000000", "abc", "1.5", "", "１", "9" * 400])
@pytest.mark.parametrize("name", ["n", "offset"])
def test_bad_numbers_are_refused_by_name(api, db, n, name):
    if (name, n) == ("offset", "0"):
        n = "-2"
    response = api.get(FEED, {name: n})
    assert response.status_code == 400
    assert response["content-type"] == "application/problem+json"
    assert list(response.json()["errors"]) == [name]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/recommendations/cars/", 404),
        (FEED + "?feed=worst", 400),
        (FEED + "?feed=similar", 400),
        (FEED + "999999/similar/", 404),
        (FEED + "abc/similar/", 404),
        (FEED + "99999999999999999999999/similar/", 404),
        (FEED + "%00/similar/", 404),
    ],
)
def test_unknown_names_are_problems(api, db, path, status):
    response = api.get(path)
    assert (response.status_code, response["content-type"]) == (status, "application/problem+json")


def test_one_event_is_recorded(api_for, alice, activities):
    response = post(api_for(alice), event(activities[SPORT][0], id="k1"))
    assert response.status_code == 201
    body = response.json()
    assert (body["recorded"], body["duplicates"], body["errors"]) == (1, 0, 0)
    assert body["events"] == [{"id": Event.objects.get().pk, "client_id": "k1", "status": "recorded"}]


def test_a_list_succeeds_in_part(api_for, alice, activities):
    client, row = api_for(alice), activities[SPORT][0]
    body = post(
        client, [event(row, id="a"), event(row, id="a"), event(row, verb="kick"), {"x": 1}, 7, event(row, verb="join")]
    ).json()
    assert [e["status"] for e in body["events"]] == ["recorded", "duplicate", "error", "error", "error", "error"]
    assert (body["recorded"], body["duplicates"], body["errors"]) == (1, 1, 4)
    assert Event.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"domain": "cars"}, 400),
        ({"verb": "kick"}, 400),
        ({"verb": "join"}, 400),
        ({"item": "999999"}, 404),
        ({"item": {"a": 1}}, 400),
        ({"item": "a\x00b"}, 400),
        ({"occurred_at": "2999-01-01T00:00:00Z"}, 400),
        ({"occurred_at": "yesterday"}, 400),
        ({"value": "NaN"}, 400),
        ({"id": "x" * 65}, 400),
        ({"recommendation_id": "forged"}, 400),
    ],
)
def test_bad_events_are_4xx_and_record_nothing(api_for, alice, activities, change, status):
    response = post(api_for(alice), {**event(activities[SPORT][0]), **change})
    assert response.status_code == status
    assert not Event.objects.exists()


@pytest.mark.parametrize("body", [[], [{}] * 501, "text", 5, None])
def test_bad_bodies_are_400(api, db, body):
    assert post(api, body).status_code == 400


def test_an_impression_carries_its_origin(api_for, alice, trained):
    client = api_for(alice)
    feed = client.get(FEED, {"feed": "popular", "n": 1}).json()
    shown = event(trained[SPORT][0], "impression", recommendation_id=feed["recommendation_id"])
    assert post(client, shown).status_code == 201
    assert Event.objects.values_list("feed", "weight").get() == ("popular", 0)


def test_forgetting_is_for_the_owner_only(api_for, api, alice, bob, activities):
    pk = post(api_for(alice), event(activities[SPORT][0])).json()["events"][0]["id"]
    assert api.delete(f"/api/v1/events/{pk}/").status_code == 401
    assert api_for(bob).delete(f"/api/v1/events/{pk}/").status_code == 404
    assert api_for(alice).delete("/api/v1/events/99999999999999999999/").status_code == 404
    assert api_for(alice).delete(f"/api/v1/events/{pk}/").status_code == 204
    assert api_for(alice).delete(f"/api/v1/events/{pk}/").status_code == 204
    assert api_for(alice).get("/api/v1/me/models/activities/").json()["events"] == 0


def test_visitors_learn_nothing_but_are_remembered(api, activities):
    response = post(api, event(activities[SPORT][0]))
    assert response.status_code == 201
    assert Event.objects.get().user is None
    assert response.headers.get("X-Visitor")


def test_own_models(api_for, api, alice, trained):
    client = api_for(alice)
    post(client, [event(row) for row in trained[FOOD][:3]])
    row = {m["domain"]: m for m in client.get("/api/v1/me/models/").json()}["activities"]
    assert (row["events"], row["sequence"], row["paused"]) == (3, 3, False)
    assert row["top"][0]["name"] == FOOD
    assert 0 < row["bytes"] < 4096
    assert api.get("/api/v1/me/models/").status_code == 401
    events = client.get("/api/v1/me/models/activities/events/").json()
    assert [e["sequence"] for e in events["results"]] == [3, 2, 1]


def test_pause_undo_resume_and_reset(api_for, alice, activities):
    client, base = api_for(alice), "/api/v1/me/models/activities/"
    post(client, [event(row) for row in activities[FOOD][:3]])
    assert client.post(base + "pause/").json()["paused"] is True
    assert client.post(base + "resume/").json()["paused"] is False
    assert client.post(base + "undo/", {"n": 2}, format="json").json()["events"] == 1
    assert client.post(base + "undo/", {"n": 0}, format="json").status_code == 400
    assert client.delete(base).status_code == 204
    assert client.get(base).json()["events"] == 0
    assert client.get("/api/v1/me/models/cars/").status_code == 404


def test_why_is_for_members_and_known_items(api_for, api, alice, trained):
    client = api_for(alice)
    post(client, event(trained[FOOD][0]))
    found = client.get(f"{FEED}{trained[FOOD][1].pk}/why/").json()
    assert found["score"] - found["base_score"] == pytest.approx(
        sum(c["value"] for c in found["contributions"]), abs=1e-5
    )
    assert api.get(f"{FEED}{trained[FOOD][1].pk}/why/").status_code == 401
    assert client.get(f"{FEED}999999/why/").status_code == 404


def test_nobody_sees_anothers_history(api_for, alice, bob, activities):
    post(api_for(alice), event(activities[FOOD][0]))
    assert api_for(bob).get("/api/v1/me/models/activities/events/").json()["results"] == []
    assert selectors.model_rows(bob)[0]["events"] == 0


@pytest.mark.parametrize("n", [1, 3])
def test_queries_of_a_feed_do_not_grow(api_for, alice, trained, django_assert_num_queries, n):
    client = api_for(alice)
    post(client, event(trained[SPORT][0]))
    client.get(FEED, {"feed": "popular", "n": n})
    with django_assert_num_queries(2):  # revisions, rows
        client.get(FEED, {"feed": "popular", "n": n})
    with django_assert_num_queries(6):  # revisions, model, done, favourite categories, rows, category names
        client.get(FEED, {"feed": "for-you", "n": n})


@pytest.mark.parametrize(
    ("path", "culprit"),
    [
        ("/api/v1/recommendations/cars/", "cars"),
        (FEED + "?feed=nope", "nope"),
        ("/api/v1/me/models/cars/", "cars"),
    ],
)
def test_unknown_names_are_told_in_the_callers_language(api_for, alice, activities, path, culprit):
    client = api_for(alice)
    korean, english = (client.get(path, headers={"accept-language": code}).json()["detail"] for code in ("ko", "en"))
    assert f"‘{culprit}’은(는) 없습니다" in korean
    assert f"“{culprit}” is unknown" in english


@pytest.mark.parametrize(
    ("extra", "korean"),
    [
        ({"recommendation_id": "x"}, "이 사이트에서 발급한 recommendation_id가 아닙니다."),
        ({"verb": "fly"}, "‘fly’은(는) 없습니다."),
        ({"domain": "cars"}, "‘cars’은(는) 없습니다."),
    ],
)
def test_bad_events_are_told_in_korean(api_for, alice, activities, extra, korean):
    answer = api_for(alice).post("/api/v1/events/", event(activities[FOOD][0]) | extra, format="json")
    assert answer.status_code == 400
    assert korean in answer.json()["detail"]
