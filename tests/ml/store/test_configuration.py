"""The handler, the settings and the system checks that look at them."""

import pytest

from ml.checks import check_signing_keys, check_stores
from ml.store import InvalidStoreError, stores
from ml.store.handler import StoreHandler

DATABASE = {"BACKEND": "ml.store.database.DatabaseStore"}
MEMORY = {"BACKEND": "ml.store.memory.MemoryStore"}


def test_one_instance_per_alias_and_process(settings):
    settings.PERSONAL_MODEL_STORES = {"default": MEMORY, "bases": MEMORY}
    assert stores["default"] is stores["default"]
    assert stores["default"] is not stores["bases"]
    assert list(stores) == ["default", "bases"]
    assert "bases" in stores


def test_changed_settings_drop_the_instances(settings):
    settings.PERSONAL_MODEL_STORES = {"default": MEMORY}
    first = stores["default"]
    settings.PERSONAL_MODEL_STORES = {"default": MEMORY}
    assert stores["default"] is not first


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"default": MEMORY}, "there is no model store 'x'; PERSONAL_MODEL_STORES has: default"),
        ({"x": {}}, "needs a BACKEND"),
        ({"x": {"BACKEND": "ml.store.nothing.Store"}}, "cannot import 'ml.store.nothing.Store'"),
        ({"x": {"BACKEND": "ml.store.blobs.BadBlob"}}, "is not a subclass of BaseStore"),
        ({"x": {**MEMORY, "OPTIONS": {"MAX": 1}}}, "MemoryStore has no option 'MAX'; it has: COMPRESS_OVER, MAX_BYTES"),
        ({"x": {**MEMORY, "OPTIONS": {"MAX_BYTES": "1 MB"}}}, "MAX_BYTES must be a number of 0 or more, not '1 MB'"),
        ({"x": {"BACKEND": "ml.store.filesystem.FileSystemStore"}}, "needs the option LOCATION"),
        ({"x": {"BACKEND": "ml.store.redis.RedisStore"}}, "needs the option URL"),
        ({"x": {"BACKEND": "ml.store.redis.RedisStore", "OPTIONS": {"URL": "http://x"}}}, "URL"),
        (
            {"x": {"BACKEND": "ml.store.filesystem.FileSystemStore", "OPTIONS": {"LOCATION": "/dev/null/x"}}},
            "cannot use the folder /dev/null/x",
        ),
    ],
)
def test_misconfiguration_is_explained(config, message):
    with pytest.raises(InvalidStoreError) as error:
        StoreHandler(config)["x"]
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("config", "ids"),
    [
        ({"default": DATABASE, "bases": DATABASE}, []),
        ({"default": DATABASE}, ["ml.E003"]),
        ("memory", ["ml.E002"]),
        ({"default": DATABASE, "bases": {"BACKEND": "x.y"}}, ["ml.E004"]),
        ({"default": DATABASE, "bases": {**DATABASE, "OPTIONS": {"USING": "x"}}}, ["ml.E005"]),
        ({"default": DATABASE, "bases": MEMORY}, ["ml.W003"]),
    ],
)
def test_system_checks(settings, config, ids):
    settings.DEBUG = False
    settings.PERSONAL_MODEL_STORES = config
    problems = check_stores(None)
    assert [problem.id for problem in problems] == ids
    assert all(problem.hint for problem in problems)


@pytest.mark.parametrize(
    ("keys", "ids"), [("a" * 40, ["ml.E001"]), ([], ["ml.E001"]), (["short"], ["ml.W001"]), (["a" * 40], [])]
)
def test_check_of_signing_keys(settings, keys, ids):
    settings.MODEL_SIGNING_KEYS = keys
    assert [problem.id for problem in check_signing_keys(None)] == ids
