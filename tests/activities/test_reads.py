"""Reads: search, feeds, export, and that pages cost the same with one item and with three."""

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from accounts.hooks import hooks
from activities import selectors, services
from recommendations import selectors as recommendations
from recommendations.domains import domains


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("달리기", 1),
        ("달리기 여의도", 1),
        ("달리기 수영", 0),
        ("천천히", 1),
        ("보드게임", 1),
        ("strong", 0),
        ("%", 0),
        ("", 0),
        ("  ", 0),
    ],
)
def test_search_of_activities(make_activity, query, found):
    make_activity(content="<p><strong>천천히</strong></p>")
    assert selectors.search("activities", query).count() == found
    assert len(domains["activities"].search(query)) == found


def test_search_of_clubs_and_of_nothing(club):
    assert list(selectors.search("clubs", "보드게임 매주")) == [club]
    with pytest.raises(LookupError):
        selectors.search("meals", "x")


def test_feeds_hold_what_recruits(alice, make_activity, club):
    shown = make_activity("보임")
    make_activity("초안", status="draft")
    services.activity_close(user=alice, activity=make_activity("닫힘"))
    for feed in ("latest", "for-you", "popular", "baseline"):
        result = recommendations.feed("activities", feed, n=8)
        assert [ranked.id for ranked in result.items] == [str(shown.pk)]
    assert [ranked.row for ranked in recommendations.feed("clubs", "latest").items] == [club]


def test_what_one_joined_is_not_recommended(bob, make_activity):
    first, second = make_activity("하나"), make_activity("둘")
    services.participation_request(user=bob, activity=first)
    result = recommendations.feed("activities", "for-you", user=bob)
    assert [ranked.id for ranked in result.items] == [str(second.pk)]


def test_cards_of_feeds_cost_nothing_more(make_activity, django_assert_num_queries):
    for n in range(3):
        make_activity(f"활동 {n}")
    domain = domains["activities"]
    rows = list(domain.get_queryset())
    with django_assert_num_queries(0):
        cards = domain.serializer_class(rows, many=True).data
    assert len(cards) == 3
    assert cards[0]["category"] == {"id": rows[0].category_id, "slug": "hobby", "name": "취미"}


def test_export_has_all_of_a_member(alice, bob, activity):
    services.like(user=bob, activity=activity)
    services.comment_create(user=bob, activity=activity, text="안녕")
    mine, hers = hooks.export(bob)["activities"], hooks.export(alice)["activities"]
    assert {name: len(rows) for name, rows in mine.items()} == {
        "clubs": 0,
        "memberships": 1,
        "activities": 0,
        "participations": 0,
        "likes": 1,
        "comments": 1,
        "reports": 0,
        "appeals": 0,
    }
    assert {name: len(rows) for name, rows in hers.items()} == {
        "clubs": 1,
        "memberships": 1,
        "activities": 1,
        "participations": 0,
        "likes": 0,
        "comments": 0,
        "reports": 0,
        "appeals": 0,
    }


@pytest.mark.parametrize("items", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [("activities:list", 4), ("clubs:list", 4)])
def test_lists_cost_four_queries(client, alice, club, make_activity, django_assert_num_queries, name, queries, items):
    """Categories, regions, the count, the rows."""
    for n in range(items):
        make_activity(f"활동 {n}")
    for n in range(items - 1):
        services.club_create(user=alice, name=f"모임 {n}", category=club.category, region=club.region)
    with django_assert_num_queries(queries):
        assert len(client.get(reverse(name)).context["page"].object_list) == items


@pytest.mark.parametrize("items", [1, 3])
def test_a_page_costs_the_same_whatever_is_on_it(
    client, alice, bob, club, make_activity, django_assert_num_queries, items
):
    activity = make_activity()
    for _ in range(items - 1):
        make_activity()
    for _ in range(items):
        first = services.comment_create(user=bob, activity=activity, text="x")
        services.comment_create(user=alice, activity=activity, text="y", parent=first)
    client.force_login(bob)
    for path, queries in ((activity.get_absolute_url(), 7), (club.get_absolute_url(), 7)):
        with django_assert_num_queries(queries):
            # as a prefetch, so that the queries of the event are not among them
            client.get(path, HTTP_SEC_PURPOSE="prefetch")


@pytest.mark.parametrize("items", [1, 3])
def test_my_page(client, alice, bob, make_activity, django_assert_num_queries, items):
    for n in range(items):
        activity = make_activity(f"활동 {n}")
        services.participation_request(user=bob, activity=activity)
        services.like(user=bob, activity=activity)
        services.club_create(user=bob, name=f"모임 {n}", category=activity.category)
        services.activity_create(user=bob, title="x", category=activity.category)
    client.force_login(bob)
    with django_assert_num_queries(7):
        mine = client.get(reverse("activities:mine")).context["mine"]
    assert [len(getattr(mine, name)) for name in ("owned", "hosted", "participations", "liked")] == [items] * 4


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_pictures_lose_what_is_no_picture(alice, hobby, picture, kind):
    upload = picture(f"a.{kind.lower()}", size=(3000, 10), kind=kind)
    upload.seek(0, 2)
    upload.write(b"<?php evil(); ?>")
    upload.size += 16
    club = services.club_create(user=alice, name="x", category=hobby, profile_image=upload)
    with default_storage.open(club.profile_image.name) as file:
        assert b"php" not in file.read()
    assert club.profile_image.width == 1600


def test_a_replaced_picture_leaves_no_file(alice, club, picture, django_capture_on_commit_callbacks):
    services.club_edit(user=alice, club=club, profile_image=picture())
    club.refresh_from_db()
    old = club.profile_image.name
    with django_capture_on_commit_callbacks(execute=True):
        services.club_edit(user=alice, club=club, profile_image=picture())
    club.refresh_from_db()
    assert (default_storage.exists(old), default_storage.exists(club.profile_image.name)) == (False, True)
    with django_capture_on_commit_callbacks(execute=True):
        services.club_edit(user=alice, club=club, profile_image="")
    assert default_storage.exists(club.profile_image.name) is False
