"""A model taken along as a file, and brought back."""

import copy
import datetime as dt
import json
import subprocess
import sys

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from activities.models import Activity, Like
from ml import parameters
from recommendations import catalogue, personal, portable, services
from recommendations.data import log_of
from recommendations.domains import domains
from recommendations.models import Event
from recommendations.publishing import publish_rows
from tests.recommendations.conftest import FOOD, SPORT
from tests.recommendations.test_events import look, replayed, state_of

URL = "/api/v1/me/models/activities/"


@pytest.fixture
def busy(alice, activities):
    """alice, who viewed, liked, disliked, forgot, paused and resumed; one text was edited and a weight changed in between."""
    rows = activities[SPORT] + activities[FOOD]
    look(alice, rows[0], value=2.5, occurred_at=timezone.now() - dt.timedelta(days=3))
    look(alice, rows[1], verb="like")
    look(alice, rows[7], verb="dislike")
    forgotten, _ = look(alice, rows[2])
    services.forget_event(alice, forgotten.pk)
    services.pause(alice, "activities")
    look(alice, rows[3])
    services.resume(alice, "activities")
    parameters.set("activities.verbs", "view", 2.5)
    Activity.objects.filter(pk=rows[0].pk).update(title="다른 제목")
    rows[0].refresh_from_db()
    publish_rows(domains["activities"], [rows[0]])
    look(alice, rows[0])
    parameters.set("activities.verbs", "view", 1.0)
    return alice


def download(client):
    response = client.get(URL + "download/")
    assert response.status_code == 200
    return json.loads(response.content)


def send(client, content):
    body = content if isinstance(content, (bytes, str)) else json.dumps(content)
    return client.post(URL + "import/", body, content_type="application/json")


def test_the_file_has_the_documented_shape(busy, api_for):
    response = api_for(busy).get(URL + "download/")
    assert response["content-disposition"].startswith('attachment; filename="moa-activities-')
    assert "no-store" in response["cache-control"]
    body = json.loads(response.content)
    assert (body["format"], body["version"], body["domain"]) == ("moa-personal-model", 1, "activities")
    assert body["digest"] == personal.digest_of(state_of(busy))
    assert [(event["verb"], event["weight"]) for event in body["events"]] == [
        ("view", 1.0),
        ("like", 3.0),
        ("dislike", -3.0),
        ("view", 0.0),
        ("view", 2.5),
    ]
    assert (body["events"][0]["title"], body["events"][4]["title"]) == ("한강 러닝 모임", "다른 제목")
    assert sorted((row["liked"], row["disliked"]) for row in body["learned"]) == [(0, 3), (1, 0), (2.5, 0), (3, 0)]
    assert body["events"][0]["occurred_at"].endswith("Z")


def test_a_session_may_download_too(busy, client):
    client.force_login(busy)
    assert client.get(URL + "download/").json()["format"] == "moa-personal-model"


def test_nobody_downloads_or_imports_without_an_account(api, db):
    assert api.get(URL + "download/").status_code == 401
    assert send(api, {}).status_code == 401


def test_everybody_gets_their_own(busy, bob, api_for):
    assert download(api_for(bob))["events"] == []


def test_a_fresh_account_gets_the_same_model(busy, bob, api_for):
    content = download(api_for(busy))
    body = send(api_for(bob), content).json()
    assert body == {
        "recorded": 5,
        "duplicates": 0,
        "unknown": 0,
        "unknown_events": [],
        "digest": content["digest"],
        "equal": True,
    }
    assert state_of(bob)["delta"] == state_of(busy)["delta"]
    assert state_of(bob) == replayed(bob)
    first = Event.objects.get(user=bob, sequence=1)
    assert (first.value, first.weight, first.verb) == (2.5, 1000, "view")
    assert Like.objects.filter(user=bob).count() == 1


def test_again_and_back_home_record_nothing(busy, bob, api_for):
    content = download(api_for(busy))
    send(api_for(bob), content)
    before = state_of(bob)
    assert send(api_for(bob), content).json()["duplicates"] == 5
    assert send(api_for(busy), content).json()["duplicates"] == 5
    assert send(api_for(busy), download(api_for(bob))).json()["duplicates"] == 5
    assert state_of(bob) == before


def test_after_a_reset_all_comes_back(busy, api_for):
    content = download(api_for(busy))
    services.reset(busy, "activities")
    body = send(api_for(busy), content).json()
    assert (body["recorded"], body["equal"]) == (5, True)
    assert Like.objects.filter(user=busy).count() == 1


def test_forgotten_events_stay_forgotten(busy, bob, api_for):
    content = download(api_for(busy))
    services.undo(busy, "activities", 1)
    assert send(api_for(busy), content).json()["duplicates"] == 5
    send(api_for(bob), content)
    services.undo(bob, "activities", 1)
    assert send(api_for(bob), content).json()["duplicates"] == 5
    assert personal.digest_of(state_of(busy)) == personal.digest_of(state_of(bob))


def test_what_is_liked_is_not_liked_twice(busy, api_for):
    content = download(api_for(busy))
    services.reset(busy, "activities")
    row = Like.objects.get(user=busy).activity
    services.take_back(user=busy, domain="activities", item=row, verb="like")
    look(busy, row, verb="like")
    assert send(api_for(busy), content).json()["recorded"] == 4
    services.take_back(user=busy, domain="activities", item=row, verb="like")
    assert not Event.objects.filter(user=busy, verb="like").exists()


