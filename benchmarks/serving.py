"""A member's recommendations over HTTP, against the same JSON from memory behind the same authentication and middleware."""

from __future__ import annotations

import json
from itertools import cycle

from benchmarks import world
from benchmarks.server import Site, running
from benchmarks.timing import p50, p95, ratio, show, side_by_side, verdict

PASSWORD = "moa-bench-1234"  # of a member in a temporary database


def main(size: int, *, quick: bool = False) -> None:
    (alice,) = world.members(1)
    alice.set_password(PASSWORD)
    alice.save()
    with running() as site:
        member = site.token(alice.email, PASSWORD)
        paths = {"real": "/api/v1/recommendations/activities/?n=8", "memory": "/api/v1/from-memory/activities/?n=8"}
        answers = [json.loads(site.get(path, member))["items"] for path in paths.values()]
        if [card["item"] for card in answers[0]] != [card["item"] for card in answers[1]]:  # scores age
            raise RuntimeError("the two views do not show the same")
        tasks = {name: lambda path=path: site.get(path, member) for name, path in paths.items()}
        seen = cycle(card["id"] for card in json.loads(site.get(f"{paths['real']}&n=100", member))["items"])
        before = {"after": lambda: _look(site, next(seen), member)}
        taken = side_by_side({**tasks, "after": tasks["real"]}, 10 if quick else 300, warm=10, before=before)
    names = {
        "real": "recommendations of the member's own model, which learned nothing since the last request",
        "after": "the same, right after an event: all computed anew",
        "memory": "the same JSON from memory",
    }
    rows = [[text, p50(taken[name]), p95(taken[name])] for name, text in names.items()]
    show(f"One request over HTTP at {size:,} activities, member of 100 events", "what|p50, ms|p95, ms", rows)
    for name, text in (("real", "without"), ("after", "with")):
        factor = ratio(taken[name], taken["memory"])
        print(
            f"- {text} an event before, within 2× of the same JSON from memory: {verdict(factor <= 2)} ({factor:.2f}×)"
        )


def _look(site: Site, item: str, member: dict[str, str]) -> None:
    site.post("/api/v1/events/", {"domain": "activities", "item": item, "verb": "view"}, member)
