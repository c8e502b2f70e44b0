"""Main page, AI tab and feed over the whole Django stack in one process: statements, and milliseconds a request."""

from __future__ import annotations

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from benchmarks import world
from benchmarks.timing import p50, p95, show, side_by_side

PAGES = {
    "main page": "/",
    "AI tab, fragment": "/fragments/feed/activities/for-you/",
    "popular, fragment": "/fragments/feed/activities/popular/",
    "feed, API": "/api/v1/recommendations/activities/?feed=for-you",
}


def main(size: int, *, quick: bool = False) -> None:
    alice = User.objects.get(pk=world.members(1)[0].pk)
    member = Client()
    member.force_login(alice, backend="allauth.account.auth_backends.AuthenticationBackend")
    askers = {"visitor": Client(), "member": member}
    tasks = {(page, who): _ask(client, path) for page, path in PAGES.items() for who, client in askers.items()}
    taken = side_by_side(tasks, 5 if quick else 60)
    rows = []
    for (page, who), task in tasks.items():
        with CaptureQueriesContext(connection) as queries:
            task()
        rows.append([page, who, len(queries), p50(taken[page, who]), p95(taken[page, who])])
    show(f"Pages at {size:,} activities, member of 100 events", "page|for|statements|p50, ms|p95, ms", rows)


def _ask(client: Client, path: str):
    def ask() -> None:
        response = client.get(path)
        if response.status_code != 200:
            raise RuntimeError(f"{path}: status {response.status_code}")

    return ask
