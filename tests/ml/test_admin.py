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
    "storedblob", "quarantinedblob", "revision", "parametervalue", "parameterchange", "modelversion", "promotion",
    "trainingrun",
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
    page = admin.get(PAGE).content.decode()
    assert "Test scope" in page
    assert "1 … 50" in page
    assert "&lt;b&gt;How many&lt;/b&gt;" in page
    assert '<input type="range" min="0.0" max="1.0" step="0.01"' in page
    assert '<option value="never">Never</option>' in page
    assert f'name="{SCOPE}|words"' in page


def form(**changes) -> dict[str, str]:
    """The form as the browser posts it: with what was there before."""
    before = {"n": "6", "share": "0.5", "on": "true", "mode": "auto", "words": ""}
    fields = {f"was:{SCOPE}|{name}": text for name, text in before.items()}
    return {"scope": SCOPE, **fields, **{f"{SCOPE}|{name}": text for name, text in {**before, **changes}.items()}}


def test_what_was_changed_is_saved(admin, staff):
    assert admin.post(PAGE, form(n="8", on="false", mode="never", words="단풍, 김장")).status_code == 302
    assert parameters.get(SCOPE) == {"n": 8, "share": 0.5, "on": False, "mode": "never", "words": "단풍, 김장"}
    assert set(ParameterValue.objects.values_list("name", "updated_by")) == {
        (n, staff.pk) for n in ("n", "on", "mode", "words")
    }


def test_what_another_member_of_staff_changed_meanwhile_stays(admin):
    parameters.set(SCOPE, "share", 0.25)
    admin.post(PAGE, form(n="8"))
    assert parameters.get(SCOPE)["share"] == 0.25


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n": "51"}, "n: 51 is outside 1 … 50"),
        ({"n": "x"}, "is not a whole number"),
        ({"share": "nan"}, "is not a finite number"),
        ({"mode": "other"}, "is not one of auto, never"),
        ({"words": "a" * 501}, "500 characters"),
    ],
)
def test_refused_values_name_the_bounds_and_nothing_is_saved(admin, changes, message):
    response = admin.post(PAGE, form(**{"on": "false", **changes}))
    assert response.status_code == 400
    assert message in response.content.decode()
    assert ParameterValue.objects.count() == 0


def test_reset(admin):
    parameters.set(SCOPE, "n", 8)
    assert admin.post(PAGE, {"scope": SCOPE, "reset": f"{SCOPE}|n"}).status_code == 302
    assert parameters.get(SCOPE)["n"] == 6


@pytest.mark.parametrize(
    "post", [{}, {"scope": "nothing"}, {"reset": "nothing|n"}, {"reset": f"{SCOPE}|x"}, {"reset": f"{SCOPE}"}]
)
def test_nonsense_is_answered_with_a_message(admin, post):
    assert admin.post(PAGE, post).status_code in (302, 400)
    assert ParameterValue.objects.count() == 0


def test_who_may_only_look_cannot_change(helper):
    page = helper.get(PAGE)
    assert page.status_code == 200
    assert "moa-save" not in page.content.decode().partition("</style>")[2]
    assert helper.post(PAGE, form(n="8")).status_code == 403
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
