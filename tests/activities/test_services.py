"""Services: what is written, what is refused, and that events, counts and catalogue go with it."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.utils import timezone

from accounts.models import Notification
from activities import services
from activities.errors import Conflict
from activities.models import Activity, Club, Comment, Like, Participation
from recommendations.models import CatalogueEntry, Event


def verbs(user, domain):
    return list(Event.objects.filter(user=user, domain=domain, forgotten_at=None).values_list("verb", flat=True))


def fields(error):
    return sorted(error.value.message_dict)


def test_club_owner_is_its_first_member(alice, hobby):
    club = services.club_create(user=alice, name=" 책  읽기 ", category=hobby, info="<p>hi</p><script>x</script>")
    assert (club.name, club.info, club.info_text, club.member_count) == ("책 읽기", "<p>hi</p>", "hi", 1)
    assert list(club.memberships.values_list("user", "status")) == [(alice.pk, "approved")]
    assert CatalogueEntry.objects.get(domain="clubs", item_id=str(club.pk)).listed is True


def test_club_says_all_that_is_wrong(alice):
    with pytest.raises(ValidationError) as error:
        services.club_create(user=alice, name="", intro="x" * 301, category=None)
    assert fields(error) == ["category", "intro", "name"]
    assert Club.objects.count() == 0


def test_club_edit_makes_a_new_revision(alice, club):
    before = CatalogueEntry.objects.get(domain="clubs").revision_id
    services.club_edit(user=alice, club=club, name="체스 모임")
    assert CatalogueEntry.objects.get(domain="clubs").revision_id != before
    assert club.history.count() == 2


def test_only_the_owner_edits_and_closes(bob, club):
    for call in (services.club_close, services.club_edit):
        with pytest.raises(PermissionDenied):
            call(user=bob, club=club)
    club.refresh_from_db()
    assert club.status == "active"


def test_closing_a_club_takes_its_activities_out_of_the_feeds(alice, bob, club, activity):
    services.club_close(user=alice, club=club)
    assert list(CatalogueEntry.objects.values_list("domain", "listed").order_by("domain")) == [
        ("activities", False),
        ("clubs", False),
    ]
    assert Notification.objects.filter(user=bob, kind="club-closed").count() == 1
    with pytest.raises(Conflict):
        services.club_edit(user=alice, club=club, name="x")
    with pytest.raises(Conflict):
        services.participation_request(user=bob, activity=Activity.objects.get())


def test_joining_a_club_is_row_event_and_notice(alice, charlie, club):
    membership, created = services.membership_request(user=charlie, club=club)
    assert (membership.status, created) == ("pending", True)
    assert services.membership_request(user=charlie, club=club) == (membership, False)
    assert verbs(charlie, "clubs") == ["join"]
    notice = Notification.objects.get(user=alice, params__member="charlie")
    assert (notice.kind, notice.url) == ("club-request", f"/clubs/{club.pk}/members/")


def test_leaving_a_club_forgets_the_event(bob, club):
    assert services.membership_leave(user=bob, club=club) is True
    assert services.membership_leave(user=bob, club=club) is False
    club.refresh_from_db()
    assert (club.member_count, verbs(bob, "clubs")) == (1, [])
    _membership, created = services.membership_request(user=bob, club=club)
    assert (created, verbs(bob, "clubs")) == (True, ["join"])


def test_the_owner_cannot_leave(alice, club):
    with pytest.raises(Conflict) as error:
        services.membership_leave(user=alice, club=club)
    assert error.value.code == "owner"


def test_declined_members_cannot_ask_again(alice, charlie, club):
    membership, _ = services.membership_request(user=charlie, club=club)
    services.membership_reject(user=alice, membership=membership)
    with pytest.raises(Conflict) as error:
        services.membership_request(user=charlie, club=club)
    assert error.value.code == "declined"


def test_activity_takes_category_and_region_from_its_club(alice, club, hobby, seoul):
    activity = services.activity_create(user=alice, title="모임", club=club)
    assert (activity.category, activity.region, activity.host) == (hobby, seoul, alice)


def test_strangers_organise_nothing_in_a_club(charlie, club):
    with pytest.raises(PermissionDenied):
        services.activity_create(user=charlie, title="x", club=club)
    assert Activity.objects.count() == 0


def test_members_organise_on_their_own(charlie, sports):
    assert services.activity_create(user=charlie, title="x", category=sports).club is None


@pytest.mark.parametrize(
    ("changes", "culprit"),
    [
        ({"recruit_end": timezone.now() - dt.timedelta(days=30)}, "recruit_end"),
        ({"ends_at": timezone.now() - dt.timedelta(days=30)}, "ends_at"),
        ({"capacity": 0}, "capacity"),
        ({"capacity": "viele"}, "capacity"),
        ({"capacity": 10**12}, "capacity"),
        ({"title": ""}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"content": "x" * 50_001}, "content"),
        ({"tags": ["x" * 51]}, "tags"),
        ({"tags": "sport"}, "tags"),
        ({"status": "closed"}, "status"),
        ({"starts_at": dt.datetime(1, 1, 1, tzinfo=dt.UTC)}, "starts_at"),
    ],
)
def test_bad_activities_are_refused_by_field(make_activity, changes, culprit):
    with pytest.raises(ValidationError) as error:
        make_activity(**changes)
    assert fields(error) == [culprit]
    assert Activity.objects.count() == 0


@pytest.mark.parametrize(
    "values",
    [
        {"capacity": 0},
        {"capacity": 1, "participant_count": 2},
        {"recruit_start": timezone.now(), "recruit_end": timezone.now() - dt.timedelta(1)},
        {"starts_at": timezone.now(), "ends_at": timezone.now() - dt.timedelta(1)},
        {"status": "odd"},
    ],
)
def test_the_database_refuses_what_services_refuse(hobby, values):
    with pytest.raises(IntegrityError):
        Activity.objects.create(title="x", category=hobby, **values)


def test_capacity_limits_the_approved(alice, bob, charlie, make_activity):
    activity = make_activity(capacity=1)
    first, _ = services.participation_request(user=bob, activity=activity)
    second, _ = services.participation_request(user=charlie, activity=activity)
    services.participation_approve(user=alice, participation=first)
    with pytest.raises(Conflict) as error:
        services.participation_approve(user=alice, participation=second)
    assert error.value.code == "full"
    activity.refresh_from_db()
    assert (activity.participant_count, activity.recruiting, activity.places_left) == (1, "full", 0)
    with pytest.raises(ValidationError) as error:
        services.activity_edit(user=alice, activity=make_activity(), capacity=0)
    assert fields(error) == ["capacity"]


def test_cancelling_frees_the_place_and_forgets(bob, charlie, make_activity):
    activity = make_activity(capacity=1, needs_approval=False)
    assert services.participation_request(user=bob, activity=activity)[0].status == "approved"
    activity.refresh_from_db()
    with pytest.raises(Conflict) as error:
        services.participation_request(user=charlie, activity=activity)
    assert (error.value.code, verbs(charlie, "activities")) == ("full", [])
    assert services.participation_cancel(user=bob, activity=activity) is True
    activity.refresh_from_db()
    assert (activity.participant_count, verbs(bob, "activities")) == (0, [])
    assert services.participation_request(user=charlie, activity=activity)[0].status == "approved"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"status": "draft"}, "draft"),
        ({"recruit_start": timezone.now() + dt.timedelta(days=2)}, "soon"),
        ({"recruit_start": None, "recruit_end": timezone.now() - dt.timedelta(days=2)}, "over"),
    ],
)
def test_joining_outside_the_window(bob, make_activity, changes, code):
    with pytest.raises(Conflict) as error:
        services.participation_request(user=bob, activity=make_activity(**changes))
    assert error.value.code == code
    assert (Participation.objects.count(), verbs(bob, "activities")) == (0, [])


def test_capacity_below_the_participants_is_refused(alice, bob, charlie, make_activity):
    activity = make_activity(needs_approval=False)
    for user in (bob, charlie):
        services.participation_request(user=user, activity=activity)
    with pytest.raises(ValidationError) as error:
        services.activity_edit(user=alice, activity=activity, capacity=1)
    assert fields(error) == ["capacity"]


def test_a_like_is_row_event_and_count(bob, activity):
    services.like(user=bob, activity=activity)
    services.like(user=bob, activity=activity)
    activity.refresh_from_db()
    assert (activity.like_count, Like.objects.count(), verbs(bob, "activities")) == (1, 1, ["like"])
    services.unlike(user=bob, activity=activity)
    services.unlike(user=bob, activity=activity)
    activity.refresh_from_db()
    assert (activity.like_count, Like.objects.count(), verbs(bob, "activities")) == (0, 0, [])


def test_comments_are_plain_and_one_level_deep(alice, bob, charlie, activity):
    first = services.comment_create(user=bob, activity=activity, text="<b>좋아요</b> 1 < 2\n\n\n\n<script>x</script>끝")
    answer = services.comment_create(user=alice, activity=activity, text="네", parent=first)
    deep = services.comment_create(user=bob, activity=activity, text="!", parent=answer)
    assert (first.text, answer.parent, deep.parent) == ("좋아요 1 < 2\n\n끝", first, first)
    with pytest.raises(PermissionDenied):
        services.comment_delete(user=charlie, comment=first)
    services.comment_delete(user=bob, comment=first)
    assert Comment.objects.get(pk=first.pk).text == ""


def test_erasing_an_owner_hands_the_club_over(alice, bob, club, activity):
    from accounts.services import erase

    services.like(user=alice, activity=activity)
    erase(alice)
    club.refresh_from_db()
    activity.refresh_from_db()
    assert (club.owner, club.member_count, club.status) == (bob, 1, "active")
    assert (activity.host, activity.like_count) == (bob, 0)


def test_a_renamed_club_renames_itself_in_its_activities(alice, club, activity):
    services.club_edit(user=alice, club=club, name="체스 모임")
    entry = CatalogueEntry.objects.select_related("revision").get(domain="activities")
    assert "체스 모임" in entry.revision.text


def test_counts_are_counted_anew(bob, club, activity):
    services.like(user=bob, activity=activity)
    Activity.objects.update(like_count=7, participant_count=3)
    Club.objects.update(member_count=0)
    services.recount()
    activity.refresh_from_db()
    club.refresh_from_db()
    assert (activity.like_count, activity.participant_count, club.member_count) == (1, 0, 2)
