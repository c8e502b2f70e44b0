"""The town of the pages' tests, served to a real browser."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.services import ensure_reference_data
from tests.pages.town import build


@pytest.fixture
def town(transactional_db):
    """The town; a test before may have emptied the tables that migrations fill."""
    ensure_reference_data()
    return build()


@pytest.fixture
def log_in(live_server):
    """Return a function that gives a page the session of a member."""

    def run(page, user) -> None:
        client = Client()
        client.force_login(user)
        page.context.add_cookies(
            [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
        )

    return run
