"""One `backend` fixture that every contract test runs with: each kind of store on a server of its own."""

import uuid

import pytest

from tests.ml.store import servers

DATABASE = "ml.store.database.DatabaseStore"
BACKENDS = ["memory", "files", "redis", "sqlite", "postgresql"]


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory, django_db_blocker):
    with django_db_blocker.unblock(), servers.sqlite(tmp_path_factory.mktemp("sqlite")) as config:
        yield config


@pytest.fixture(scope="session")
def postgresql(postgres_url, django_db_blocker):
    with django_db_blocker.unblock(), servers.postgresql(postgres_url) as config:
        yield config


@pytest.fixture(params=BACKENDS)
def backend(request, settings, tmp_path, django_db_blocker):
    settings.MODEL_SIGNING_KEYS = servers.KEYS
    name = request.param
    if name == "memory":
        yield servers.Backend(name, {"BACKEND": "ml.store.memory.MemoryStore"})
    elif name == "files":
        options = {"LOCATION": str(tmp_path / "store"), "FSYNC": False}
        yield servers.Backend(name, {"BACKEND": "ml.store.filesystem.FileSystemStore", "OPTIONS": options})
    elif name == "redis":
        url = request.getfixturevalue("redis_url")
        options = {"URL": url, "PREFIX": f"{uuid.uuid4().hex}:", "LOCK_SECONDS": 5}
        yield servers.Backend(name, {"BACKEND": "ml.store.redis.RedisStore", "OPTIONS": options})
    else:
        config = request.getfixturevalue(name)
        with django_db_blocker.unblock():
            entry = {"BACKEND": DATABASE, "OPTIONS": {"USING": f"contract_{name}"}}
            made = servers.Backend(name, entry, {f"contract_{name}": config})
            yield made
            with made.store.connection.cursor() as cursor:
                cursor.execute("DELETE FROM ml_blob")
                cursor.execute("DELETE FROM ml_quarantined_blob")


@pytest.fixture
def store(backend):
    return backend.store
