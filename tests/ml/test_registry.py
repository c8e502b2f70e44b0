"""Versions of bases: saving, promoting, rolling back, and what happens to broken ones."""

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from ml import registry, release, revisions
from ml.families.base import Base
from ml.models import ModelVersion, Promotion, StoredBlob
from ml.store import stores

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
HERE = ("things", "content")


@pytest.fixture(autouse=True)
def fresh_cache():
    registry.clear_cache()
    yield
    registry.clear_cache()


def base(factor: int = 1) -> Base:
    state = {"weights": np.arange(6, dtype="float32").reshape(2, 3) * factor, "words": ["산", "바다"]}
    return Base("content", state, {"alpha": 0.5}, "f" * 64)


def save(factor: int = 1, **fields) -> ModelVersion:
    return registry.save_version("things", base(factor), **fields)


def test_saving_registers_a_candidate():
    version = save(metrics={"accuracy": np.float64(0.9), "nan": float("nan")}, rows=3, seed=4, window={"from": "2026"})
    version.refresh_from_db()
    assert (version.number, version.status, version.broken, version.rows, version.seed) == (1, "candidate", "", 3, 4)
    assert version.metrics == {"accuracy": 0.9, "nan": None}
    assert version.params == {"alpha": 0.5}
    assert version.version == base().version
    assert version.bytes == stores["bases"].size(version.key)
    assert registry.production(*HERE) is None


def test_saving_an_equal_base_again_makes_nothing_new():
    first = save(picture=b"png")
    again = save(metrics={"accuracy": 1.0})
    assert (again.pk, bytes(again.picture), again.metrics) == (first.pk, b"png", {"accuracy": 1.0})
    assert save(2).number == 2
    assert StoredBlob.objects.count() == 2


def test_promoted_bases_are_served_and_equal_what_was_saved(django_assert_num_queries):
    registry.promote(save())
    registry.clear_cache()
    served = registry.production(*HERE)
    assert served.version == base().version
    assert Base(served.family, served.state, served.params).version == base().version
    assert served.fingerprint == "f" * 64
    numbers = revisions.current()
    with django_assert_num_queries(0):
        assert registry.production(*HERE, numbers) is served
    with pytest.raises(ValueError, match="read-only"):
        served.state["weights"][0, 0] = 1


def test_only_one_version_is_in_production():
    registry.promote(save(1))
    registry.promote(save(2))
    assert list(ModelVersion.objects.order_by("number").values_list("status", flat=True)) == ["retired", "production"]
    with pytest.raises(IntegrityError), transaction.atomic():
        ModelVersion.objects.update(status="production")
    assert registry.production(*HERE).version == base(2).version


def test_rollback_goes_back_step_by_step():
    one, two, three = save(1), save(2), save(3)
    for version in (one, two, three):
        registry.promote(version)
    assert registry.rollback(*HERE) == two
    assert registry.production(*HERE).version == two.version
    assert registry.rollback(*HERE) == one
    with pytest.raises(registry.RegistryError, match="no earlier version"):
        registry.rollback(*HERE)
    registry.promote(three)
    assert registry.rollback(*HERE) == one
    actions = Promotion.objects.order_by("id").values_list("action", flat=True)
    assert list(actions) == ["promote"] * 3 + ["rollback"] * 2 + ["promote", "rollback"]


def test_promoting_the_present_version_changes_nothing():
    version = save()
    registry.promote(version)
    number = revisions.current()["models"]
    registry.promote(version)
    assert Promotion.objects.count() == 1
    assert revisions.current()["models"] == number


def test_listeners_hear_after_commit(django_capture_on_commit_callbacks):
    heard = []
    release.listeners.append(lambda version, previous: heard.append((version.number, previous and previous.number)))
    try:
        with django_capture_on_commit_callbacks(execute=True):
            registry.promote(save(1))
            registry.promote(save(2))
            assert heard == []
    finally:
        release.listeners.pop()
    assert heard == [(1, None), (2, 1)]


@pytest.mark.parametrize("damage", ["missing", "junk"])
def test_broken_versions_are_marked_and_not_promoted(damage):
    version = save()
    if damage == "missing":
        stores["bases"].delete(version.key)
    else:
        StoredBlob.objects.filter(key=version.key).update(data=b"junk")
    with pytest.raises(registry.BrokenVersion, match="missing from the store"):
        registry.promote(version)
    version.refresh_from_db()
    assert version.status == "candidate"
    assert version.broken.startswith("its base is missing")
    repaired = save()
    assert (repaired.pk, repaired.broken) == (version.pk, "")
    registry.promote(repaired)
    assert registry.production(*HERE).version == version.version


def test_a_broken_base_in_production_serves_nothing_and_raises_nothing(django_assert_num_queries):
    version = save()
    registry.promote(version)
    registry.clear_cache()
    stores["bases"].delete(version.key)
    assert registry.production(*HERE) is None
    numbers = revisions.current()
    assert registry.production(*HERE, numbers) is None
    with django_assert_num_queries(0):
        assert registry.production(*HERE, numbers) is None
    save()
    assert registry.production(*HERE).version == version.version


def test_a_base_under_another_versions_key_is_refused():
    one, two = save(1), save(2)
    StoredBlob.objects.filter(key=two.key).update(data=StoredBlob.objects.get(key=one.key).data)
    with pytest.raises(registry.BrokenVersion):
        registry.load(*HERE, two.version)


def test_commands(capsys):
    one, two = save(1), save(2)
    call_command("promote", *HERE, "--model-version", "1")
    assert registry.production(*HERE).version == one.version
    call_command("promote", *HERE)
    assert registry.production(*HERE).version == two.version
    call_command("rollback", *HERE)
    assert registry.production(*HERE).version == one.version
    with pytest.raises(CommandError, match="no earlier version"):
        call_command("rollback", *HERE)
    with pytest.raises(CommandError, match=r"has no version 9; there are: #2"):
        call_command("promote", *HERE, "--model-version", "9")
    with pytest.raises(CommandError, match="none; train one first"):
        call_command("promote", "nothing", "content")
    assert capsys.readouterr().out.splitlines()[0] == f"in production: things/content #1 ({one.version})"
