"""Old versions lose their bases after a training, and only those that nobody needs."""

import pytest

from ml import parameters, registry, retention, rollout
from ml.models import ModelVersion
from ml.store import stores
from tests.ml.test_registry import HERE, save

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture(autouse=True)
def keep_two():
    parameters.set("ml.training", "keep_versions", 2)


@pytest.fixture
def prune(django_capture_on_commit_callbacks):
    """Remove, commit, and say which numbers are left."""

    def work(trained=None):
        with django_capture_on_commit_callbacks(execute=True):
            retention.prune(*HERE, trained)
        left = ModelVersion.objects.exclude(status="removed").order_by("number")
        assert all(stores["bases"].size(row.key) for row in left)
        assert not any(stores["bases"].size(row.key) for row in ModelVersion.objects.filter(status="removed"))
        return list(left.values_list("number", flat=True))

    return work


def test_the_newest_stay(prune):
    for number in range(1, 6):
        save(number)
    assert prune() == [4, 5]
    assert prune() == [4, 5]
    gone = ModelVersion.objects.get(number=1)
    assert (gone.status, gone.bytes, gone.picture, gone.broken) == ("removed", 0, None, retention.REMOVED)


def test_what_serves_is_tried_or_was_adopted_stays(prune):
    versions = [save(number) for number in range(1, 9)]
    registry.promote(versions[0])
    registry.promote(versions[1])  # production; the first is what a rollback goes back to
    rollout.set_share(versions[2], "canary", 0.2)
    rollout.set_share(versions[3], "shadow", 0.5)
    ModelVersion.objects.filter(pk=versions[4].pk).update(metrics={"origin": {"file": "old.joblib"}})
    assert prune() == [1, 2, 3, 4, 5, 7, 8]
    assert registry.rollback(*HERE).number == 1


def test_what_was_just_trained_stays_though_it_is_old(prune):
    first = save(1)
    for number in (2, 3, 4):
        save(number)
    assert prune(first) == [1, 3, 4]


def test_a_removed_one_is_refused_until_it_is_trained_again(prune):
    first = save(1)
    stale = ModelVersion.objects.get(pk=first.pk)
    for number in (2, 3):
        save(number)
    prune()
    first.refresh_from_db()
    for refused in (lambda: registry.promote(first), lambda: rollout.set_share(first, "canary", 0.1)):
        with pytest.raises(registry.RegistryError, match="was removed, since newer versions are kept"):
            refused()
    with pytest.raises(registry.RegistryError):  # chosen on a page that was opened before
        registry.promote(stale)
    assert registry.find(*HERE, "candidate").number == 3
    assert ModelVersion.objects.filter(status="production").count() == 0
    again = save(1)
    assert (again.pk, again.status, again.broken) == (first.pk, "candidate", "")
    registry.promote(again)


def test_rolling_back_twice_to_a_removed_one_is_refused(prune):
    versions = [save(number) for number in range(1, 6)]
    for version in versions[:3]:
        registry.promote(version)
    assert prune() == [2, 3, 4, 5]
    assert registry.rollback(*HERE).number == 2
    with pytest.raises(registry.RegistryError, match="was removed"):
        registry.rollback(*HERE)
    assert registry.production(*HERE).version == versions[1].version
