"""Memory of one web process that serves 10,000 members in turn, against the same process after 10 members."""

from __future__ import annotations

from benchmarks import world
from benchmarks.server import Site, running
from benchmarks.timing import show, verdict

FEW = 10
PATH = "/api/v1/recommendations/activities/?n=8"


def main(size: int, *, quick: bool = False) -> None:
    many = 50 if quick else 10_000
    cookies = [f"sessionid={key}" for key in world.sessions(world.members(many))]
    with running() as site:
        for _ in range(5 if quick else 100):  # allocators and thread pools have their size after that
            serve(site, cookies[:FEW])
        few = site.memory()
        serve(site, cookies)
        after = site.memory()
    rows = [[f"{FEW} members, 100 requests each", few], [f"then {many:,} members in turn", after]]
    show("Resident memory of a web process", "after|MB", rows)
    print(f"- +50 MB or less: {verdict(after - few <= 50)} ({after - few:+.1f} MB)")


def serve(site: Site, cookies: list[str]) -> None:
    for cookie in cookies:
        site.get(PATH, {"Cookie": cookie})
