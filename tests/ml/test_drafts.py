"""Drafts of parameters: edited by several, published in one step, taken back in one, carried as files; who may do what."""

import importlib.util
import json
import sys
from threading import Barrier, Thread

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.utils import translation

from ml import drafts, parameters, registry, roles
from ml.families.base import Base
from ml.models import (
    ModelVersion,
    ParameterChange,
    ParameterDraft,
    ParameterPublication,
    ParameterValue,
    TrainingRun,
)
from ml.parameters import Parameter

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
SCOPE = "tests.draft"
LIST = "/admin/ml/parameterdraft/"
DECLARED = [
    Parameter("n", 6, min=1, max=50, unit="items", help="<b>How many</b>"),
    Parameter("share", 0.5, min=0.0, max=1.0),
    Parameter("on", True),
    Parameter("mode", "auto", choices=("auto", ("never", "Never"))),
]


@pytest.fixture(autouse=True)
def scope():
    parameters.define(SCOPE, DECLARED, title="Tests · Draft")
    with translation.override("en"):
        yield
    parameters.undefine(SCOPE)


@pytest.fixture
def client():
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def as_role(client, make_user):
    """Return a function that logs the client in as staff of a role ("" for staff without one)."""

    def log_in(role):
        user = make_user(f"r{role[:5].strip()}", is_staff=True)
        if role:
            user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        return client

    return log_in


def now():
    return parameters.get(SCOPE)


def draft_of(by=None, **values):
    return drafts.create("Trial", {SCOPE: values}, by)


def test_a_draft_changes_nothing_until_it_is_published(alice):
    draft = draft_of(alice, n=8, share=0.25)
    assert now()["n"] == 6
    publication = drafts.publish(draft.pk, draft.version, alice, "more to see")
    assert (now()["n"], now()["share"]) == (8, 0.25)
    draft.refresh_from_db()
    assert (draft.status, draft.published_by) == ("published", alice)
    kept = ParameterChange.objects.order_by("name").values_list("name", "old", "new", "by", "why", "publication")
    assert list(kept) == [
        ("n", None, 8, alice.pk, "more to see", publication.pk),
        ("share", None, 0.25, alice.pk, "more to see", publication.pk),
    ]


def test_the_second_of_two_saves_is_refused_with_what_changed(alice, bob):
    draft = draft_of(n=8)
    drafts.save(draft.pk, 1, {SCOPE: {"share": 0.25}}, alice)
    with pytest.raises(drafts.Conflict) as error:
        drafts.save(draft.pk, 1, {SCOPE: {"share": 0.75, "n": 9}}, bob)
    assert error.value.changes == [(f"{SCOPE}.share", 0.5, 0.25, "alice")]
    draft.refresh_from_db()
    assert (draft.values, draft.version) == ({SCOPE: {"n": 8, "share": 0.25}}, 2)


def test_a_value_in_force_leaves_the_draft():
    draft = drafts.save(draft_of(n=8, share=0.25).pk, 1, {SCOPE: {"n": 6}})
    assert draft.values == {SCOPE: {"share": 0.25}}


def test_out_of_range_values_are_refused_by_name_all_at_once():
    draft = draft_of(n=8)
    with pytest.raises(drafts.Refused) as error:
        drafts.save(draft.pk, 1, {SCOPE: {"n": 51, "mode": "x", "share": 0.1}, "no.scope": {"a": 1}})
    assert set(error.value.errors) == {f"{SCOPE}.n", f"{SCOPE}.mode", "no.scope.a"}
    assert f"{SCOPE}.n: 51 is outside 1 … 50" in str(error.value)
    draft.refresh_from_db()
    assert draft.values == {SCOPE: {"n": 8}}


def test_publishing_over_somebody_elses_publication_is_a_conflict_until_it_was_seen(alice, bob):
    mine, theirs = draft_of(alice, n=8, share=0.25), draft_of(bob, n=20)
    drafts.publish(theirs.pk, 1, bob)
    with pytest.raises(drafts.Conflict) as error:
        drafts.publish(mine.pk, 1, alice)
    assert error.value.changes == [(f"{SCOPE}.n", 6, 20, "bob")]
    assert now()["share"] == 0.5
    mine = drafts.accept(mine.pk, 1, alice)
    drafts.publish(mine.pk, mine.version, alice)
    assert (now()["n"], now()["share"]) == (8, 0.25)


