"""The town, and clients of members."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.pages.town import build


@pytest.fixture
def town(db):
    return build()


@pytest.fixture
def client_of():
    """Return a function that makes a client logged in as somebody."""

    def make(user) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return make


@pytest.fixture
def htmx() -> dict[str, str]:
    """The header by which htmx says who asks."""
    return {"HX-Request": "true"}
