"""Copying between stores: verified, resumable, and never over something newer."""

import pytest
from django.core.management import CommandError, call_command

from ml.models import StoredBlob
from ml.store import stores

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_stores(settings):
    settings.PERSONAL_MODEL_STORES = {
        **settings.PERSONAL_MODEL_STORES,
        "new": {"BACKEND": "ml.store.memory.MemoryStore", "OPTIONS": {"MAX_BYTES": 2000}},
    }
    for member in range(3):
        stores["default"].put(f"personal/clubs/{member}", {"sequence": member, "x": "a"})
    stores["default"].put("personal/activities/1", {"sequence": 5})


def run(capsys, *arguments) -> str:
    call_command("migrate_models", *arguments)
    return capsys.readouterr().out.splitlines()[-1]


def test_copies_once(capsys):
    assert run(capsys, "--from", "default", "--to", "new") == "4 models: 4 copied"
    assert list(stores["new"].keys()) == list(stores["default"].keys())
    assert stores["new"].get("personal/clubs/2") == {"sequence": 2, "x": "a"}
    assert run(capsys, "--from", "default", "--to", "new") == "4 models: 4 already there"


def test_one_domain_and_what_is_newer(capsys):
    stores["new"].put("personal/clubs/0", {"sequence": 9})
    assert (
        run(capsys, "--from", "default", "--to", "new", "--domain", "clubs")
        == "3 models: 1 newer in the target, 2 copied"
    )
    assert stores["new"].get("personal/clubs/0") == {"sequence": 9}
    assert stores["new"].get("personal/activities/1") is None
    assert run(capsys, "--from", "default", "--to", "new", "--domain", "clubs", "--overwrite").endswith(
        "1 copied, 2 already there"
    )
    assert stores["new"].get("personal/clubs/0") == {"sequence": 0, "x": "a"}


def test_bad_and_too_large_ones_are_reported_and_the_rest_is_copied(capsys):
    StoredBlob.objects.filter(key="personal/clubs/1").update(data=b"junk")
    stores["default"].put("personal/clubs/2", {"x": b"a" * 5000})
    with pytest.raises(CommandError, match="1 models were not copied"):
        call_command("migrate_models", "--from", "default", "--to", "new")
    output = capsys.readouterr()
    assert output.out.splitlines()[-1] == "4 models: 2 copied, 1 unreadable or gone"
    assert "personal/clubs/2" in output.err


def test_unknown_store():
    with pytest.raises(
        CommandError, match="there is no model store 'x'; PERSONAL_MODEL_STORES has: default, bases, new"
    ):
        call_command("migrate_models", "--from", "default", "--to", "x")


def test_signing_anew(capsys, settings):
    settings.MODEL_SIGNING_KEYS = ["another-key-0123456789-0123456789", *settings.MODEL_SIGNING_KEYS]
    assert run(capsys, "--from", "default", "--to", "default") == "4 models: 4 signed anew"
    assert run(capsys, "--from", "default", "--to", "default") == "4 models: 4 signed already"