def test_unknown_items_and_verbs_are_reported_and_the_rest_is_learned(busy, bob, api_for):
    content = download(api_for(busy))
    del content["learned"]
    content["events"][0]["revision"] = "0" * 64
    content["events"][1]["item"] = "9" * 64
    content["events"][2]["verb"] = "juggle"
    body = send(api_for(bob), content).json()
    assert (body["recorded"], body["unknown"], body["equal"]) == (2, 3, False)
    assert [event["reason"] for event in body["unknown_events"]] == ["item", "item", "verb"]


def test_a_paused_model_imports_nothing(busy, bob, api_for):
    services.pause(bob, "activities")
    assert list(send(api_for(bob), download(api_for(busy))).json()["errors"]) == ["domain"]


def test_imported_events_train_no_base(busy, bob, api_for):
    before = len(log_of(domains["activities"], catalogue.current("activities")))
    send(api_for(bob), download(api_for(busy)))
    assert len(log_of(domains["activities"], catalogue.current("activities"))) == before


def change(path, value):
    """A function that puts `value` at a dotted path of a file."""

    def at(content):
        place = content
        *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
        for part in parents:
            place = place[part]
        place[last] = value

    return at


BAD = [
    ("format", None),
    ("format", "moa-export"),
    ("version", 2),
    ("version", True),
    ("domain", "clubs"),
    ("domain", {}),
    ("events", None),
    ("events", {}),
    ("events", [7]),
    ("digest", 7),
    ("digest", "x" * 64),
    ("learned", None),
    ("learned", [7]),
    ("learned", []),
    ("learned.0.liked", 99),
    ("learned.0.liked", "NaN"),
    ("events.1.key", "ä" * 64),
    ("events.1.key", None),
    ("events.1.revision", ""),
    ("events.1.item", 7),
    ("events.1.item", "a\x00b"),
    ("events.1.item", "\ud800"),
    ("events.1.item", "x" * 65),
    ("events.1.verb", ""),
    ("events.1.verb", ["view"]),
    ("events.1.weight", "3"),
    ("events.1.weight", True),
    ("events.1.weight", 1e9),
    ("events.1.weight", 10**400),
    ("events.1.value", {}),
    ("events.1.occurred_at", "yesterday"),
    ("events.1.occurred_at", "2026-05-01T03:00:00"),
    ("events.1.occurred_at", "2026-13-01T03:00:00Z"),
    ("events.1.occurred_at", "1950-01-01T00:00:00Z"),
    ("events.1.occurred_at", "9999-12-31T23:59:59-14:00"),
    ("events.1.occurred_at", 0),
]


def test_anything_wrong_is_named_and_nothing_is_written(busy, bob, api_for):
    good, client = download(api_for(busy)), api_for(bob)
    for path, value in BAD:
        content = copy.deepcopy(good)
        change(path, value)(content)
        response = send(client, content)
        culprit = "learned" if path.startswith("learned") else "events.0" if value == [7] else path
        assert (response.status_code, list(response.json()["errors"])) == (400, [culprit]), (path, value)
    assert not Event.objects.filter(user=bob).exists()
    assert state_of(bob) == personal.new_state("activities")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b"\x80\x04.",
        b"[" * 200_000,
        b'{"format": NaN}',
        b'{"a": ' + b"9" * 5000 + b"}",
        "\ufeff{}".encode(),
    ],
)
def test_what_is_no_file_of_ours_is_refused(alice, api_for, body):
    response = send(api_for(alice), body)
    assert response.status_code == 400
    assert set(response.json()["errors"]) <= {"file", "format"}


def test_large_files_are_refused_before_they_are_read_to_the_end(alice, api_for, monkeypatch):
    monkeypatch.setattr(portable, "MAX_BYTES", 1000)
    monkeypatch.setattr(portable, "MAX_EVENTS", 1)
    assert list(send(api_for(alice), b" " * 1001).json()["errors"]) == ["file"]
    many = {"format": "moa-personal-model", "version": 1, "domain": "activities", "events": [1, 2]}
    assert list(send(api_for(alice), many).json()["errors"]) == ["events"]


def test_a_form_may_send_the_file(busy, bob, api_for):
    file = SimpleUploadedFile("moa.json", api_for(busy).get(URL + "download/").content)
    response = api_for(bob).post(URL + "import/", {"file": file}, format="multipart")
    assert response.json()["recorded"] == 5
    assert api_for(bob).post(URL + "import/", {}, format="multipart").status_code == 400


def test_unknown_domains(alice, api_for):
    assert api_for(alice).get("/api/v1/me/models/cars/download/").status_code == 404
    assert api_for(alice).post("/api/v1/me/models/cars/import/", {}, format="json").status_code == 404


def test_the_documented_script_reads_the_file(busy, api_for, tmp_path, settings):
    text = (settings.BASE_DIR / "docs" / "personal-models.md").read_text()
    script = text.split("```python\n", 1)[1].split("```", 1)[0]
    (tmp_path / "moa.json").write_bytes(api_for(busy).get(URL + "download/").content)
    (tmp_path / "read.py").write_text(script)
    done = subprocess.run(
        [sys.executable, "-I", "read.py", "moa.json"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "5 events" in done.stdout
    assert "운동" in done.stdout or "sport" in done.stdout.lower()
