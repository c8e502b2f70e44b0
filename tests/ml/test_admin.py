"""The admin of models: who sees what, the parameters' page, promotions, and blobs that are never opened."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from ml import parameters, registry
from ml.families.base import Base
from ml.models import ModelVersion, ParameterValue, QuarantinedBlob, StoredBlob
from ml.parameters import Parameter
from ml.store import stores

pytestmark = pytest.mark.django_db
SCOPE = "tests.admin"
PAGE = "/admin/ml/parametervalue/"
TABLES = [
    "storedblob", "quarantinedblob", "revision", "parametervalue", "parameterchange", "parameterpublication",
    "modelversion", "promotion", "trainingrun",
]  # fmt: skip


@pytest.fixture
def client():
    return Client(headers={"accept-language": "en"})


@pytest.fixture(autouse=True)
def scope():
    declared = [
        Parameter("n", 6, min=1, max=50, unit="개", help="<b>How many</b>"),
        Parameter("share", 0.5, min=0.0, max=1.0),
        Parameter("on", True),
        Parameter("mode", "auto", choices=("auto", ("never", "Never"))),
        Parameter("words", ""),
    ]
    parameters.define(SCOPE, declared, title="Test scope")
    yield
    parameters.undefine(SCOPE)


@pytest.fixture
def admin(client, staff):
    client.force_login(staff)
    return client


@pytest.fixture
def helper(client, make_user):
    """A staff member who may only look."""
    user = make_user("helper", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="ml", codename__startswith="view_"))
    client.force_login(user)
    return client


def versions() -> list[ModelVersion]:
    made = [
        registry.save_version("things", Base("content", {"n": n}), metrics={"accuracy": 0.5 + n / 10}) for n in (1, 2)
    ]
    ModelVersion.objects.filter(pk=made[0].pk).update(
        picture=b"\x89PNG", metrics={"<b>": {"f1": 0.25}, "confusion": [[1, 2]]}
    )
    return made


@pytest.mark.parametrize("table", TABLES)
def test_every_list_opens(admin, table):
    versions()
    stores["default"].put("personal/things/1", {"secret": "text"})
    QuarantinedBlob.objects.create(
        alias="default", key="personal/things/2", data=b"cos\nsystem\n.", reason="foreign: x"
    )
    parameters.set(SCOPE, "n", 7)
    response = admin.get(f"/admin/ml/{table}/")
    assert response.status_code == 200
    assert admin.get(f"/admin/ml/{table}/add/").status_code == 403


@pytest.mark.parametrize("table", TABLES)
def test_members_see_none_of_it(client, alice, table):
    client.force_login(alice)
    assert client.get(f"/admin/ml/{table}/").status_code == 302


def test_blobs_show_size_and_digest_only(admin):
    stores["default"].put("personal/things/1", {"secret": "text"})
    blob = StoredBlob.objects.get()
    page = admin.get(f"/admin/ml/storedblob/{blob.pk}/change/").content.decode()
    assert stores["default"].digest("personal/things/1") in page
    assert "secret" not in page


def test_the_parameters_page_shows_all_of_a_declaration(admin):
    parameters.set(SCOPE, "n", 7, why="<i>more</i>")
    page = admin.get(PAGE).content.decode()
    assert "Test scope" in page
    assert "1 … 50" in page
    assert "&lt;b&gt;How many&lt;/b&gt;" in page
    assert "&lt;i&gt;more&lt;/i&gt;" in page
    assert "moa-number" in page


def test_nothing_is_changed_past_drafts(admin):
    assert admin.post(PAGE, {"scope": SCOPE, f"{SCOPE}|n": "8"}).status_code == 403
    assert ParameterValue.objects.count() == 0


def test_who_may_only_look_cannot_change(helper):
    page = helper.get(PAGE)
    assert page.status_code == 200
    assert "New draft" not in page.content.decode()
    assert f'name="{SCOPE}|n"' not in page.content.decode()
    versions()
    helper.post("/admin/ml/modelversion/", {"action": "promote_versions", "_selected_action": [1]})
    assert ModelVersion.objects.filter(status="production").count() == 0


def test_versions_are_promoted_and_rolled_back(admin):
    one, two = versions()
    for version in (one, two):
        admin.post("/admin/ml/modelversion/", {"action": "promote_versions", "_selected_action": [version.pk]})
    assert registry.production("things", "content").version == two.version
    admin.post("/admin/ml/modelversion/", {"action": "roll_back", "_selected_action": [two.pk]})
    assert registry.production("things", "content").version == one.version
    page = admin.post("/admin/ml/modelversion/", {"action": "roll_back", "_selected_action": [two.pk]}, follow=True)
    assert "there is no earlier version" in page.content.decode()


def test_a_version_shows_metrics_and_picture(admin):
    version = versions()[0]
    page = admin.get(f"/admin/ml/modelversion/{version.pk}/change/").content.decode()
    assert "&lt;b&gt;" in page
    assert "0.25" in page
    url = reverse("admin:ml_modelversion_picture", args=[version.pk])
    assert f'src="{url}"' in page
    picture = admin.get(url)
    assert (picture.content, picture["Content-Type"]) == (b"\x89PNG", "image/png")
    assert admin.get(reverse("admin:ml_modelversion_picture", args=[version.pk + 1])).status_code == 404
