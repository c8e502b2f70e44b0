"""Roadmaps: an ordered way of problems to a problem, or to a tag and level.

The way climbs in level, meets the tags that come before the goal's in their order, then practises the goal's own tag up
to its level, and leaves out what the member has solved and the tags that they already master.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db.models import prefetch_related_objects

from problems.models import Attempt, Prerequisite, Problem, ProblemTag, Tag
from problems.models.catalogue import LOWEST
from problems.querysets import tags_prefetch

#: problems on a way; tags that come before; how far back they are looked for
STEPS, BEFORE, DEPTH = 12, 5, 3
#: the weakest chain of prerequisites that counts: the product of its edges
WEAKEST = 0.1
#: solved problems of a tag at no more than SLACK levels below the goal after which it is mastered
MASTERED, SLACK = 3, 4
#: levels between two problems of the goal's tag
STRIDE = 2


@dataclass(frozen=True)
class Step:
    """One problem on the way, the tag it is there for, and whether that is a prerequisite, practice or the goal."""

    problem: Problem
    tag: Tag | None
    kind: str


@dataclass
class Roadmap:
    """The way: `steps` in order; `mastered` tags and the number of solved problems of these tags were left out."""

    level: int
    problem: Problem | None = None
    tag: Tag | None = None
    steps: list[Step] = field(default_factory=list)
    mastered: list[Tag] = field(default_factory=list)
    solved: int = 0


@dataclass
class _Scene:
    """What the choice is made from: level, popularity and tags by problem, what is solved, and the goal."""

    levels: dict[int, int]
    popularity: dict[int, int]
    tags: dict[int, set[int]]
    solved: set[int]
    goal_level: int
    taken: list[int] = field(default_factory=list)
    floor: int = LOWEST

    def best(self, tag: int, target: int, known: set[int]) -> int | None:
        """The unsolved problem of a tag nearest to the level `target`, not below the last step's, with few foreign tags."""
        rows = [
            problem
            for problem, tags in self.tags.items()
            if tag in tags
            and self.floor <= self.levels[problem] <= self.goal_level
            and problem not in self.solved
            and problem not in self.taken
        ]
        if not rows:
            return None
        return min(
            rows,
            key=lambda one: (
                abs(self.levels[one] - target),
                len(self.tags[one] - known - {tag}),
                -self.popularity[one],
                one,
            ),
        )

    def take(self, problem: int) -> None:
        self.taken.append(problem)
        self.floor = max(self.floor, self.levels[problem])


def to_problem(problem: Problem, user: Any = None) -> Roadmap:
    """The way to a problem; it comes last, unless it is solved."""
    prefetch_related_objects([problem], tags_prefetch())
    tags = [row.tag for row in problem.problem_tags.all()]
    return _build(Roadmap(problem.level, problem=problem), tags, user)


def to_goal(tag: Tag, level: int, user: Any = None) -> Roadmap:
    """The way to a tag and level."""
    return _build(Roadmap(level, tag=tag), [tag], user)


def _build(way: Roadmap, goals: list[Tag], user: Any) -> Roadmap:
    names = {tag.pk: tag for tag in Tag.objects.all()}
    before = chain([tag.pk for tag in goals])
    scene = _scene(way, {*before, *(tag.pk for tag in goals)}, user)
    mastered = _mastered(scene)
    way.mastered = [names[tag] for tag in before if tag in mastered]
    way.solved = len(scene.solved & set(scene.tags))
    ahead = [tag for tag in before if tag not in mastered]
    start = _start(scene)
    kinds: dict[int, tuple[int | None, str]] = {}
    known = set(mastered)
    for place, tag in enumerate(ahead):
        target = start + round((scene.goal_level - start) * place / (len(ahead) + 1))
        _step(scene, kinds, tag, target, known, "prerequisite")
        known.add(tag)
    for tag in [tag.pk for tag in goals][:1]:
        room = STEPS - len(scene.taken) - (way.problem is not None)
        for target in _targets(scene, tag, start, room):
            _step(scene, kinds, tag, target, known, "practice")
    if way.problem is not None and way.problem.pk not in scene.solved:
        scene.taken.append(way.problem.pk)
        kinds[way.problem.pk] = (goals[0].pk if goals else None, "goal")
    rows = Problem.objects.for_cards().in_bulk(scene.taken)
    way.steps = [Step(rows[pk], names.get(kinds[pk][0] or 0), kinds[pk][1]) for pk in scene.taken]
    return way


