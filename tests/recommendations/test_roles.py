"""Who may do what in the admin of models and recommendations: every address × method × role, and every action of every list.

What is found is compared with a table, so that a new page or action without a line in it fails here.
"""

from datetime import date

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ml import registry, roles
from ml.models import (
    ParameterChange,
    ParameterDraft,
    ParameterPublication,
    ParameterValue,
    Promotion,
    QuarantinedBlob,
    Revision,
    StoredBlob,
    TrainingRun,
)
from recommendations.models import CatalogueEntry, Event, ItemRevision
from recommendations.preview_models import PreviewRun
from recommendations.watch.models import WatchDay
from tests.ml.test_registry import save

pytestmark = pytest.mark.django_db
ROLES = ("", roles.VIEWER, roles.EDITOR, roles.MANAGER)
ALL, V, E, M, NOBODY = range(5)  # from which of ROLES on

#: (reading, posting) of the pages that Django makes for every table
LOOK = {"changelist": (V, V), "change": (V, NOBODY), "history": (V, V), "add": (NOBODY,) * 2, "delete": (NOBODY,) * 2}
HIDDEN = dict.fromkeys(LOOK, (NOBODY, NOBODY))
#: of the other pages, by the names of their addresses; None: the page knows no such method
OWN = {
    "ml_modelversion": {
        **LOOK,
        "picture": (V, V),
        "train": (V, V),
        "train_runs": (V, V),
        "train_start": (None, M),
        "train_cancel": (None, M),
        "train_schedule": (None, M),
        "evaluate": (None, M),
        "rollout": (V, M),
        "compare": (V, V),
        "training_page": (ALL, ALL),  # these lead to a page that asks
        "compare_one": (ALL, ALL),
        "release": (ALL, ALL),
    },
    "ml_promotion": {**LOOK, "export": (V, V)},
    "ml_trainingrun": LOOK,
    "ml_parametervalue": {**LOOK, "changelist": (V, NOBODY), "change": (ALL, ALL), "export": (V, V)},
    "ml_parameterchange": {**LOOK, "revert": (None, M)},
    "ml_parameterpublication": {**LOOK, "revert": (None, M)},
    "ml_parameterdraft": {**LOOK, "add": (E, E), "change": (V, E), "export": (V, V)},
    "recommendations_previewrun": {
        **LOOK,
        "draft": (V, V),
        "start": (None, E),
        "members": (E, E),
        "progress": (V, V),
        "cancel": (None, E),
    },
    "recommendations_watchday": {**LOOK, "change": (ALL, ALL), "retry": (None, M), "csv": (V, V)},
    "recommendations_event": LOOK,
    "ml_storedblob": HIDDEN,
    "ml_quarantinedblob": HIDDEN,
    "ml_revision": HIDDEN,
    "recommendations_itemrevision": HIDDEN,
    "recommendations_catalogueentry": HIDDEN,
}
#: actions of lists
ACTIONS = {
    "ml_modelversion": {"promote_versions": M, "roll_back": M, "compare_two": V, "evaluate": M},
}


@pytest.fixture
def rows(alice):
    """Table → the key of a row of it."""
    now = timezone.now()
    version = save()
    registry.promote(version)
    draft = ParameterDraft.objects.create(name="Trial")
    revision = ItemRevision.objects.create(domain="activities", item_id="1", sha="x", text="글")
    made = [
        version,
        Promotion.objects.get(),
        TrainingRun.objects.create(domain="things", family="content", status="done"),
        ParameterValue.objects.create(scope="things", name="n", value=1),
        ParameterChange.objects.create(scope="things", name="n", old=1, new=2),
        ParameterPublication.objects.create(),
        draft,
        PreviewRun.objects.create(draft=draft, draft_version=1, domain="activities", feed="latest", status="failed"),
        WatchDay.objects.create(domain="activities", day=date(2026, 1, 1), feed="latest"),
        Event.objects.create(user=alice, domain="activities", sequence=1, verb="view", weight=0, occurred_at=now),
        StoredBlob.objects.create(alias="x", key="y", data=b"z"),
        QuarantinedBlob.objects.create(alias="x", key="y", data=b"z", reason="r"),
        Revision.objects.create(name="r"),
        revision,
        CatalogueEntry.objects.create(domain="activities", item_id="1", revision=revision),
    ]
    found = {f"{row._meta.app_label}_{row._meta.model_name}": row.pk for row in made}
    return {**found, "draft": draft.pk}


