"""Broken and foreign versions are refused wherever they are released: admin, commands, canary, shadow; production unharmed."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client, override_settings

from ml import registry, rollout
from ml.families import get
from ml.models import ModelVersion, Promotion, StoredBlob
from ml.store import blobs, stores
from tests.ml.test_registry import HERE, save

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def blob(version) -> bytes:
    return bytes(StoredBlob.objects.get(key=version.key).data)


def replace(version, data: bytes) -> None:
    StoredBlob.objects.filter(key=version.key).update(data=data)


def state(version) -> dict:
    return dict(stores["bases"].get(version.key))


def foreign_key(version):
    found = state(version)
    with override_settings(MODEL_SIGNING_KEYS=["another-site's-key-0123456789-0123456789"]):
        stores["bases"].put(version.key, found)


def other_domain(version):
    found = state(version)
    stores["bases"].put("base/other/content/abc", found)
    replace(version, bytes(StoredBlob.objects.get(key="base/other/content/abc").data))


def other_family(version):
    stores["bases"].put(version.key, {**state(version), "family": "item_item"})


def truncated(version):
    replace(version, blob(version)[:-20])


def one_bit(version):
    data = bytearray(blob(version))
    data[len(data) // 2] ^= 1
    replace(version, bytes(data))


def missing(version):
    stores["bases"].delete(version.key)


def empty(version):
    stores["bases"].put(version.key, {"family": "content"})


def newer_format(version):
    stores["bases"].put(version.key, {**state(version), "format": get("content").format + 1})


def newer_envelope(version):
    data = bytearray(blob(version))
    data[len(blobs.MAGIC) - 1] += 1
    replace(version, bytes(data))


DAMAGES = {
    foreign_key: "quarantine",
    other_domain: "quarantine",
    other_family: "of the family 'item_item'",
    truncated: "quarantine",
    one_bit: "quarantine",
    missing: "missing from the store",
    empty: "expected form",
    newer_format: "its base has format 2, this code reads format 1",
    newer_envelope: "quarantine",
}


@pytest.fixture(params=list(DAMAGES), ids=lambda damage: damage.__name__)
def damage(request):
    return request.param


@pytest.fixture
def served():
    version = save(1)
    registry.promote(version)
    return version


@pytest.fixture
def admin(staff):
    client = Client(headers={"accept-language": "en"})
    client.force_login(staff)
    return client


def unharmed(served) -> bool:
    registry.clear_cache()
    return registry.production(*HERE).version == served.version and Promotion.objects.count() == 1


def test_refused_by_page_action_command_and_trials(served, admin, damage):
    bad, reason = save(2), DAMAGES[damage]
    damage(bad)
    registry.clear_cache()
    page = f"/admin/ml/modelversion/{bad.pk}/rollout/"
    for form in ({"action": "promote"}, {"action": "canary", "percent": "20"}, {"action": "shadow", "percent": "20"}):
        assert "Refused, and nothing was changed" in admin.post(page, form, follow=True).content.decode()
    bad.refresh_from_db()
    assert reason in bad.broken
    chosen = {"action": "promote_versions", "_selected_action": [bad.pk]}
    assert "Train it again" in admin.post("/admin/ml/modelversion/", chosen, follow=True).content.decode()
    with pytest.raises(CommandError, match=r"Train it again, or roll back"):
        call_command("promote", *HERE, "--model-version", "2")
    for kind in rollout.KINDS:
        with pytest.raises(registry.BrokenVersion):
            rollout.set_share(bad, kind, 0.5)
    assert unharmed(served)
    repaired = save(2)  # training again is the way out
    assert (repaired.pk, repaired.broken) == (bad.pk, "")
    assert registry.promote(repaired).status == "production"


def test_a_rollback_to_a_broken_one_leaves_production(served, damage):
    second = save(2)
    registry.promote(second)
    damage(served)
    registry.clear_cache()
    with pytest.raises(registry.BrokenVersion):
        registry.rollback(*HERE)
    assert registry.production(*HERE).version == second.version
    assert ModelVersion.objects.get(pk=second.pk).status == "production"


def test_a_base_from_before_formats_counts_as_the_first(served):
    found = state(served)
    del found["format"]
    stores["bases"].put(served.key, found)
    registry.clear_cache()
    assert registry.production(*HERE).version == served.version


def test_code_of_a_newer_format_refuses_older_bases(served, monkeypatch):
    monkeypatch.setattr(type(get("content")), "format", 7)
    registry.clear_cache()
    assert registry.production(*HERE) is None  # nothing is misread: as without a model
    served.refresh_from_db()
    assert served.broken == "its base has format 1, this code reads format 7"
    again = save(1)
    assert (again.pk, again.broken) == (served.pk, "")
    assert registry.production(*HERE).version == served.version
