"""The tag graph: which tag is learned before which, read from the order in which members solved."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from django.db import transaction

from problems.models import Attempt, Prerequisite, Problem, ProblemTag

#: solved problems before the first one of a tag that count as what led to it
WINDOW = 6
#: members who must have solved both tags
SUPPORT = 12
#: the weakest edge that is kept, and how many a tag gets
STRENGTH, EDGES = 0.15, 4
#: a prerequisite's problems may be this much harder in the mean
LEVEL_SLACK = 1.0

Edge = tuple[int, int]


def learn_prerequisites() -> int:
    """Learn the graph anew from all solutions; returns the number of learned edges.

    Edges of staff and those given at the start stay as they are, and no learned edge contradicts them or closes a circle.
    """
    tags: dict[int, list[int]] = defaultdict(list)
    for problem, tag in ProblemTag.objects.order_by("position").values_list("problem_id", "tag_id"):
        tags[problem].append(tag)
    strengths = strength(sequences(), tags, _levels(tags))
    fixed = Prerequisite.objects.exclude(source=Prerequisite.Source.LOG)
    with transaction.atomic():
        stays = {(row.before_id, row.after_id): row.weight for row in fixed.select_for_update()}
        edges = choose(strengths, stays)
        Prerequisite.objects.filter(source=Prerequisite.Source.LOG).delete()
        Prerequisite.objects.bulk_create(
            Prerequisite(before_id=before, after_id=after, weight=weight, source=Prerequisite.Source.LOG)
            for (before, after), weight in edges.items()
        )
    return len(edges)


def sequences() -> Iterator[list[int]]:
    """For each member the problems that they solved, in order of time."""
    rows = Attempt.objects.filter(solved_at__isnull=False).order_by("user_id", "solved_at", "id")
    member, found = None, []
    for user, problem in rows.values_list("user_id", "problem_id").iterator(chunk_size=5000):
        if user != member and found:
            yield found
            found = []
        member = user
        found.append(problem)
    if found:
        yield found


def _levels(tags: dict[int, list[int]]) -> dict[int, float]:
    """Tag → mean level of its problems."""
    sums: dict[int, list[int]] = defaultdict(list)
    for problem, level in Problem.objects.values_list("pk", "level"):
        for tag in tags.get(problem, ()):
            sums[tag].append(level)
    return {tag: sum(levels) / len(levels) for tag, levels in sums.items()}


def strength(
    solved: Iterable[Sequence[int]], tags: dict[int, list[int]], levels: dict[int, float]
) -> dict[Edge, float]:
    """How much each tag a looks like a prerequisite of each tag b, 0–1.

    Two facts are multiplied: how consistently members solved their first a before their first b (Laplace-smoothed
    share, stretched from ½–1 to 0–1), and how much more often than elsewhere a is among the `WINDOW` solutions right
    before the first b (one minus the inverse of the lift). The first alone would make every common tag a prerequisite
    of every rare one. Tags whose problems are clearly harder are none's prerequisites.
    """
    before: Counter[Edge] = Counter()
    led: Counter[Edge] = Counter()
    firsts: Counter[int] = Counter()
    windows: Counter[int] = Counter()
    total = 0
    for problems in solved:
        first: dict[int, int] = {}
        for place, problem in enumerate(problems):
            for tag in tags.get(problem, ()):
                first.setdefault(tag, place)
            # What a window of this length holds anywhere: the base rate.
            total += 1
            windows.update(_window(problems, place + 1, tags))
        for b, at in first.items():
            near = _window(problems, at, tags)
            firsts[b] += bool(at)
            led.update((a, b) for a in near if a != b)
            before.update((a, b) for a, place in first.items() if place < at)
    found = {}
    for (a, b), count in before.items():
        both = count + before[b, a]
        if both < SUPPORT or levels.get(a, 0.0) > levels.get(b, 0.0) + LEVEL_SLACK:
            continue
        order = max(0.0, 2 * (count + 1) / (both + 2) - 1)
        lift = (led[a, b] / max(firsts[b], 1)) / max(windows[a] / max(total, 1), 1e-9)
        if lift > 1:
            found[a, b] = order * (1 - 1 / lift)
    return found


def _window(problems: Sequence[int], end: int, tags: dict[int, list[int]]) -> set[int]:
    return {tag for problem in problems[max(0, end - WINDOW) : end] for tag in tags.get(problem, ())}


def choose(strengths: dict[Edge, float], stays: dict[Edge, float]) -> dict[Edge, float]:
    """The strongest edges, at most `EDGES` into each tag, without circles and without those that `stays` decides."""
    leads: dict[int, set[int]] = defaultdict(set)
    for (a, b), weight in stays.items():
        if weight > 0:
            leads[a].add(b)
    chosen: dict[Edge, float] = {}
    into: Counter[int] = Counter()
    for (a, b), weight in sorted(strengths.items(), key=lambda item: (-item[1], item[0])):
        if weight < STRENGTH or into[b] >= EDGES or (a, b) in stays or _reaches(leads, b, a):
            continue
        chosen[a, b] = round(weight, 4)
        leads[a].add(b)
        into[b] += 1
    return chosen


def _reaches(leads: dict[int, set[int]], start: int, goal: int) -> bool:
    stack, seen = [start], {start}
    while stack:
        tag = stack.pop()
        if tag == goal:
            return True
        fresh = leads[tag] - seen
        seen |= fresh
        stack += fresh
    return False
