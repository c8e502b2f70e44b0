"""Taking part: the capacity limits those who are approved, and the activity's locked row guards it.

Requests may outnumber the places, so that the organiser can choose; once all places are taken, further requests are
refused. The database holds the same rule as a constraint, so that no other way of writing can oversell.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from activities import errors, notices
from activities.models import Activity, Participation
from activities.services.counts import recount
from recommendations.services import record_event, take_back

Status = Participation.Status


def participation_request(*, user, activity):
    """Ask to take part. Returns the participation and whether the request is new; asking twice changes nothing.

    The event comes before the lock on the activity's row, as it does for a like: both ways lock in one order.
    """
    if activity.is_run_by(user):
        raise errors.Conflict(_("You organise this activity."), code="organiser")
    standing = Participation.objects.filter(activity=activity, user=user, status__in=("pending", "approved")).first()
    if standing:
        return standing, False
    if activity.recruiting != "open":
        raise errors.not_recruiting(activity.recruiting)
    try:
        with transaction.atomic():
            record_event(domain="activities", item=activity, verb="join", user=user, by_site=True)
            return _request(user, activity), True
    except _Standing as found:
        return found.participation, False


class _Standing(Exception):
    """Rolls the event of a repeated request back."""

    def __init__(self, participation):
        self.participation = participation


def _request(user, activity):
    activity = _locked(activity)
    participation, created = Participation.objects.get_or_create(activity=activity, user=user)
    if not created and participation.status in (Status.PENDING, Status.APPROVED):
        raise _Standing(participation)
    if participation.status == Status.REJECTED:
        raise errors.declined()
    if activity.recruiting != "open":
        raise errors.not_recruiting(activity.recruiting)
    participation.requested_at = timezone.now()
    participation.status, participation.decided_at = Status.PENDING, None
    if activity.needs_approval:
        participation.save()
        notices.tell(
            activity.host, "activity-request", notices.ACTIVITY_REQUEST, activity, member=user, anchor="participants/"
        )
    else:
        _set(activity, participation, Status.APPROVED)
    return participation


def participation_decide(*, user, participation, status):
    """Approve or decline a request; only the organiser or the club's owner may."""
    if not participation.activity.is_run_by(user):
        raise errors.not_allowed()
    with transaction.atomic():
        activity = _locked(participation.activity)
        participation = Participation.objects.select_related("user").get(pk=participation.pk)
        participation.activity = activity
        if participation.status == status:
            return participation
        if participation.status == Status.CANCELLED:
            raise errors.Conflict(_("This member has cancelled."), code="cancelled")
        if status == Status.APPROVED and activity.status != Activity.Status.OPEN:
            raise errors.closed()
        _set(activity, participation, Status(status))
        text = notices.ACTIVITY_APPROVED if status == Status.APPROVED else notices.ACTIVITY_REJECTED
        notices.tell(participation.user, f"activity-{status}", text, activity)
    return participation


def participation_approve(*, user, participation):
    return participation_decide(user=user, participation=participation, status=Status.APPROVED)


def participation_reject(*, user, participation):
    return participation_decide(user=user, participation=participation, status=Status.REJECTED)


def participation_cancel(*, user, activity):
    """Cancel taking part or a request for it; the model forgets the joining. False when there was nothing to cancel."""
    with transaction.atomic():
        if not Participation.objects.filter(activity=activity, user=user, status__in=("pending", "approved")).exists():
            return False
        take_back(user=user, domain="activities", item=activity, verb="join")
        activity = _locked(activity)
        participation = Participation.objects.get(activity=activity, user=user)
        if participation.status in (Status.PENDING, Status.APPROVED):
            _set(activity, participation, Status.CANCELLED)
    return True


def _locked(activity):
    """The activity with its row locked: whoever changes participations waits here."""
    return Activity.objects.select_for_update(of=("self",)).select_related("club", "host").get(pk=activity.pk)


def _set(activity, participation, status):
    """Give a participation its status and keep the number of participants; the activity's row is locked."""
    taken = activity.participations.filter(status=Status.APPROVED).exclude(pk=participation.pk).count()
    if status == Status.APPROVED and activity.capacity is not None and taken >= activity.capacity:
        raise errors.full()
    participation.status, participation.decided_at = status, timezone.now()
    participation.save()
    activity.participant_count = taken + (status == Status.APPROVED)
    Activity.objects.filter(pk=activity.pk).update(participant_count=activity.participant_count)


def participation_delete(*, participation):
    """Take a participation out altogether (staff): the event goes with the row, the count follows."""
    with transaction.atomic():
        take_back(user=participation.user, domain="activities", item=participation.activity_id, verb="join")
        _locked(participation.activity)
        participation.delete()
        recount(activities=[participation.activity_id])
