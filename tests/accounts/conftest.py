"""Fixtures for accounts: an API client with real tokens, and hooks that note what they are called with."""

import pytest
from rest_framework.test import APIClient

from accounts.hooks import hooks
from tests.conftest import PASSWORD


@pytest.fixture
def tokens(db):
    """Return a function that logs a member in through the API: `tokens(alice)` -> {access, refresh}."""

    def log_in(user, **headers):
        response = APIClient().post("/api/v1/auth/token/", {"email": user.email, "password": PASSWORD}, headers=headers)
        assert response.status_code == 200, response.content
        return response.json()

    return log_in


@pytest.fixture
def bearer():
    """Return a function that makes an API client with an access token."""

    def make(access):
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
        return client

    return make


@pytest.fixture
def calls():
    """What hooks named "noted" were called with."""
    found = {"login": [], "export": [], "erase": []}
    hooks.on_login("noted", lambda key, user: found["login"].append((key, user.pk)))
    hooks.on_export("noted", lambda user: {"seen": user.nickname})
    hooks.on_erase("noted", lambda user: found["erase"].append(user.pk))
    yield found
    for kind in found:
        hooks.unregister(kind, "noted")
