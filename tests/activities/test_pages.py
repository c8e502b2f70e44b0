"""Pages: what they show, whom they let in, and that looking teaches."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from activities import services
from activities.models import Activity, Club, Comment, Like, Membership, Participation
from recommendations.models import Event

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def as_user(client):
    """Return a function that logs the client in."""

    def login(user):
        client.force_login(user)
        return client

    return login


def form_of(hobby, **values):
    soon = timezone.localtime() + dt.timedelta(days=3)
    return {
        "title": "산책",
        "category": hobby.pk,
        "content": "안녕\n\n하세요",
        "tags": "산책, 동네",
        "capacity": "5",
        "recruit_end": soon.strftime("%Y-%m-%dT%H:%M"),
        "needs_approval": "on",
        "status": "open",
        **values,
    }


@pytest.mark.parametrize("name", ["activities:list", "clubs:list"])
def test_lists_show_cards(client, activity, name):
    response = client.get(reverse(name))
    assert response.status_code == 200
    assert len(response.context["page"].object_list) == 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=달리기", 1),
        ("q=한강 여의도", 1),
        ("q=수영", 0),
        ("q=보드게임", 1),
        ("category=hobby", 1),
        ("category=sports", 0),
        ("region=seoul", 1),
        ("region=busan", 0),
        ("recruiting=on", 1),
        ("sort=popular", 1),
        ("sort=closing", 1),
        ("page=99", 1),
        ("page=abc", 1),
        ("q=" + "%25" * 30, 0),
    ],
)
def test_filters_of_activities(client, activity, query, found):
    response = client.get(reverse("activities:list") + "?" + query)
    assert (response.status_code, len(response.context["page"].object_list)) == (200, found)


@pytest.mark.parametrize(
    "query", ["category=nosuch", "region=x%00y", "sort=odd", "on=yesterday", "q=" + "x" * 101, "q=a%00b"]
)
def test_meaningless_filters_are_named(client, activity, query):
    response = client.get(reverse("activities:list") + "?" + query)
    assert response.status_code == 400
    assert query.split("=")[0] in response.context["form"].errors


def test_a_day_finds_what_happens_then(client, make_activity):
    now = timezone.now()
    make_activity(starts_at=now - dt.timedelta(days=1), ends_at=now + dt.timedelta(days=1))
    today = timezone.localdate().isoformat()
    assert len(client.get(reverse("activities:list") + f"?on={today}").context["page"].object_list) == 1
    assert len(client.get(reverse("activities:list") + "?on=2001-01-01").context["page"].object_list) == 0


def test_looking_at_a_page_teaches_members_and_visitors(client, bob, activity, club):
    for row in (activity, club):
        assert client.get(row.get_absolute_url()).status_code == 200
        assert client.head(row.get_absolute_url()).status_code == 200
        client.get(row.get_absolute_url(), HTTP_SEC_PURPOSE="prefetch;prerender")
    assert Event.objects.filter(verb="view", user=None).exclude(visitor=None).count() == 2
    client.force_login(bob)
    client.get(activity.get_absolute_url())
    client.get(activity.get_absolute_url())
    # two of his own, and the one from before he logged in
    assert Event.objects.filter(verb="view", user=bob, domain="activities").count() == 3


def test_drafts_are_for_their_organisers(client, alice, bob, make_activity):
    draft = make_activity(status="draft")
    for user, status in ((None, 404), (bob, 404), (alice, 200)):
        if user:
            client.force_login(user)
        assert client.get(draft.get_absolute_url()).status_code == status


def test_similar_is_a_fragment(client, make_activity):
    first, _second = make_activity(), make_activity("강변 달리기")
    response = client.get(reverse("activities:similar", args=[first.pk]))
    assert (response.status_code, "<html" in response.content.decode()) == (200, False)


def test_like_button(as_user, bob, activity):
    client, url = as_user(bob), reverse("activities:like", args=[activity.pk])
    assert 'aria-pressed="true"' in client.post(url, **HTMX).content.decode()
    assert 'aria-pressed="false"' in client.post(url, {"undo": "1"}, **HTMX).content.decode()
    assert client.post(url).url == activity.get_absolute_url()
    assert Like.objects.count() == 1


def test_join_button_says_when_it_is_full(as_user, bob, charlie, make_activity):
    activity = make_activity(capacity=1, needs_approval=False)
    services.participation_request(user=charlie, activity=activity)
    response = as_user(bob).post(reverse("activities:join", args=[activity.pk]), **HTMX)
    assert (response.status_code, "error" in response["HX-Trigger"]) == (200, True)
    assert Participation.objects.filter(user=bob).count() == 0


def test_joining_and_leaving_by_button(as_user, charlie, activity, club):
    client = as_user(charlie)
    for url, rows in (
        (reverse("activities:join", args=[activity.pk]), Participation.objects),
        (reverse("clubs:join", args=[club.pk]), Membership.objects),
    ):
        client.post(url, **HTMX)
        assert rows.get(user=charlie).status == "pending"
        client.post(url, {"undo": "1"})
        assert rows.get(user=charlie).status in ("cancelled", "left")


def test_visitors_are_sent_to_the_login(client, activity):
    url = reverse("activities:like", args=[activity.pk])
    assert client.post(url).status_code == 302
    response = client.post(url, **HTMX)
    assert (response.status_code, "login" in response["HX-Redirect"]) == (204, True)
    assert client.post(url, HTTP_REFERER="https://evil.example//x").url.endswith("next=/")


def test_comments_by_button(as_user, alice, bob, activity):
    client, url = as_user(bob), reverse("activities:comment", args=[activity.pk])
    page = client.post(url, {"text": "<script>alert(1)</script>안녕 <3"}, **HTMX).content.decode()
    assert ("<script" in page, "안녕 &lt;3" in page) == (False, True)
    comment = Comment.objects.get()
    client.post(url, {"text": "또", "parent": comment.pk}, **HTMX)
    for bad in ("x", "9" * 30, "-1", "0"):
        assert "error" in client.post(url, {"text": "x", "parent": bad}, **HTMX)["HX-Trigger"]
    assert "error" in client.post(url, {"text": " "}, **HTMX)["HX-Trigger"]
    assert Comment.objects.count() == 2
    client.force_login(alice)
    client.post(reverse("activities:comment_delete", args=[comment.pk]), **HTMX)
    assert Comment.objects.get(pk=comment.pk).deleted_at is not None
    assert client.get(activity.get_absolute_url()).status_code == 200


def test_making_an_activity(as_user, bob, club, hobby, picture):
    client = as_user(bob)
    page = client.get(reverse("activities:create") + f"?club={club.pk}")
    assert page.context["form"].initial["category"] == hobby
    response = client.post(reverse("activities:create"), form_of(hobby, club=club.pk, thumbnail=picture()))
    activity = Activity.objects.get()
    assert (response.status_code, response.url) == (302, activity.get_absolute_url())
    assert (activity.tags, activity.content, activity.capacity) == (["산책", "동네"], "<p>안녕</p>\n\n<p>하세요</p>", 5)
    assert activity.thumbnail.name.endswith(".jpg")
    assert client.get(reverse("activities:edit", args=[activity.pk])).status_code == 200
    changed = form_of(hobby, club=club.pk, title="밤 산책")
    assert client.post(reverse("activities:edit", args=[activity.pk]), changed).status_code == 302
    activity.refresh_from_db()
    assert (activity.title, bool(activity.thumbnail)) == ("밤 산책", True)


@pytest.mark.parametrize(
    ("changes", "culprit"),
    [
        ({"title": ""}, "title"),
        ({"category": "x"}, "category"),
        ({"capacity": "-1"}, "capacity"),
        ({"capacity": "9" * 40}, "capacity"),
        ({"recruit_end": "1999-13-45T00:00"}, "recruit_end"),
        ({"recruit_end": "0001-01-01T00:00"}, "recruit_end"),
        ({"club": "1"}, "club"),
        ({"status": "closed"}, "status"),
        ({"tags": ",".join(["x"] * 21)}, "tags"),
        ({"title": "a\x00b"}, "title"),
        ({"starts_at": "2030-01-02T00:00", "ends_at": "2030-01-01T00:00"}, "ends_at"),
    ],
)
def test_bad_forms_name_the_field(as_user, charlie, club, hobby, changes, culprit):
    if "club" in changes:
        changes = {"club": club.pk}
    response = as_user(charlie).post(reverse("activities:create"), form_of(hobby, **changes))
    assert (response.status_code, list(response.context["form"].errors)) == (400, [culprit])
    assert Activity.objects.count() == 0


def test_a_file_that_is_no_picture_is_refused(as_user, bob, hobby):
    from django.core.files.uploadedfile import SimpleUploadedFile

    for data in (b"<svg onload=alert(1)>", b"\x89PNG\r\n\x1a\n" + b"x" * 100, b"GIF89a"):
        upload = SimpleUploadedFile("x.png", data, content_type="image/png")
        response = as_user(bob).post(reverse("activities:create"), form_of(hobby, thumbnail=upload))
        assert (response.status_code, list(response.context["form"].errors)) == (400, ["thumbnail"])


def test_making_changing_and_closing_a_club(as_user, alice, bob, hobby, sports, seoul):
    client = as_user(alice)
    assert client.get(reverse("clubs:create")).status_code == 200
    values = {"name": "새 모임", "category": hobby.pk, "categories": [sports.pk], "region": seoul.pk}
    client.post(reverse("clubs:create"), values)
    club = Club.objects.get()
    assert list(club.categories.all()) == [sports]
    client.post(reverse("clubs:edit", args=[club.pk]), {**values, "name": "헌 모임", "categories": []})
    club.refresh_from_db()
    assert (club.name, club.categories.count()) == ("헌 모임", 0)
    client.force_login(bob)
    for name in ("edit", "members", "close"):
        assert client.post(reverse(f"clubs:{name}", args=[club.pk])).status_code in (403, 405)
    assert client.get(reverse("clubs:edit", args=[club.pk])).status_code == 403
    client.force_login(alice)
    client.post(reverse("clubs:close", args=[club.pk]))
    club.refresh_from_db()
    assert club.status == "closed"


def test_a_category_that_no_database_can_hold_is_refused(as_user, alice, hobby):
    values = {"name": "모임", "category": hobby.pk, "categories": "9" * 30}
    assert as_user(alice).post(reverse("clubs:create"), values).status_code == 400


def test_the_owner_decides(as_user, alice, bob, charlie, club, activity):
    membership, _ = services.membership_request(user=charlie, club=club)
    participation, _ = services.participation_request(user=bob, activity=activity)
    client = as_user(alice)
    assert client.get(reverse("clubs:members", args=[club.pk])).status_code == 200
    assert client.get(reverse("activities:participants", args=[activity.pk])).status_code == 200
    client.post(reverse("clubs:decide", args=[club.pk, membership.pk]), {"status": "approved"}, **HTMX)
    client.post(reverse("activities:decide", args=[activity.pk, participation.pk]), {"status": "rejected"})
    client.post(reverse("activities:decide", args=[activity.pk, participation.pk]), {"status": "king"})
    for row, status in ((membership, "approved"), (participation, "rejected")):
        row.refresh_from_db()
        assert row.status == status
    assert client.get(reverse("activities:mine")).status_code == 200


@pytest.mark.parametrize("name", ["edit", "participants"])
def test_strangers_see_no_owner_pages(as_user, charlie, activity, name):
    assert as_user(charlie).get(reverse(f"activities:{name}", args=[activity.pk])).status_code == 403


def test_no_script_survives_in_any_field(as_user, client, alice, hobby, seoul):
    bad = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'><svg/onload=x> ok"
    club = services.club_create(user=alice, name=bad, intro=bad, info=bad, category=hobby, region=seoul)
    activity = services.activity_create(
        user=alice, title=bad, intro=bad, content=bad, place=bad, tags=[bad[:30]], club=club, category=hobby
    )
    services.comment_create(user=alice, activity=activity, text=bad)
    for path in (
        reverse("activities:list"),
        reverse("clubs:list"),
        activity.get_absolute_url(),
        club.get_absolute_url(),
        reverse("activities:mine"),
        reverse("activities:edit", args=[activity.pk]),
    ):
        page = as_user(alice).get(path).content.decode()
        assert [word for word in ("<script>alert", "onerror=alert", "onload=x", "<img src=x") if word in page] == []
