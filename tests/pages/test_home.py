"""The main page and its fragments."""

import pytest

from activities.models import Activity
from recommendations import services

FRAGMENT = "/fragments/feed/activities/for-you/"


def test_main_page_does_not_wait_for_the_ai(client, town, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/")
    page = response.content.decode()
    assert response.status_code == 200
    assert 'hx-get="/fragments/feed/activities/for-you/"' in page
    assert "skeleton" in page
    assert "feed-item" not in page
    assert "HX-Request" in response["Vary"]


@pytest.mark.parametrize("feed", ["for-you", "popular", "latest"])
def test_fragments_hold_cards_for_visitors(client, town, feed):
    response = client.get(f"/fragments/feed/activities/{feed}/")
    page = response.content.decode()
    assert response.status_code == 200
    assert page.count('<li class="feed-item"') == 12
    assert page.count("data-impression") == 12
    assert "<html" not in page
    assert ("/why/activities/" in page) == (feed == "for-you")


def test_tabs_work_without_script(client, town):
    page = client.get("/?tab=latest&domain=activities").content.decode()
    assert "<html" in page
    assert page.count('<li class="feed-item"') == 12
    page = client.get("/?tab=for-you&domain=activities&plain=1").content.decode()
    assert page.count('<li class="feed-item"') == 12


def test_tabs_for_htmx_are_a_part_but_history_restores_the_whole(client, town, htmx):
    part = client.get("/?tab=latest", headers=htmx).content.decode()
    assert "<html" not in part
    assert part.count('<li class="feed-item"') == 12
    whole = client.get("/?tab=latest", headers={**htmx, "HX-History-Restore-Request": "true"}).content.decode()
    assert "<html" in whole


def test_visitors_read_that_the_model_is_pretrained(client, town):
    from ml import parameters

    parameters.set("activities.for-you", "season", "단풍 캠핑")
    page = client.get(FRAGMENT).content.decode()
    assert "notice-honey" in page
    assert "#단풍" in page
    assert "/search/?q=%EC%BA%A0%ED%95%91" in page


def test_members_read_how_much_was_learned(client_of, town, alice):
    services.record_event(domain="activities", item=town["climbing"][0], verb="view", user=alice)
    page = client_of(alice).get(FRAGMENT).content.decode()
    assert "/me/ai/activities/" in page
    assert "notice-honey" not in page


@pytest.mark.parametrize("tab", ["popular", "latest", "for-you"])
def test_more_pages_by_offset(client, town, tab):
    address = f"/fragments/feed/activities/{tab}/"
    first = client.get(f"{address}?n=5").context
    second = client.get(f"{address}?n=5&offset=5").context
    assert first["next_offset"] == 5
    assert len(first["cards"]) == len(second["cards"]) == 5
    end = client.get(f"{address}?offset=36").content.decode()
    assert "feed-item" not in end


@pytest.mark.parametrize(
    "query",
    ["n=0", "n=-1", "n=1000000000", "n=abc", "n=１２", "n=1_0", "offset=-1", "offset=x", "offset=99999999999999999999"],
)
def test_bad_numbers_are_named(client, town, htmx, query):
    response = client.get(f"{FRAGMENT}?{query}", headers=htmx)
    assert response.status_code == 400
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert query.split("=")[0] in response.content.decode()
    assert client.get(f"{FRAGMENT}?{query}").status_code == 400


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/?tab=nothing", 400),
        ("/?domain=nothing", 400),
        ("/fragments/feed/nothing/for-you/", 404),
        ("/fragments/feed/activities/nothing/", 404),
        ("/fragments/feed/activities/similar/", 404),
        ("/fragments/feed/%3Cscript%3E/for-you/", 404),
    ],
)
def test_unknown_names_are_refused(client, town, address, status):
    response = client.get(address)
    assert response.status_code == status
    assert b"<script>" not in response.content


def test_texts_of_members_are_escaped(client, town):
    row = Activity.objects.create(title="<script>alert(1)</script>\"'", category=town["climbing"][0].category)
    services.publish("activities", [row])
    for address in (FRAGMENT, "/?tab=latest", f"/why/activities/{row.pk}/", "/search/?q=alert"):
        page = client.get(address).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_pages_keep_the_content_security_policy(client, town):
    for address in ("/", "/?tab=latest", "/about/", "/search/?q=모임", FRAGMENT):
        page = client.get(address).content.decode()
        assert " style=" not in page
        assert "onclick" not in page
        assert page.count("<script") == page.count("<script src=")


@pytest.mark.parametrize("items", [1, 3])
@pytest.mark.parametrize("feed", ["for-you", "latest"])
def test_queries_do_not_grow_with_items(client_of, town, alice, django_assert_num_queries, feed, items):
    client = client_of(alice)
    services.record_event(domain="activities", item=town["climbing"][0], verb="view", user=alice)
    client.get(f"/fragments/feed/activities/{feed}/?n=12")
    expected = {"for-you": 9, "latest": 5}[feed]
    with django_assert_num_queries(expected):
        response = client.get(f"/fragments/feed/activities/{feed}/?n={items}")
    assert len(response.context["cards"]) == items


@pytest.mark.parametrize("items", [1, 3])
def test_queries_of_visitors(client, town, django_assert_num_queries, items):
    client.get(FRAGMENT)
    with django_assert_num_queries(4):
        response = client.get(f"{FRAGMENT}?n={items}")
    assert len(response.context["cards"]) == items
