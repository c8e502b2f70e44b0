"""Writes on clubs and who belongs to them."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from activities import errors, notices
from activities.cleaning import fill
from activities.models import Activity, Club, Membership
from activities.services.counts import recount
from common.images import drop_replaced, stored
from recommendations.services import publish, record_event, take_back

CLUB_FIELDS = frozenset(
    {
        "name",
        "intro",
        "info",
        "category",
        "categories",
        "region",
        "profile_image",
        "banner_image",
    }
)


def club_create(*, user, **values):
    """Make a club that `user` owns and belongs to."""
    categories = values.pop("categories", ())
    _known(values)
    club = fill(Club(owner=user, member_count=1), values)
    with transaction.atomic():
        club.save()
        club.categories.set(category for category in categories if category != club.category)
        Membership.objects.create(club=club, user=user, status=Membership.Status.APPROVED, decided_at=timezone.now())
        publish("clubs", [club])
    return club


def club_edit(*, user, club, **values):
    """Change a club; only its owner may."""
    _owner(user, club)
    categories = values.pop("categories", None)
    _known(values)
    with transaction.atomic():
        club = Club.objects.select_for_update().get(pk=club.pk)
        if not club.is_open:
            raise errors.closed()
        before, pictures = club.name, stored(club)
        fill(club, values).save()
        drop_replaced(club, pictures)
        if categories is not None:
            club.categories.set(category for category in categories if category != club.category)
        elif "category" in values:
            club.categories.remove(club.category)
        publish("clubs", [club])
        if club.name != before:
            _publish_activities(club)
    return club


def club_close(*, user, club):
    """Close a club for good: it and its activities recruit nobody any more."""
    _owner(user, club)
    with transaction.atomic():
        club = Club.objects.select_for_update().get(pk=club.pk)
        if not club.is_open:
            return club
        club.status = Club.Status.CLOSED
        club.save(update_fields=["status", "updated_at"])
        publish("clubs", [club])
        _publish_activities(club)
        members = club.memberships.filter(status=Membership.Status.APPROVED).select_related("user")
        for membership in members:
            notices.tell(membership.user, "club-closed", notices.CLUB_CLOSED, club, member=user)
    return club


def membership_request(*, user, club):
    """Ask to join. Returns the membership and whether the request is new; asking twice changes nothing.

    The event comes before the lock on the club's row, as it does for a like: both ways lock in one order.
    """
    if not club.is_open:
        raise errors.closed()
    try:
        with transaction.atomic():
            record_event(domain="clubs", item=club, verb="join", user=user, by_site=True)
            return _request(user, club), True
    except _Standing as standing:
        return standing.membership, False


class _Standing(Exception):
    """Rolls the event of a repeated request back."""

    def __init__(self, membership):
        self.membership = membership


def _request(user, club):
    club = Club.objects.select_for_update().get(pk=club.pk)
    if not club.is_open:
        raise errors.closed()
    membership, created = Membership.objects.get_or_create(club=club, user=user)
    if not created:
        if membership.status in (Membership.Status.PENDING, Membership.Status.APPROVED):
            raise _Standing(membership)
        if membership.status == Membership.Status.REJECTED:
            raise errors.declined()
        membership.status, membership.decided_at = Membership.Status.PENDING, None
        membership.requested_at = timezone.now()
        membership.save()
    notices.tell(club.owner, "club-request", notices.CLUB_REQUEST, club, member=user, anchor="members/")
    return membership


def membership_decide(*, user, membership, status):
    """Approve or decline a request; only the club's owner may. Declining a member takes them out."""
    club = membership.club
    _owner(user, club)
    approve = Membership.Status(status) == Membership.Status.APPROVED
    with transaction.atomic():
        club = Club.objects.select_for_update().get(pk=club.pk)
        membership = Membership.objects.select_for_update().select_related("user").get(pk=membership.pk)
        if membership.status == status:
            return membership
        if approve and not club.is_open:
            raise errors.closed()
        if membership.user_id == club.owner_id:
            raise errors.owner_stays()
        if membership.status == Membership.Status.LEFT:
            raise errors.Conflict(_("This member has left."), code="left")
        _count(club, membership.status, status)
        membership.status, membership.decided_at = status, timezone.now()
        membership.save()
        text = notices.CLUB_APPROVED if approve else notices.CLUB_REJECTED
        notices.tell(membership.user, f"club-{status}", text, club)
    membership.club = club
    return membership


def membership_approve(*, user, membership):
    return membership_decide(user=user, membership=membership, status=Membership.Status.APPROVED)


def membership_reject(*, user, membership):
    return membership_decide(user=user, membership=membership, status=Membership.Status.REJECTED)


def membership_leave(*, user, club):
    """Leave a club or take a request back; the model forgets the joining. False when there was nothing to leave."""
    if club.is_owned_by(user):
        raise errors.owner_stays()
    with transaction.atomic():
        if not Membership.objects.filter(club=club, user=user, status__in=("pending", "approved")).exists():
            return False
        take_back(user=user, domain="clubs", item=club, verb="join")
        club = Club.objects.select_for_update().get(pk=club.pk)
        membership = Membership.objects.select_for_update().get(club=club, user=user)
        _count(club, membership.status, Membership.Status.LEFT)
        membership.status, membership.decided_at = Membership.Status.LEFT, timezone.now()
        membership.save()
    return True


def _publish_activities(club):
    """Activities speak of their club: its name is in their text, its closing takes them out of the feeds."""
    publish("activities", list(Activity.objects.filter(club=club).select_related("category", "club")))


def _count(club, before, after):
    """Keep the club's number of members; the row is locked."""
    change = (after == Membership.Status.APPROVED) - (before == Membership.Status.APPROVED)
    if change:
        Club.objects.filter(pk=club.pk).adjust("member_count", change)


def _owner(user, club):
    if not club.is_owned_by(user):
        raise errors.not_allowed()


def _known(values):
    unknown = set(values) - CLUB_FIELDS
    if unknown:
        raise TypeError(f"A club has no field {', '.join(sorted(unknown))} to set.")


def membership_delete(*, membership):
    """Take a membership out altogether (staff): the event goes with the row, the count follows."""
    with transaction.atomic():
        take_back(user=membership.user, domain="clubs", item=membership.club_id, verb="join")
        membership.delete()
        recount(clubs=[membership.club_id])
