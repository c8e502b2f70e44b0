"""REST of the catalogue: filters, one problem, tags, likes, who sees what, and how many queries it takes."""

import pytest

from problems.models import Like, Problem, TestCase
from recommendations.models import Event
from tests.problems.make import problem, solved

pytestmark = pytest.mark.django_db
URL = "/api/v1/problems/"


@pytest.fixture
def shelf(db):
    return [
        problem("sum", tags=("math", "arithmetic"), level=1),
        problem("path", tags=("dijkstra", "graphs"), level=11, title_ko="가장 짧은 길", title_en="Shortest path"),
        problem(
            "bags", tags=("knapsack", "dp"), level=8, title_ko="배낭", title_en="Bags", statement_en="Fill a rucksack."
        ),
        problem("hidden", tags=("dp",), level=8, status="draft"),
    ]


def slugs(response):
    assert response.status_code == 200, response.content
    return [row["slug"] for row in response.json()["results"]]


FILTERS = {
    "": ["bags", "path", "sum"],
    "q=짧은 길": ["path"],
    "q=rucksack": ["bags"],
    "q=two sum": ["sum"],
    "tag=dp": ["bags"],
    "tag=dp&tag=knapsack": ["bags"],
    "tag=dp&tag=graphs": [],
    "level=8": ["bags"],
    "level_from=2&level_to=10": ["bags"],
    "tier=gold": ["path"],
    "ordering=easy": ["sum", "bags", "path"],
    "ordering=hard": ["path", "bags", "sum"],
    "state=solved": [],
    "state=unsolved": ["bags", "path", "sum"],
}


@pytest.mark.parametrize("query", FILTERS)
def test_filters(api, shelf, query):
    assert slugs(api.get(f"{URL}?{query}")) == FILTERS[query]


@pytest.mark.parametrize("query", ["tag=nix", "level=0", "level_from=x", "tier=iron", "ordering=random", "state=odd"])
def test_values_that_mean_nothing_are_errors(api, shelf, query):
    response = api.get(f"{URL}?{query}")
    assert response.status_code == 400
    assert query.partition("=")[0] in response.json()["errors"]


def test_own_progress(api_for, alice, bob, shelf):
    solved(alice, shelf[0])
    shelf[2].attempts.create(user=alice, tries=2)
    assert slugs(api_for(alice).get(f"{URL}?state=solved")) == ["sum"]
    assert slugs(api_for(alice).get(f"{URL}?state=tried")) == ["bags"]
    assert slugs(api_for(alice).get(f"{URL}?state=unsolved")) == ["bags", "path"]
    assert slugs(api_for(bob).get(f"{URL}?state=solved")) == []
    assert api_for(alice).get(f"{URL}sum/").json()["state"] == "solved"
    assert api_for(bob).get(f"{URL}sum/").json()["state"] == ""


def test_pages_follow_each_other(api, shelf):
    first = api.get(f"{URL}?n=2&ordering=easy")
    assert slugs(first) == ["sum", "bags"]
    assert slugs(api.get(first.json()["next"])) == ["path"]


def test_the_list_takes_two_queries(api, shelf, django_assert_num_queries):
    with django_assert_num_queries(2):
        api.get(f"{URL}?q=a&level_from=1&tier=bronze")


def test_a_problem_takes_three_queries(api, shelf, django_assert_num_queries):
    with django_assert_num_queries(3):
        api.get(f"{URL}sum/")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_one_problem_by_id_and_slug(api, shelf, language):
    row = shelf[0]
    hidden = TestCase(problem=row, name="secret/1", order=9)
    hidden.input, hidden.answer = b"hidden input", b"hidden answer"
    hidden.save()
    found = api.get(f"{URL}sum/", headers={"Accept-Language": language}).json()
    assert found == api.get(f"{URL}{row.pk}/", headers={"Accept-Language": language}).json()
    assert found["title"] == (row.title_en if language == "en" else row.title_ko)
    assert (found["level"], found["tier"], found["time_limit"]) == (1, "bronze", 1.0)
    assert [tag["slug"] for tag in found["tags"]] == ["math", "arithmetic"]
    assert found["samples"] == [{"name": "sample/1", "input": "1 2\n", "answer": "3\n"}]
    assert "hidden" not in str(found)


@pytest.mark.parametrize("key", ["hidden", "missing", "999999", "9" * 30])
def test_what_is_not_there_and_drafts_are_not_found(api, shelf, key):
    assert api.get(f"{URL}{key}/").status_code == 404


def test_drafts_are_for_staff_with_the_permission(api_for, alice, staff, shelf):
    assert api_for(alice).get(f"{URL}hidden/").status_code == 404
    assert api_for(staff).get(f"{URL}hidden/").status_code == 200


def test_tags_have_both_names_and_count_published_problems(api, shelf):
    tags = {tag["slug"]: tag for tag in api.get(f"{URL}tags/").json()}
    assert len(tags) == 38
    assert (tags["dp"]["name_ko"], tags["dp"]["name_en"]) == ("다이나믹 프로그래밍", "Dynamic programming")
    assert (tags["dp"]["problem_count"], tags["math"]["problem_count"], tags["regex"]["problem_count"]) == (1, 1, 0)


def test_a_like_is_one_thing(api, api_for, alice, shelf):
    assert api.post(f"{URL}sum/like/").status_code == 401
    mine = api_for(alice)
    assert [mine.post(f"{URL}sum/like/").json() for _ in range(2)] == [{"liked": True}] * 2
    assert Like.objects.count() == 1
    assert Event.objects.filter(user=alice, verb="like", forgotten_at=None).count() == 1
    assert mine.get(f"{URL}sum/").json()["liked"] is True
    assert mine.delete(f"{URL}sum/like/").json() == {"liked": False}
    assert not Like.objects.exists()
    assert mine.post(f"{URL}hidden/like/").status_code == 404


def test_levels_and_tiers():
    assert [Problem(level=level).tier for level in (1, 5, 6, 10, 11, 15)] == [
        "bronze",
        "bronze",
        "silver",
        "silver",
        "gold",
        "gold",
    ]