def test_publishing_checks_the_bounds_again():
    draft = draft_of(n=40)
    parameters.undefine(SCOPE)
    parameters.define(SCOPE, [Parameter("n", 6, min=1, max=30)])
    with pytest.raises(drafts.Refused, match=r"tests\.draft\.n: 40 is outside 1 … 30"):
        drafts.publish(draft.pk, 1)
    assert ParameterPublication.objects.count() == ParameterValue.objects.count() == 0


def test_saving_drops_what_the_code_no_longer_declares():
    draft = draft_of(n=8, share=0.25)
    parameters.undefine(SCOPE)
    parameters.define(SCOPE, DECLARED[:1])
    with pytest.raises(drafts.Refused, match="has no parameter 'share'"):
        drafts.publish(draft.pk, 1)
    draft = drafts.save(draft.pk, 1, {})
    assert draft.values == {SCOPE: {"n": 8}}
    drafts.publish(draft.pk, draft.version)
    assert now() == {"n": 8}


@pytest.mark.parametrize("end", ["publish", "discard"])
def test_a_closed_draft_stays_closed(end):
    draft = draft_of(n=8)
    getattr(drafts, end)(draft.pk, 1)
    for again in (drafts.publish, drafts.discard, drafts.accept):
        with pytest.raises(drafts.DraftError, match="closed"):
            again(draft.pk, 2)


def test_an_empty_draft_and_none_at_all_are_not_published():
    with pytest.raises(drafts.DraftError, match="changes nothing"):
        drafts.publish(draft_of().pk, 1)
    with pytest.raises(drafts.DraftError, match="no such draft"):
        drafts.publish(12345, 1)


def test_a_publication_is_taken_back_in_one_step(alice):
    parameters.set(SCOPE, "n", 7)
    draft = draft_of(n=8, share=0.25)
    publication = drafts.publish(draft.pk, 1, alice)
    back = drafts.revert(publication, alice)
    assert (now()["n"], now()["share"], back.reverts) == (7, 0.5, publication)
    assert not ParameterValue.objects.filter(name="share").exists()  # the default again, not a copy of it
    with pytest.raises(drafts.DraftError, match="already"):
        drafts.revert(publication)
    drafts.revert(back)
    assert (now()["n"], now()["share"]) == (8, 0.25)


def test_what_was_changed_since_is_not_taken_back():
    publication = drafts.publish(draft_of(n=8, share=0.25).pk, 1)
    parameters.set(SCOPE, "n", 9)
    with pytest.raises(drafts.Conflict) as error:
        drafts.revert(publication)
    assert [name for name, *_rest in error.value.changes] == [f"{SCOPE}.n"]
    assert now()["share"] == 0.25
    drafts.revert_change(ParameterChange.objects.get(name="share"))
    assert (now()["n"], now()["share"]) == (9, 0.5)


def test_files_go_out_and_come_in_as_drafts():
    file = drafts.to_json(draft_of(n=8, mode="never").values).encode()
    again = drafts.create("Copy", drafts.from_json(b"\xef\xbb\xbf" + file))
    assert again.values == {SCOPE: {"n": 8, "mode": "never"}}
    assert drafts.create("All", drafts.from_json(drafts.to_json(drafts.in_force()).encode())).values == {}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"{", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "not an export"),
        (b'{"format": "moa-parameters/1", "values": [1]}', "not an object"),
        (b'{"format": "moa-parameters/1", "values": {"tests.draft": {"n": 0}}}', "n: 0 is outside 1 … 50"),
        (b'{"format": "moa-parameters/1", "values": {"tests.draft": {"x": 0}}}', "has no parameter 'x'"),
        (b'{"format": "moa-parameters/1", "values": {"tests.draft": {"share": NaN}}}', "not a finite number"),
        (b" " * 1_000_001, "larger than 1 MB"),
    ],
)
def test_broken_files_are_refused(data, message):
    with pytest.raises(drafts.DraftError, match=message):
        drafts.from_json(data)


