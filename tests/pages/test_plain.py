"""Search, about, error pages, language and theme."""

import pytest
from django.template.loader import render_to_string
from django.test import Client

from activities.models import Activity


def test_search_finds_over_domains(client, town):
    page = client.get("/search/?q=클럽")
    assert [(domain.name, len(cards)) for domain, cards, _more in page.context["groups"]] == [
        ("activities", 0),
        ("clubs", 2),
        ("meals", 0),
        ("problems", 0),
    ]
    page = client.get("/search/?q=클라이밍&domain=activities")
    assert [(domain.name, len(cards)) for domain, cards, _more in page.context["groups"]] == [("activities", 4)]


@pytest.mark.parametrize(
    "query", ["", "   ", "%00", "%F0%9F%98%80", "a" * 5000, "%25%25%5F", "' OR 1=1 --", "<script>x</script>"]
)
def test_search_bears_anything(client, town, query):
    response = client.get(f"/search/?q={query}")
    assert response.status_code == 200
    assert b"<script>x" not in response.content
    assert len(response.context["q"]) <= 100


def test_search_refuses_unknown_sections(client, town):
    assert client.get("/search/?q=x&domain=nothing").status_code == 400


def test_search_hides_drafts_of_others(client_of, town, alice, bob):
    Activity.objects.create(title="비밀 초안", category=town["cooking"][0].category, status="draft", host=bob)
    assert client_of(alice).get("/search/?q=비밀").context["found"] is False


@pytest.mark.parametrize("items", [1, 3])
def test_search_queries(client, town, django_assert_num_queries, items):
    for number in range(items):
        Activity.objects.create(title=f"유일무이 {number}", category=town["cooking"][0].category)
    with django_assert_num_queries(4):
        response = client.get("/search/?q=유일무이")
    assert sum(len(cards) for _domain, cards, _more in response.context["groups"]) == items


def test_about(client, db):
    assert client.get("/about/").status_code == 200


def test_unknown_pages_are_404_in_the_frame(client, db):
    response = client.get("/nothing/here/")
    assert response.status_code == 404
    assert "header" in response.content.decode()


def test_the_500_page_needs_nothing():
    assert "500" in render_to_string("500.html")


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "404.html", "429.html"])
def test_error_pages_need_no_request(name):
    assert "<html" in render_to_string(name)


def test_a_form_without_its_token_is_refused_in_the_frame(db):
    response = Client(enforce_csrf_checks=True).post("/feedback/activities/1/", {"action": "like"})
    assert response.status_code == 403
    assert "error-code" in response.content.decode()


def test_language_can_be_switched(client, db):
    assert 'lang="ko' in client.get("/about/").content.decode()
    client.post("/i18n/setlang/", {"language": "en", "next": "/about/"})
    assert 'lang="en"' in client.get("/about/").content.decode()


@pytest.mark.parametrize(("theme", "drawn"), [("dark", True), ("light", True), ('"><script>', False)])
def test_theme_is_remembered(client, db, theme, drawn):
    client.cookies["theme"] = theme
    page = client.get("/about/").content.decode()
    assert (f'data-theme="{theme}"' in page) is drawn
    assert "><script>" not in page.replace("defer></script>", "")