def tables():
    """(name, admin) of every table of the two apps."""
    for model, its_admin in admin.site._registry.items():
        if model._meta.app_label in ("ml", "recommendations"):
            yield f"{model._meta.app_label}_{model._meta.model_name}", its_admin


def addresses(rows):
    """(table, page) → address."""
    for table, its_admin in tables():
        for pattern in its_admin.get_urls():
            if not pattern.name:
                continue
            known = pattern.pattern.converters
            of_draft = pattern.name in ("recommendations_previewrun_draft", "recommendations_previewrun_start")
            of_draft |= pattern.name == "recommendations_previewrun_members"
            given = {name: rows["draft" if of_draft else table] for name in known if name != "table"}
            given |= {"table": "days"} if "table" in known else {}
            yield (table, pattern.name.removeprefix(f"{table}_")), reverse(f"admin:{pattern.name}", kwargs=given)


@pytest.fixture
def as_role(make_user):
    def log_in(role):
        client = Client(headers={"accept-language": "en"}, raise_request_exception=False)
        user = make_user(f"r{role[:5].strip()}", is_staff=True)
        if role:
            user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        return client

    return log_in


def test_every_page_is_in_the_table(rows):
    found = {}
    for (table, page), _address in addresses(rows):
        found.setdefault(table, set()).add(page)
    assert found == {table: set(pages) for table, pages in OWN.items()}


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.replace(" ", "-") or "none")
def test_pages(rows, as_role, role, monkeypatch):
    client, level = as_role(role), ROLES.index(role)
    wrong = []
    for (table, page), address in addresses(rows):
        for method, least in zip(("get", "post"), OWN[table][page], strict=True):
            point = transaction.savepoint()
            status = getattr(client, method)(address).status_code
            transaction.savepoint_rollback(point)
            wanted = {405} if least is None else {403, 404} if level < least else {200, 302, 400, 404, 409}
            if status not in (wanted | {403} if least is None else wanted):
                wrong.append((table, page, method, status))
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("role", ROLES[1:], ids=lambda role: role.replace(" ", "-"))
def test_actions_of_lists(rows, as_role, role, rf):
    client, level = as_role(role), ROLES.index(role)
    request = rf.get("/")
    request.user = client.get("/admin/").wsgi_request.user
    for table, its_admin in tables():
        declared = {name if isinstance(name, str) else name.__name__ for name in its_admin.actions or ()}
        assert declared == set(ACTIONS.get(table, {}))
        allowed = {name for name, least in ACTIONS.get(table, {}).items() if level >= least}
        assert set(its_admin.get_actions(request)) == allowed, table


def test_members_and_visitors_see_none_of_it(rows, alice):
    member = Client()
    member.force_login(alice)
    for (_table, _page), address in addresses(rows):
        for client in (Client(), member):
            answer = client.get(address)
            assert (answer.status_code, answer.url.split("?")[0]) == (302, "/admin/login/")


def test_training_and_releasing_are_apart(rows, as_role):
    """A group that may only train releases nothing, and the other way round."""
    from django.contrib.auth.models import Permission

    addresses_of = dict(addresses(rows))
    start, release = (addresses_of["ml_modelversion", page] for page in ("train_start", "rollout"))
    for name, may in (("train_modelversion", start), ("promote_modelversion", release)):
        client = as_role(roles.VIEWER)
        user = client.get("/admin/").wsgi_request.user
        user.user_permissions.set([Permission.objects.get(codename=name)])
        assert {page: client.post(page).status_code for page in (start, release)} == {
            page: 302 if page == may else 403 for page in (start, release)
        }
        assert client.post(addresses_of["ml_modelversion", "train_schedule"]).status_code == 403  # needs both
        user.delete()