def test_a_second_process_serves_what_was_published_with_its_next_request():
    """A copy of the module has a cache of its own, as another process does; both know each other by the database alone."""
    spec = importlib.util.find_spec("ml.parameters")
    other = importlib.util.module_from_spec(spec)
    sys.modules["tests.other_parameters"] = other
    spec.loader.exec_module(other)
    other.define(SCOPE, [other.Parameter(p.name, p.default, choices=p.choices) for p in DECLARED])
    assert (other.get(SCOPE)["n"], now()["n"]) == (6, 6)
    publication = drafts.publish(draft_of(n=8).pk, 1)
    assert (other.get(SCOPE)["n"], now()["n"]) == (8, 8)
    drafts.revert(publication)
    assert (other.get(SCOPE)["n"], now()["n"]) == (6, 6)


@pytest.mark.django_db(transaction=True)
def test_of_two_publications_at_once_one_meets_the_other():
    found, start = [], Barrier(2)
    ids = [draft_of(n=8).pk, draft_of(n=9).pk]

    def publish(pk):
        start.wait()
        try:
            drafts.publish(pk, 1)
            found.append("published")
        except drafts.Conflict:
            found.append("conflict")
        finally:
            connection.close()

    threads = [Thread(target=publish, args=(pk,)) for pk in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["conflict", "published"]
    assert ParameterChange.objects.count() == 1


# -- the admin ---------------------------------------------------------------------------------------------------------


def form(version=1, was=None, **values):
    shown = was or {"n": "6", "share": "0.5", "on": "true", "mode": "auto"}
    fields = {f"{SCOPE}|{name}": text for name, text in {**shown, **values}.items()}
    return {"version": version, "was": json.dumps({f"{SCOPE}|{k}": v for k, v in shown.items()}), **fields}


def test_the_editor_shows_all_of_a_declaration_and_saves(client, staff):
    client.force_login(staff)
    draft = draft_of(staff)
    page = client.get(f"{LIST}{draft.pk}/change/").content.decode()
    for text in (
        "1 … 50",
        "&lt;b&gt;How many&lt;/b&gt;",
        '<input type="range" min="0" max="100" step="1" value="50" data-stops="[0, 0.01, 0.02,',
        "items",
    ):
        assert text in page
    assert client.post(f"{LIST}{draft.pk}/change/", form(n="8", on="false", mode="never")).status_code == 302
    draft.refresh_from_db()
    assert (draft.values, draft.version) == ({SCOPE: {"n": 8, "on": False, "mode": "never"}}, 2)


def test_the_second_save_in_the_admin_says_what_changed_and_keeps_what_was_entered(client, staff, alice):
    client.force_login(staff)
    draft = draft_of(staff)
    drafts.save(draft.pk, 1, {SCOPE: {"share": 0.25}}, alice)
    response = client.post(f"{LIST}{draft.pk}/change/", form(share="0.75"))
    page = response.content.decode()
    assert response.status_code == 409
    assert "saved this draft meanwhile" in page
    assert "saved by somebody else meanwhile: 0.25 (alice)" in page
    assert f'name="{SCOPE}|share" value="0.75"' in page
    draft.refresh_from_db()
    assert draft.values == {SCOPE: {"share": 0.25}}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n": "51"}, "n: 51 is outside 1 … 50"),
        ({"n": "x"}, "is not a whole number"),
        ({"share": "nan"}, "is not a finite number"),
        ({"mode": "other"}, "is not one of auto, never"),
    ],
)
def test_refused_values_are_marked_and_nothing_is_saved(client, staff, changes, message):
    client.force_login(staff)
    draft = draft_of(staff)
    response = client.post(f"{LIST}{draft.pk}/change/", form(on="false", **changes))
    assert response.status_code == 400
    assert message in response.content.decode()
    draft.refresh_from_db()
    assert (draft.values, draft.version) == ({}, 1)