def _step(scene: _Scene, kinds: dict, tag: int, target: int, known: set[int], kind: str) -> None:
    found = scene.best(tag, max(target, scene.floor), known)
    if found is not None:
        scene.take(found)
        kinds[found] = (tag, kind)


def chain(goals: list[int]) -> list[int]:
    """The tags that come before `goals`, themselves in an order in which none comes before its own prerequisites.

    Of all that lead there the `BEFORE` with the strongest chains of edges, at most `DEPTH` edges long.
    """
    into: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for before, after, weight in Prerequisite.objects.filter(weight__gt=0).values_list("before", "after", "weight"):
        into[after].append((before, weight))
    reach: dict[int, float] = {}
    wave = dict.fromkeys(goals, 1.0)
    for _edge in range(DEPTH):
        further: dict[int, float] = {}
        for tag, weight in wave.items():
            for before, edge in into[tag]:
                value = weight * edge
                if before not in goals and value >= WEAKEST and value > reach.get(before, 0.0):
                    reach[before] = further[before] = value
        wave = further
    kept = sorted(reach, key=lambda tag: (-reach[tag], tag))[:BEFORE]
    return _in_order(set(kept), into)


def _in_order(tags: set[int], into: dict[int, list[tuple[int, float]]]) -> list[int]:
    """Prerequisites first. Staff may have drawn a circle: it is cut where it is met."""
    order: list[int] = []
    state: dict[int, bool] = {}

    def visit(tag: int) -> None:
        if tag in state:
            return
        state[tag] = False
        for before, _weight in sorted(into[tag]):
            if before in tags:
                visit(before)
        order.append(tag)

    for tag in sorted(tags):
        visit(tag)
    return order


def _scene(way: Roadmap, tags: set[int], user: Any) -> _Scene:
    """Published problems of these tags up to the goal's level, and what `user` has solved: three queries."""
    goal = way.problem.pk if way.problem is not None else None
    rows = Problem.objects.published().filter(level__lte=way.level, problem_tags__tag__in=tags).exclude(pk=goal)
    facts = list(rows.distinct().order_by("pk").values_list("pk", "level", "solved_count"))
    of: dict[int, set[int]] = {pk: set() for pk, _level, _solved in facts}
    wanted = ProblemTag.objects.filter(problem__status=Problem.Status.PUBLISHED, problem__level__lte=way.level)
    for problem, tag in wanted.values_list("problem_id", "tag_id"):
        if problem in of:
            of[problem].add(tag)
    solved: set[int] = set()
    if user is not None and user.is_authenticated:
        done = Attempt.objects.filter(user=user, solved_at__isnull=False)
        solved = set(done.values_list("problem_id", flat=True))
    levels = {pk: level for pk, level, _solved in facts}
    return _Scene(levels, {pk: count for pk, _level, count in facts}, of, solved, way.level)


def _mastered(scene: _Scene) -> set[int]:
    """Tags of which the member has solved enough that was not far below the goal."""
    counts: dict[int, int] = defaultdict(int)
    for problem in scene.solved & set(scene.tags):
        if scene.levels[problem] >= scene.goal_level - SLACK:
            for tag in scene.tags[problem]:
                counts[tag] += 1
    return {tag for tag, count in counts.items() if count >= MASTERED}


def _start(scene: _Scene) -> int:
    """Where the way begins: below what the member has solved of these tags, else at the bottom."""
    levels = sorted(scene.levels[problem] for problem in scene.solved & set(scene.tags))
    usual = levels[len(levels) // 2] if levels else LOWEST
    return max(LOWEST, min(usual, scene.goal_level - STRIDE))


def _targets(scene: _Scene, tag: int, start: int, room: int) -> list[int]:
    """Levels of the practice: from the hardest solved problem of the tag, or the start, up to the goal's."""
    own = [scene.levels[problem] for problem in scene.solved & set(scene.tags) if tag in scene.tags[problem]]
    first = max([scene.floor, start, *own])
    targets = list(range(first, scene.goal_level + 1, STRIDE))
    if not targets or targets[-1] != scene.goal_level:
        targets.append(scene.goal_level)
    return targets[-room:] if room > 0 else []
