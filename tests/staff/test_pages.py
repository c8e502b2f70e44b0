"""Every page of the admin, whoever opens it: it answers, in Korean, with as many queries for many rows as for few."""

import gettext
import re

import pytest
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, label_for_field
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.translation import trans_real

from tests.support import rows

ROLES = ("viewer", "editor", "model manager", "moderator")
#: What staff read the same in both languages.
SAME = {
    "ID", "NDCG", "PSI", "URL", "Moa", "English", "MAE", "RMSE", "UID", "JSON", "CSV", "XLSX", "%(class_name)s %(instance)s",
}  # fmt: skip
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


class _Untranslated(gettext.NullTranslations):
    """Stands behind all catalogues of a language and notes what none of them knew."""

    def __init__(self):
        super().__init__()
        self.texts = set()
        self.plural = int

    def gettext(self, message):
        self.texts.add(message)
        return message

    def ngettext(self, singular, plural, number):
        self.texts.add(singular)
        return plural

    def pgettext(self, context, message):
        return self.gettext(message)

    def npgettext(self, context, singular, plural, number):
        return self.ngettext(singular, plural, number)


@pytest.fixture
def untranslated():
    chain = [trans_real.translation("ko")]
    while chain[-1]._fallback:
        chain.append(chain[-1]._fallback)
    notes = _Untranslated()
    chain[-1].add_fallback(notes)
    yield notes.texts
    chain[-1]._fallback = None


def is_korean(text):
    text = str(text)
    return not re.search("[A-Za-z]{2}", text) or bool(re.search("[가-힣]", text)) or text.strip() in SAME


def pages_of(model, row):
    """{kind: address} of the pages that a model's admin has."""
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    found = {}
    for kind in ("changelist", "add", "change", "delete", "history"):
        try:
            found[kind] = reverse(f"{name}_{kind}", args=[] if kind in ("changelist", "add") else [row.pk])
        except NoReverseMatch:
            continue
    return found


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_page_answers_in_korean(model, client, staff, untranslated):
    row = rows.make(model, 3)[0]
    client.force_login(staff)
    addresses = pages_of(model, row)
    with translation.override("ko"):
        answers = {kind: client.get(address, follow=True) for kind, address in addresses.items()}
        listed = addresses["changelist"]
        answers["nothing found"] = client.get(f"{listed}?q=nothing-is-called-so")
        chosen = {"action": "delete_selected", "_selected_action": [row.pk]}
        answers["delete chosen"] = client.post(listed, chosen, follow=True)
        assert {kind: answer.status_code for kind, answer in answers.items()} == dict.fromkeys(answers, 200) | {
            kind: 403 for kind, answer in answers.items() if answer.status_code == 403 and kind != "changelist"
        } | {kind: 405 for kind in ("delete chosen",) if answers[kind].status_code == 405}
        assert sorted(text for text in untranslated if not is_korean(text)) == []
        assert [text for text in _labels(model, answers) if not is_korean(text)] == []


def _labels(model, answers):
    """Names of the model, of its columns, and of its form's fields."""
    page = admin.site._registry[model]
    yield from (model._meta.verbose_name, model._meta.verbose_name_plural, model._meta.app_config.verbose_name)
    listed = (answers["changelist"].context or {}).get("cl")
    if listed:
        for name in listed.list_display:
            if name != "action_checkbox":
                yield label_for_field(name, model, page)
    form = (answers["change"].context or {}).get("adminform") if "change" in answers else None
    if form:
        for name in flatten_fieldsets(form.fieldsets):
            field = form.form.fields.get(name)
            yield field.label if field else label_for_field(name, model, page)


@pytest.mark.parametrize("role", ROLES)
def test_no_page_breaks_for_a_role(role, client, make_user):
    member = make_user("somebody", is_staff=True)
    member.groups.add(Group.objects.get(name=role))
    client.force_login(member)
    broken, seen = [], 0
    for model in MODELS:
        row = rows.make(model, 1)[0]
        for address in pages_of(model, row).values():
            status = client.get(address).status_code
            seen += status == 200
            broken += [(address, status)] if status not in (200, 302, 403) else []
    assert broken == []
    assert seen > 5


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_lists_ask_as_much_for_many_rows_as_for_few(model, client, staff):
    rows.make(model, 5)
    client.force_login(staff)
    address = _list(model)
    assert client.get(address).status_code == 200  # what a process asks once is asked here
    few = _queries(client, address)
    rows.make(model, 20)
    many = _queries(client, address)
    assert len(many) <= len(few), [sql for sql in many if sql not in few][:12]
    assert len(few) <= MOST, few


#: Session, member, permissions, counts, rows and a date hierarchy; pages of their own (parameters, watch) need more.
MOST = 24


def _list(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def _queries(client, address):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in asked]
