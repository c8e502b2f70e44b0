"""Roadmaps climb, meet what comes before, and skip what is solved; the tag graph is learned and corrected."""

import datetime as dt

import pytest
from django.utils import timezone

from problems import roadmap
from problems.models import Attempt, Prerequisite, Problem, ProblemTag, Tag
from problems.services.prerequisites import choose, learn_prerequisites
from tests.problems.make import problem, solved

pytestmark = pytest.mark.django_db
CHAIN = {"data_structures": (1, 3), "queue": (2, 4), "graphs": (3, 4), "graph_traversal": (4, 6), "bfs": (5, 7, 9)}


@pytest.fixture
def shelf(db):
    for tag, levels in CHAIN.items():
        for level in levels:
            problem(f"{tag}-{level}", tags=(tag,), level=level)
    problem("too-hard", tags=("bfs",), level=14)
    problem("draft", tags=("bfs",), level=6, status="draft")
    return problem("goal", tags=("bfs", "graphs"), level=9)


def way(user, target):
    found = roadmap.to_problem(target, user)
    return [step.problem.slug for step in found.steps], found


def test_it_climbs_to_the_goal(shelf, alice):
    slugs, found = way(alice, shelf)
    levels = [step.problem.level for step in found.steps]
    assert levels == sorted(levels)
    assert slugs[-1] == "goal"
    assert len(set(slugs)) == len(slugs)
    assert not {"too-hard", "draft"} & set(slugs)
    assert next(step.kind for step in found.steps) == "prerequisite"


def test_what_comes_before_comes_before(shelf, alice):
    _slugs, found = way(alice, shelf)
    tags = [step.tag.slug for step in found.steps if step.kind == "prerequisite"]
    assert set(tags) >= {"data_structures", "queue", "graph_traversal"}
    assert tags.index("data_structures") < tags.index("queue") < tags.index("graph_traversal")


def test_solved_problems_and_mastered_tags_are_left_out(shelf, alice, bob):
    solved(alice, Problem.objects.get(slug="graph_traversal-6"))
    for n in range(3):
        solved(alice, problem(f"queue-more-{n}", tags=("queue",), level=7))
    slugs, found = way(alice, shelf)
    assert "graph_traversal-6" not in slugs
    assert [tag.slug for tag in found.mastered] == ["queue"]
    assert not [step for step in found.steps if step.tag.slug == "queue"]
    assert found.solved == 4
    assert way(bob, shelf)[1].mastered == []


def test_a_solved_goal_is_left_out(shelf, alice):
    solved(alice, shelf)
    assert "goal" not in way(alice, shelf)[0]


def test_rest(api, shelf, django_assert_num_queries):
    with django_assert_num_queries(8):
        found = api.get("/api/v1/problems/goal/roadmap/").json()
    assert (found["problem"]["slug"], found["level"]) == ("goal", 9)
    assert found["steps"][-1]["problem"]["slug"] == "goal"
    by_tag = api.get("/api/v1/problems/roadmap/?tag=bfs&level=7").json()
    assert by_tag["tag"]["slug"] == "bfs"
    assert max(step["problem"]["level"] for step in by_tag["steps"]) == 7
    assert api.get("/api/v1/problems/roadmap/?tag=nix&level=3").status_code == 400
    assert api.get("/api/v1/problems/roadmap/?tag=bfs&level=16").status_code == 400
    assert api.get("/api/v1/problems/nix/roadmap/").status_code == 404


def test_staff_correct_the_graph(shelf, alice):
    Prerequisite.objects.filter(after__slug="bfs").update(weight=0)
    slugs, found = way(alice, shelf)
    tags = {step.tag.slug for step in found.steps if step.kind == "prerequisite"}
    assert "graph_traversal" not in tags
    assert slugs[-1] == "goal"


def test_a_circle_of_staff_ends(shelf, alice):
    tags = {tag.slug: tag for tag in Tag.objects.all()}
    Prerequisite.objects.create(before=tags["bfs"], after=tags["data_structures"], weight=1)
    assert way(alice, shelf)[0][-1] == "goal"


def test_a_problem_without_tags_is_its_own_way(shelf, alice):
    assert way(alice, problem("bare", tags=(), level=5))[0] == ["bare"]


@pytest.fixture
def log(make_user):
    """Members who meet strings before regular expressions, and greedy anywhere."""
    Prerequisite.objects.all().delete()
    strings = [problem(f"s{n}", tags=("string",), level=2) for n in range(3)]
    regexes = [problem(f"r{n}", tags=("regex",), level=6) for n in range(3)]
    others = [problem(f"g{n}", tags=("greedy",), level=4) for n in range(12)]
    start = timezone.now() - dt.timedelta(days=100)
    rows = []
    for n in range(30):
        user = make_user(f"member{n}")
        order = [*others[: n % 8], *strings, *regexes, *others[n % 8 :]]
        rows += [
            Attempt(user=user, problem=row, tries=1, solved_at=start + dt.timedelta(hours=place))
            for place, row in enumerate(order)
        ]
    Attempt.objects.bulk_create(rows)


def edges():
    return set(Prerequisite.objects.values_list("before__slug", "after__slug", "source"))


def test_the_graph_is_learned_from_the_order_of_solutions(log):
    assert learn_prerequisites() >= 1
    assert ("string", "regex", "log") in edges()
    assert ("regex", "string", "log") not in edges()
    weight = Prerequisite.objects.get(before__slug="string", after__slug="regex").weight
    assert 0.3 < weight <= 1
    before = edges()
    learn_prerequisites()
    assert edges() == before


def test_learning_leaves_what_staff_said(log):
    tags = {tag.slug: tag for tag in Tag.objects.all()}
    Prerequisite.objects.create(before=tags["string"], after=tags["regex"], weight=0, source="staff")
    learn_prerequisites()
    assert ("string", "regex", "staff") in edges()
    assert Prerequisite.objects.get(before__slug="string", after__slug="regex").weight == 0


def test_learned_edges_close_no_circle():
    strengths = {(1, 2): 0.9, (2, 3): 0.8, (3, 1): 0.7, (4, 5): 0.1}
    assert choose(strengths, {}) == {(1, 2): 0.9, (2, 3): 0.8}
    assert choose(strengths, {(2, 1): 0.5}) == {(2, 3): 0.8, (3, 1): 0.7}


def test_an_empty_log_teaches_nothing(db):
    given = Prerequisite.objects.count()
    assert learn_prerequisites() == 0
    assert Prerequisite.objects.count() == given > 30


def test_the_given_graph_has_all_tags_but_the_first_ones():
    roots = set(Tag.objects.filter(builds_on=None).values_list("slug", flat=True))
    assert roots == {"implementation", "arithmetic", "ad_hoc"}
    assert ProblemTag.objects.count() == 0