@pytest.mark.parametrize(
    "post", [{}, {"version": "x"}, {"version": "9" * 30}, {"was": "{"}, {"was": "[]", "version": "1"}]
)
def test_nonsense_is_answered_with_a_message(client, staff, post):
    client.force_login(staff)
    draft = draft_of(staff)
    assert client.post(f"{LIST}{draft.pk}/change/", post).status_code in (302, 400, 409)
    assert client.post(f"{LIST}{draft.pk}/change/", {**post, "action": "format"}).status_code == 403
    assert client.get(f"{LIST}99999/change/").status_code == client.get(f"{LIST}abc/change/").status_code == 404


def test_a_file_becomes_a_draft_in_the_admin(client, staff, tmp_path):
    client.force_login(staff)
    path = tmp_path / "p.json"
    path.write_text(json.dumps({"format": drafts.FORMAT, "values": {SCOPE: {"n": 99}}}))
    with path.open("rb") as file:
        refused = client.post(f"{LIST}add/", {"name": "From a file", "file": file})
    assert (refused.status_code, ParameterDraft.objects.count()) == (400, 0)
    assert "n: 99 is outside 1 … 50" in refused.content.decode()
    path.write_text(drafts.to_json({SCOPE: {"n": 9}}))
    with path.open("rb") as file:
        client.post(f"{LIST}add/", {"name": "From a file", "file": file})
    draft = ParameterDraft.objects.get()
    assert (draft.name, draft.values, draft.owner) == ("From a file", {SCOPE: {"n": 9}}, staff)
    assert json.loads(client.get(f"{LIST}{draft.pk}/export/").content)["values"] == {SCOPE: {"n": 9}}
    assert json.loads(client.get("/admin/ml/parametervalue/export/").content)["values"][SCOPE]["n"] == 6


def test_publishing_and_taking_back_in_the_admin(client, staff):
    client.force_login(staff)
    draft = draft_of(staff, n=8)
    ParameterDraft.objects.update(trail=[{**draft.trail[0], "at": "2026-01-01T16:08:00+00:00"}])
    assert "2026-01-02 01:08" in client.get(f"{LIST}{draft.pk}/change/").content.decode()  # in Seoul
    posted = {"action": "publish", "version": 1, "note": "trial"}
    unsaid = client.post(f"{LIST}{draft.pk}/change/", {**posted, "note": " "}, follow=True).content.decode()
    assert "Nothing was published: write why" in unsaid
    assert "· Tests · Draft · N: 6 → 8" in unsaid  # the trail of edits, in words
    assert now()["n"] == 6
    text = client.post(f"{LIST}{draft.pk}/change/", posted, follow=True).content.decode()
    assert "Published: 1 value is in force" in text
    assert now()["n"] == 8
    publication = ParameterPublication.objects.get()
    assert (
        "Tests · Draft · N: default → 8"
        in client.get(f"/admin/ml/parameterpublication/{publication.pk}/change/").content.decode()
    )
    client.post(f"/admin/ml/parameterpublication/{publication.pk}/revert/")
    assert now()["n"] == 6
    page = client.post(f"/admin/ml/parameterpublication/{publication.pk}/revert/", follow=True).content.decode()
    assert "already" in page
    assert client.post("/admin/ml/parameterpublication/999/revert/").status_code == 404


def test_a_value_leaves_the_draft_alone(client, staff):
    client.force_login(staff)
    draft = draft_of(staff, n=8, share=0.25)
    client.post(f"{LIST}{draft.pk}/change/", {"action": "drop", "drop": f"{SCOPE}|n", "version": 1})
    draft.refresh_from_db()
    assert draft.values == {SCOPE: {"share": 0.25}}
    page = client.post(
        f"{LIST}{draft.pk}/change/", {"action": "drop", "drop": "nonsense", "version": 2}, follow=True
    ).content.decode()
    assert "does not change this value" in page


def test_a_published_draft_is_taken_back_from_its_own_page(client, staff):
    client.force_login(staff)
    draft = draft_of(staff, n=8)
    publication = drafts.publish(draft.pk, 1, staff)
    address = f"/admin/ml/parameterpublication/{publication.pk}/revert/"
    page = client.get(f"{LIST}{draft.pk}/change/").content.decode()
    assert address in page
    assert f'name="{SCOPE}|n"' not in page
    client.post(address)
    assert address not in client.get(f"{LIST}{draft.pk}/change/").content.decode()


