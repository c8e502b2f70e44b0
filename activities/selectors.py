"""Reads for pages and API: lists with their filters, one row with what its page shows, search over both."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from activities.models import Activity, Club, Comment, Like, Membership, Participation, Report

ACTIVITY_SORTS = {
    "latest": (_("Latest"), ("-created_at", "-id")),
    "popular": (_("Popular"), ("-like_count", "-id")),
    "closing": (_("Closing soon"), (F("recruit_end").asc(nulls_last=True), "id")),
}
CLUB_SORTS = {
    "latest": (_("Latest"), ("-created_at", "-id")),
    "popular": (_("Popular"), ("-member_count", "-id")),
}


def activity_list(*, q="", category=None, region=None, club=None, recruiting=False, on=None, sort="latest"):
    """Published activities as cards, the same for everybody. `on` is a day: those that take place then."""
    rows = Activity.objects.exclude(status="draft").for_cards().search(q)
    if category:
        rows = rows.filter(category=category)
    if region:
        rows = rows.filter(region=region)
    if club:
        rows = rows.filter(club=club)
    if recruiting or sort == "closing":
        rows = rows.recruiting()
    if on:
        rows = rows.filter(takes_place(on))
    return rows.order_by(*ACTIVITY_SORTS[sort][1])


def takes_place(day):
    """Condition: the activity runs on `day`, in the site's time zone."""
    return Q(starts_at__date=day) | Q(starts_at__date__lte=day, ends_at__date__gte=day)


def club_list(*, q="", category=None, region=None, sort="latest"):
    """Open clubs, as cards; a club is found under its further categories, too."""
    rows = Club.objects.open().for_cards().search(q)
    if category:
        further = Club.categories.through.objects.filter(category=category).values("club_id")
        rows = rows.filter(Q(category=category) | Q(pk__in=further))
    if region:
        rows = rows.filter(region=region)
    return rows.order_by(*CLUB_SORTS[sort][1])


SEARCHES = {"activities": activity_list, "clubs": club_list}


def search(domain, q):
    """Rows of a domain (`activities`, `clubs`) that hold every word of `q`, newest first; none for an empty search."""
    if domain not in SEARCHES:
        raise LookupError(f"There is no search in {domain!r}; there are: {', '.join(sorted(SEARCHES))}.")
    rows = SEARCHES[domain](q=q)
    return rows if (q or "").strip() else rows.none()


def activity_visible(user=None):
    """Activities with what their page shows."""
    return Activity.objects.visible_to(user).select_related("category", "region", "club", "host")


def club_visible():
    return Club.objects.select_related("category", "region", "owner").prefetch_related("categories")


@dataclass(frozen=True)
class Standing:
    """How a member stands to a club or an activity."""

    membership: Any = None
    liked: bool = False
    runs: bool = False


def activity_standing(user, activity):
    if not user.is_authenticated:
        return Standing()
    return Standing(
        membership=Participation.objects.filter(activity=activity, user=user).exclude(status="cancelled").first(),
        liked=Like.objects.filter(activity=activity, user=user).exists(),
        runs=activity.is_run_by(user),
    )


def club_standing(user, club):
    if not user.is_authenticated:
        return Standing()
    return Standing(
        membership=Membership.objects.filter(club=club, user=user).exclude(status="left").first(),
        runs=club.is_owned_by(user),
    )


def comment_list(activity, user=None, n=100):
    """The latest `n` threads of an activity that `user` may read, newest first, each with its answers in the order of time."""
    rows = _with_standing(Comment.objects.readable_by(user), user)
    threads = rows.filter(activity=activity, parent=None)
    answers = Prefetch("replies", queryset=rows.filter(deleted_at=None), to_attr="answers")
    found = threads.prefetch_related(answers).order_by("-created_at", "-id")[:n]
    return [comment for comment in found if comment.deleted_at is None or comment.answers]


def comments_of(activity, user=None):
    """All comments that `user` may read, flat, for the API."""
    return Comment.objects.readable_by(user).filter(activity=activity, deleted_at=None).select_related("user")


def comment_readable(user):
    """Comments that `user` may read, to be reported or appealed against."""
    rows = Comment.objects.readable_by(user).filter(deleted_at=None, activity__in=Activity.objects.visible_to(user))
    return _with_standing(rows, user).select_related("activity__club")


def _with_standing(rows, user):
    """With the author, the author's appeal, and whether `user` has reported it."""
    reported = Value(False)
    if user is not None and user.is_authenticated:
        reported = Exists(Report.objects.filter(comment=OuterRef("pk"), user=user))
    return rows.select_related("user", "appeal").annotate(reported=reported)


def club_activities(club, n=12):
    return activity_list(club=club)[:n]


def club_members(club, n=24):
    """Approved members, the owner among them, in the order in which they came."""
    members = Membership.objects.filter(club=club, status="approved", user__is_active=True)
    return members.select_related("user").order_by("decided_at", "id")[:n]


def membership_list(club):
    """Requests and members for the owner's page: those who wait come first."""
    waiting_first = {"pending": 0, "approved": 1, "rejected": 2}
    rows = club.memberships.exclude(status="left").exclude(user=club.owner_id).select_related("user")
    return sorted(rows, key=lambda row: (waiting_first[row.status], row.requested_at))


def participation_list(activity):
    """Requests and participants for the organiser's page: those who wait come first."""
    waiting_first = {"pending": 0, "approved": 1, "rejected": 2}
    rows = activity.participations.exclude(status="cancelled").select_related("user")
    return sorted(rows, key=lambda row: (waiting_first[row.status], row.requested_at))


def clubs_for_organising(user):
    """Open clubs in which `user` may organise activities."""
    member = Membership.objects.filter(user=user, status="approved").values("club_id")
    return Club.objects.open().filter(Q(owner=user) | Q(pk__in=member)).order_by("name")


@dataclass(frozen=True)
class Mine:
    """What the page "my clubs and activities" shows, each a list of rows."""

    owned: list
    memberships: list
    hosted: list
    participations: list
    liked: list


def mine(user, n=50):
    """A member's clubs and activities, with the number of requests that wait for them."""
    waiting_members = Count("memberships", filter=Q(memberships__status="pending"))
    waiting = Count("participations", filter=Q(participations__status="pending"))
    memberships = Membership.objects.filter(user=user, status__in=("pending", "approved")).exclude(club__owner=user)
    participations = Participation.objects.filter(user=user).exclude(status="cancelled")
    hosted = Activity.objects.filter(host=user).for_cards().annotate(waiting=waiting).order_by("-created_at", "-id")
    liked = Activity.objects.visible_to(user).filter(likes__user=user)
    return Mine(
        owned=list(Club.objects.filter(owner=user).for_cards().annotate(waiting=waiting_members)[:n]),
        memberships=list(memberships.select_related("club__category", "club__region").order_by("-requested_at")[:n]),
        hosted=list(hosted[:n]),
        participations=list(
            participations.select_related("activity__category", "activity__region", "activity__club").order_by(
                "-requested_at"
            )[:n]
        ),
        liked=list(liked.for_cards().order_by("-likes__created_at", "-id")[:n]),
    )


def closes_soon(activity, days=3):
    """Tell whether recruiting ends within `days`."""
    end = activity.recruit_end
    return bool(end and activity.recruiting == "open" and (end - timezone.now()).days < days)
