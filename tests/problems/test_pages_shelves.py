"""The shelves of the problems' main page, and roadmaps."""

import pytest
from django.urls import reverse

from problems.models import Prerequisite, Tag
from recommendations.domains import domains
from tests.problems import make

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def rows(db):
    return [make.problem(f"p-{number}", level=1 + number, tags=("dp",)) for number in range(6)]


def shelves(client):
    return [feed.name for feed in client.get(reverse("problems:index")).context["shelves"]]


def test_visitors_have_the_public_shelves_members_all(client, alice, rows):
    public = shelves(client)
    client.force_login(alice)
    own = shelves(client)
    assert set(public) < set(own)
    assert {"latest", "popular", "daily"} <= set(public)
    assert {"vulnerable", "review", "next-level"} <= set(own) - set(public)


@pytest.mark.parametrize("member", [False, True])
def test_every_shelf_is_a_fragment_of_cards_or_nothing(client, alice, rows, member):
    if member:
        client.force_login(alice)
        make.solved(alice, rows[0])
    for name in shelves(client):
        response = client.get(reverse("pages:shelf", args=["problems", name]), **HTMX)
        page = response.content.decode()
        assert (response.status_code, "<html" in page) == (200, False), name
        assert page.strip() == "" or f'id="shelf-{name}"' in page


def test_shelves_that_are_not_there(client, rows):
    assert client.get(reverse("pages:shelf", args=["problems", "nosuch"]), **HTMX).status_code == 404
    assert client.get(reverse("pages:shelf", args=["nosuch", "latest"]), **HTMX).status_code == 404
    members_only = next(feed.name for feed in domains["problems"].feeds if getattr(feed, "members_only", False))
    assert client.get(reverse("pages:shelf", args=["problems", members_only]), **HTMX).status_code == 404


def test_problems_have_a_section_a_kind_on_the_main_page_and_are_found(client, rows):
    page = client.get("/?domain=problems&tab=latest", HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert 'href="/problems/"' in page
    assert page.count("problem-card") == 6
    assert "problem-card" in client.get("/search/?q=" + rows[0].title_ko.replace(" ", "+")).content.decode()


def test_why_this(client, alice, rows):
    client.force_login(alice)
    assert client.get(reverse("pages:why", args=["problems", rows[0].pk]), **HTMX).status_code == 200


def test_similar_is_a_fragment(client, rows):
    response = client.get(reverse("problems:similar", args=["p-0"]))
    assert (response.status_code, "<html" in response.content.decode()) == (200, False)


def test_the_way_to_a_problem(client, alice, rows):
    first = make.problem("first", level=1, tags=("math",))
    tags = {tag.slug: tag for tag in Tag.objects.filter(slug__in=("math", "dp"))}
    Prerequisite.objects.update_or_create(before=tags["math"], after=tags["dp"], defaults={"weight": 1})
    url = reverse("problems:roadmap", args=["p-5"])
    steps = [step.problem.slug for step in client.get(url).context["way"].steps]
    assert (steps[0], steps[-1]) == ("first", "p-5")
    client.force_login(alice)
    make.solved(alice, first)
    response = client.get(url)
    assert "first" not in [step.problem.slug for step in response.context["way"].steps]
    assert response.context["form"].initial == {"tag": "dp", "level": 6}


def test_the_way_to_a_tag_and_level(client, rows):
    goal = reverse("problems:goal")
    assert client.get(goal).context["way"] is None
    assert client.get(goal + "?tag=dp&level=6").context["way"].steps
    assert client.get(goal + "?tag=segtree&level=15").context["way"].steps == []


@pytest.mark.parametrize(
    ("query", "culprits"),
    [("tag=nosuch&level=3", ["tag"]), ("tag=dp&level=16", ["level"]), ("tag=dp", ["level"]), ("tag=%00&level=x", None)],
)
def test_goals_that_are_none_are_named(client, rows, query, culprits):
    response = client.get(reverse("problems:goal") + "?" + query)
    assert response.status_code == 400
    assert culprits is None or list(response.context["form"].errors) == culprits
