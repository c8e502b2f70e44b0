"""Parameters over HTTP: who may what, values out of bounds refused by name, drafts that two people edit."""

import pytest
from django.contrib.auth.models import Group

from ml import parameters, roles
from ml.models import ParameterDraft
from ml.parameters import Parameter

pytestmark = pytest.mark.django_db
SCOPE = "tests.api"
LIST, DRAFTS = "/api/v1/parameters/", "/api/v1/parameters/drafts/"


@pytest.fixture(autouse=True)
def scope():
    declared = [Parameter("n", 6, min=1, max=50, unit="items"), Parameter("share", 0.5, min=0.0, max=1.0)]
    parameters.define(SCOPE, declared, title="Tests · API")
    yield
    parameters.undefine(SCOPE)


@pytest.fixture
def as_role(make_user, api_for):
    def log_in(role):
        user = make_user(f"r{role[:5].strip()}", is_staff=True)
        if role:
            user.groups.add(Group.objects.get(name=role))
        return api_for(user)

    return log_in


@pytest.fixture
def manager(as_role):
    return as_role(roles.MANAGER)


def new(client, **values):
    return client.post(DRAFTS, {"name": "By API", "values": {SCOPE: values}}, format="json")


def test_parameters_are_listed_with_bounds_and_the_value_in_force(manager):
    parameters.set(SCOPE, "n", 7)
    found = {row["name"]: row for row in manager.get(LIST).json()}
    row = found[SCOPE]["parameters"][0]
    assert (row["name"], row["kind"], row["min"], row["max"], row["default"], row["value"]) == ("n", "int", 1, 50, 6, 7)
    assert found["ml.item_item"]["trained"] is True


@pytest.mark.parametrize(
    ("values", "culprit", "message"),
    [
        ({"n": 51}, f"{SCOPE}.n", "51 is outside 1 … 50"),
        ({"share": -0.1, "n": 8}, f"{SCOPE}.share", "-0.1 is outside 0 … 1"),
        ({"share": "x"}, f"{SCOPE}.share", "x is not a finite number"),
        ({"other": 1}, f"{SCOPE}.other", "it has: n, share"),
    ],
)
def test_values_out_of_bounds_are_refused_by_name_and_nothing_is_kept(manager, values, culprit, message):
    answer = manager.post(DRAFTS, {"values": {SCOPE: values}}, format="json", headers={"accept-language": "en"})
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert list(answer.json()["errors"]) == [culprit]
    assert message in answer.json()["errors"][culprit][0]
    assert not ParameterDraft.objects.exists()


@pytest.mark.parametrize(
    "body", [{}, {"values": []}, {"values": {"x": 1}}, {"values": {"x": {"y": 1}}}, [], "x"], ids=str
)
def test_nonsense_is_a_problem(manager, body):
    assert manager.post(DRAFTS, body, format="json").status_code == 400


def test_a_draft_is_made_changed_and_published(manager):
    made = new(manager, n=8).json()
    assert made["values"] == {SCOPE: {"n": 8}}
    address = f"{DRAFTS}{made['id']}/"
    assert (
        manager.patch(address, {"version": 1, "values": {SCOPE: {"share": 0.25}}}, format="json").json()["version"] == 2
    )
    assert parameters.get(SCOPE)["n"] == 6
    assert manager.post(f"{address}publish/", {"version": 2}, format="json").status_code == 400  # without why
    done = manager.post(f"{address}publish/", {"version": 2, "note": "more"}, format="json").json()
    assert done["changes"] == 2
    assert parameters.get(SCOPE) == {"n": 8, "share": 0.25}
    assert manager.get(address).json()["status"] == "published"
    assert manager.post(f"{address}publish/", {"version": 3, "note": "again"}, format="json").status_code == 400


def test_who_comes_second_is_told_what_changed(manager):
    made = new(manager, n=8).json()
    address = f"{DRAFTS}{made['id']}/"
    manager.patch(address, {"version": 1, "values": {SCOPE: {"n": 9}}}, format="json")
    answer = manager.patch(address, {"version": 1, "values": {SCOPE: {"n": 10}}}, format="json")
    assert answer.status_code == 409
    assert answer.json()["errors"][f"{SCOPE}.n"][0].startswith("8 → 9")
    assert manager.get(address).json()["values"] == {SCOPE: {"n": 9}}


MAY = {"": set(), roles.VIEWER: {"read"}, roles.EDITOR: {"read", "edit"}, roles.MANAGER: {"read", "edit", "publish"}}


@pytest.mark.parametrize("role", list(MAY), ids=lambda role: role or "none")
def test_each_role_can_do_just_that(as_role, role):
    client, done = as_role(role), set()
    draft = ParameterDraft.objects.create(name="x", values={SCOPE: {"n": 8}}, base={SCOPE: {"n": 6}})
    address = f"{DRAFTS}{draft.pk}/"
    if client.get(LIST).status_code == client.get(address).status_code == 200:
        done.add("read")
    changed = client.patch(address, {"version": 1, "values": {SCOPE: {"n": 9}}}, format="json")
    if (changed.status_code, new(client, n=8).status_code) == (200, 201):
        done.add("edit")
    draft.refresh_from_db()
    client.post(f"{address}publish/", {"version": draft.version, "note": "why"}, format="json")
    if parameters.get(SCOPE)["n"] == 9:
        done.add("publish")
    assert done == MAY[role]


def test_members_and_visitors_see_none_of_it(api, api_for, alice):
    for client in (api, api_for(alice)):
        assert client.get(LIST).status_code in (401, 403)
        assert new(client, n=8).status_code in (401, 403)
        assert client.get(f"{DRAFTS}1/").status_code in (401, 403)
    assert not ParameterDraft.objects.exists()


def test_a_draft_that_is_not_there(manager):
    assert manager.get(f"{DRAFTS}99999999999999999999999/").status_code == 404
    assert manager.patch(f"{DRAFTS}9/", {"version": 1}, format="json").status_code == 404
