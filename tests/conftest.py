"""Fixtures for all tests: members, API clients, a real PostgreSQL, Redis and browser."""

from __future__ import annotations

import os

# Playwright's synchronous API runs an event loop in the test's thread, where Django would refuse the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
# Forked or threaded children hang where a numeric library has started threads of its own.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.utils import translation
from hypothesis import HealthCheck, settings
from rest_framework.test import APIClient

from ml import registry
from recommendations import catalogue
from tests.support import browser as browsers
from tests.support import postgres, redis

PASSWORD = "moa-Test-password-1"

settings.register_profile(
    "moa",
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile("thorough", settings.get_profile("moa"), max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "moa"))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every test that commits the migrations' rows (regions, categories, content types) back.

    All or none: a test that asks for them after one that does not finds content types already made, with other keys.
    """
    for item in items:
        marker = item.get_closest_marker("django_db")
        names = {"live_server", "transactional_db"} & set(getattr(item, "fixturenames", ()))
        if names or (marker and marker.kwargs.get("transaction")):
            item.add_marker(pytest.mark.django_db(transaction=True, serialized_rollback=True), append=False)


@pytest.fixture(autouse=True)
def _fresh_process_state() -> Iterator[None]:
    """Let no test see another's cache or language."""
    cache.clear()
    # Revision numbers start anew with every rolled-back database, so what was cached by them is another test's.
    catalogue.forget_all()
    registry.clear_cache()
    yield
    translation.deactivate()


@pytest.fixture
def make_user(db) -> Callable[..., object]:
    """Return a function that makes a member: `make_user("alice", is_staff=True)`."""

    def make(name: str, **fields: object) -> object:
        values = {"email": f"{name}@moa.example", "password": PASSWORD, "nickname": name, **fields}
        return get_user_model().objects.create_user(**values)

    return make


@pytest.fixture
def alice(make_user):
    return make_user("alice")


@pytest.fixture
def bob(make_user):
    return make_user("bob")


@pytest.fixture
def charlie(make_user):
    return make_user("charlie")


@pytest.fixture
def staff(make_user):
    return make_user("staff", is_staff=True, is_superuser=True)


@pytest.fixture
def api() -> APIClient:
    """An API client of a visitor."""
    return APIClient()


@pytest.fixture
def api_for() -> Callable[..., APIClient]:
    """Return a function that makes an API client logged in as somebody: `api_for(alice)`."""

    def make(user: object) -> APIClient:
        client = APIClient()
        client.force_authenticate(user)
        return client

    return make


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The DATABASE_URL of a real PostgreSQL of this session."""
    with postgres.running_postgres() as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The URL of a real Redis of this session."""
    if not redis.is_installed():
        pytest.skip("redis-server is not installed: apt-get install redis-server")
    with redis.running_redis() as url:
        yield url


@pytest.fixture(scope="session")
def browser():
    """A real browser of this session."""
    if not browsers.executable():
        pytest.skip("chromium is not installed: apt-get install chromium")
    with browsers.running_chromium() as chromium:
        yield chromium


@pytest.fixture
def new_page(browser):
    """Return a function that opens a page in a profile of its own: `new_page(viewport=PHONE)`."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(browsers.open_page(browser, **options))


@pytest.fixture
def page(new_page):
    """One page, as wide as a desktop's."""
    return new_page()


@pytest.fixture
def phone(new_page):
    """One page, as narrow as a phone's."""
    return new_page(viewport=browsers.PHONE)
