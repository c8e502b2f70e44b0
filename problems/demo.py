"""Loads the demo set of coding problems and the synthetic log of who solved them (fixtures/README.md) in bulk."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections import defaultdict
from collections.abc import Callable
from functools import partial

from accounts.models import User
from fixtures.load import raw
from fixtures.problems import solving
from fixtures.problems.packing import PACKAGES, PREFIX
from problems.models import Attempt, Like, Problem, Submission
from problems.services.packages import import_packages
from recommendations.bulk import record_many, refs_of
from recommendations.domains import domains
from recommendations.models import Event

#: folder of a package whose programs stand in for what members sent in
PROGRAMS = {"AC": "accepted", "TLE": "time_limit_exceeded"}
SECOND = dt.timedelta(seconds=1)
BATCH = 1000
Say = Callable[[str], None]


def is_loaded() -> bool:
    return Problem.objects.filter(external_id__startswith=PREFIX).exists()


def load_all(say: Say) -> None:
    """Write everything; the caller opens the transaction. Times count from today; needs the demo members for the log."""
    start = solving.start_of_day()
    problems = _problems(start)
    say(f"{len(problems)} problems")
    users = _members()
    rows = [row for row in solving.read() if row["member"] in users]
    events = _events(rows, start, users, problems)
    Like.objects.bulk_create(
        (
            Like(user=event.user, problem_id=int(event.item_id), created_at=event.occurred_at)
            for event in events
            if event.verb == "like"
        ),
        batch_size=BATCH,
    )
    record_many(domains["problems"], events)
    say(f"{len(events)} events on problems")
    judged = [(row, event) for row, event in zip(rows, events, strict=True) if "verdict" in row]
    _submissions(judged, problems)
    _progress(judged, problems)
    say(f"{len(judged)} submissions")


def _problems(start: dt.datetime) -> dict[str, Problem]:
    """By slug. The rows are there before their packages come, so that they have their dates from the beginning."""
    Problem.objects.bulk_create(
        Problem(
            slug=slug,
            external_id=f"{PREFIX}{slug}",
            title_en=slug,
            status=Problem.Status.PUBLISHED,
            created_at=start + dt.timedelta(days=day),
        )
        for slug, day in solving.releases().items()
    )
    done = import_packages(sorted(PACKAGES.glob("*.zip")))
    return {one.problem.slug: one.problem for one in done}


def _members() -> dict[int, User]:
    """Number in the demo data → member. By nickname, as one of them may have got another address."""
    numbers = {row["nickname"]: row["id"] for row in raw("members")}
    return {numbers[user.nickname]: user for user in User.objects.filter(nickname__in=numbers)}


def _events(rows: list[dict], start: dt.datetime, users: dict, problems: dict) -> list[Event]:
    domain = domains["problems"]
    refs = refs_of(domain, (str(problem.pk) for problem in problems.values()))
    make = partial(Event, domain=domain.name)
    found = []
    for row in rows:
        item = str(problems[row["problem"]].pk)
        at = start + row["at"] * SECOND
        found.append(
            make(user=users[row["member"]], item_id=item, revision_id=refs[item], verb=row["verb"], occurred_at=at)
        )
    return found


def _submissions(judged: list[tuple[dict, Event]], problems: dict) -> None:
    """A row for each verdict, with a program of the problem's package that earned such a verdict, and its event."""
    codes = {slug: _programs(slug) for slug in problems}
    Submission.objects.bulk_create(
        (
            Submission(
                user=event.user,
                problem=problems[row["problem"]],
                code=_code(codes[row["problem"]], row["verdict"], number),
                status=Submission.Status.DONE,
                verdict=row["verdict"],
                points=_points(row, problems[row["problem"]]),
                max_points=100.0 if problems[row["problem"]].scoring == Problem.Scoring.POINTS else None,
                time_ms=row["ms"],
                memory_kb=row["kb"],
                event_id=event.pk,
                queued_at=event.occurred_at,
                started_at=event.occurred_at + SECOND,
                judged_at=event.occurred_at + 3 * SECOND,
            )
            for number, (row, event) in enumerate(judged)
        ),
        batch_size=BATCH,
    )


def _programs(slug: str) -> dict[str, list[str]]:
    """Folder below submissions/ → programs."""
    found = defaultdict(list)
    with zipfile.ZipFile(PACKAGES / f"{slug}.zip") as archive:
        for name in archive.namelist():
            if "/submissions/" in name:
                found[name.split("/")[-2]].append(archive.read(name).decode())
    return found


def _code(programs: dict[str, list[str]], verdict: str, number: int) -> str:
    folder = PROGRAMS.get(verdict, "wrong_answer")
    choice = programs.get(folder) or programs.get("wrong_answer") or programs["time_limit_exceeded"]
    code = choice[number % len(choice)]
    return f"{code}\nprint('" if verdict == "CE" else code  # an unfinished line does not compile


def _points(row: dict, problem: Problem) -> float | None:
    if problem.scoring != Problem.Scoring.POINTS:
        return None
    return 100.0 if row["verdict"] == "AC" else float(row.get("points", 0))


def _progress(judged: list[tuple[dict, Event]], problems: dict) -> None:
    """What `problems.services.standing` would have made of the submissions one by one."""
    attempts: dict[tuple[int, str], Attempt] = {}
    for problem in problems.values():
        problem.submission_count = problem.tried_count = problem.solved_count = 0
    for row, event in judged:
        problem = problems[row["problem"]]
        problem.submission_count += 1
        attempt = attempts.get((row["member"], row["problem"]))
        if attempt is None:
            attempt = Attempt(user=event.user, problem=problem, first_tried_at=event.occurred_at)
            attempts[row["member"], row["problem"]] = attempt
            problem.tried_count += 1
        attempt.tries += 1
        points = _points(row, problem)
        attempt.points = points if attempt.points is None else max(points or 0, attempt.points)
        if row["verdict"] == "AC":
            attempt.solved_at = event.occurred_at
            problem.solved_count += 1
        else:
            attempt.last_failed_at = event.occurred_at
    Attempt.objects.bulk_create(attempts.values(), batch_size=BATCH)
    Problem.objects.bulk_update(problems.values(), ["submission_count", "tried_count", "solved_count"])
