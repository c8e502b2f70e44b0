"""Uploaded pictures without a proxy, also where DEBUG is off."""

import io

import pytest
from PIL import Image

from accounts.models import Category
from activities.models import Activity

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def root(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.DEBUG = False
    (tmp_path / "media" / "sub").mkdir(parents=True)
    (tmp_path / "secret.png").write_bytes(b"secret")
    return tmp_path / "media"


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (4, 4), "green").save(out, "PNG")
    return out.getvalue()


def test_a_picture_is_served_as_what_it_is(client, root):
    (root / "sub" / "one.png").write_bytes(picture())
    response = client.get("/media/sub/one.png")
    assert b"".join(response.streaming_content) == picture()
    assert response["Content-Type"] == "image/png"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "max-age" in response["Cache-Control"]
    again = client.get("/media/sub/one.png", HTTP_IF_MODIFIED_SINCE=response["Last-Modified"])
    assert again.status_code == 304


@pytest.mark.parametrize("name", ["page.html", "drawing.svg", "script.js", "noname"])
def test_anything_else_is_a_download(client, root, name):
    (root / name).write_text("<script>alert(1)</script>")
    response = client.get(f"/media/{name}")
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"] == "attachment"
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "../secret.png",
        "sub/../../secret.png",
        "%2e%2e/secret.png",
        "/etc/passwd",
        "sub/",
        "",
        ".hidden.png",
        "a%00b",
        "none.png",
    ],
)
def test_nothing_outside_is_found_and_nothing_listed(client, root, path):
    (root / ".hidden.png").write_bytes(picture())
    assert client.get(f"/media/{path}").status_code == 404


def test_what_a_card_names_is_there(client, root, api):
    (root / "activities").mkdir()
    (root / "activities" / "x.png").write_bytes(picture())
    row = Activity.objects.create(
        title="With a picture", category=Category.objects.first(), thumbnail="activities/x.png"
    )
    address = client.get(f"/api/v1/activities/{row.pk}/").json()["thumbnail"]
    assert client.get(address.removeprefix("http://testserver")).status_code == 200


def test_only_reading(client, root):
    assert client.post("/media/one.png").status_code == 405