def test_what_was_typed_besides_values_survives_a_conflict(client, staff, alice):
    client.force_login(staff)
    draft = draft_of(staff)
    drafts.save(draft.pk, 1, {SCOPE: {"share": 0.25}}, alice)
    page = client.post(
        f"{LIST}{draft.pk}/change/", {**form(share="0.75"), "name": "Mine", "note": "My why"}
    ).content.decode()
    assert 'value="Mine"' in page
    assert "My why" in page
    assert 'data-set="0.25"' in page  # take theirs
    assert 'data-set="0.75"' in page  # keep mine


# -- roles -------------------------------------------------------------------------------------------------------------

MAY = {
    "": set(),
    roles.VIEWER: {"open"},
    roles.EDITOR: {"open", "edit"},
    roles.MANAGER: {"open", "edit", "publish", "revert", "promote", "train"},
}


@pytest.mark.parametrize("role", list(MAY), ids=lambda role: role or "none")
def test_each_role_can_do_just_that(as_role, role):
    """Each action is tried, and what it did is looked up."""
    draft, other = draft_of(n=8), draft_of(share=0.25)
    version = registry.save_version("things", Base("content", {"n": 1}), metrics={})
    client, done = as_role(role), set()
    if client.get(LIST).status_code == client.get("/admin/ml/parametervalue/").status_code == 200:
        done.add("open")
    client.post(f"{LIST}{draft.pk}/change/", form(mode="never"))
    draft.refresh_from_db()
    if "mode" in draft.values[SCOPE]:
        done.add("edit")
    assert (client.post(f"{LIST}add/", {"name": "new"}).status_code == 302) == ("edit" in done)
    client.post(f"{LIST}{draft.pk}/change/", {"action": "drop", "drop": f"{SCOPE}|n", "version": draft.version})
    draft.refresh_from_db()
    assert ("n" not in draft.values[SCOPE]) == ("edit" in done)
    client.post(f"{LIST}{other.pk}/change/", {"action": "publish", "version": 1, "note": "trial"})
    if now()["share"] == 0.25:
        done.add("publish")
    change = ParameterChange.objects.first() or ParameterChange.objects.create(scope=SCOPE, name="on", new=False)
    client.post(f"/admin/ml/parameterchange/{change.pk}/revert/")
    if now()["share"] == 0.5 and "publish" in done:
        done.add("revert")
    client.post("/admin/ml/modelversion/", {"action": "promote_versions", "_selected_action": [version.pk]})
    if ModelVersion.objects.get(pk=version.pk).status == "production":
        done.add("promote")
    client.post("/admin/ml/modelversion/train/start/", {"domain": "activities", "family": "popularity"})
    if TrainingRun.objects.filter(domain="activities", family="popularity").exists():
        done.add("train")
    assert done == MAY[role]


@pytest.mark.parametrize(
    "address", [LIST, f"{LIST}add/", "/admin/ml/parametervalue/export/", "/admin/ml/parameterpublication/"]
)
def test_members_and_visitors_see_none_of_it(client, alice, address):
    assert client.get(address).status_code == 302
    client.force_login(alice)
    assert client.get(address).status_code == 302


def test_roles_are_made_once_and_keep_what_staff_added():
    from django.apps import apps
    from django.contrib.auth.models import Permission

    group = Group.objects.get(name=roles.VIEWER)
    extra = Permission.objects.get(codename="view_category")
    group.permissions.add(extra)
    roles.sync(apps.get_app_config("ml"), "default")
    assert extra in group.permissions.all()
    assert Group.objects.filter(name=roles.VIEWER).count() == 1


def test_the_first_page_shows_each_role_its_figures(as_role, client, staff):
    page = as_role("").get("/admin/").content.decode()
    assert "Members" in page
    assert "Models in production" not in page
    client.force_login(staff)
    draft_of(n=8)
    page = client.get("/admin/").content.decode()
    for text in ("Models in production", "Events in 7 days", "Tasks in the queue", "Training runs", "Open drafts"):
        assert text in page
