"""Writes on activities and what members do with them, except for taking part (participations.py)."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from activities import errors, notices
from activities.cleaning import fill
from activities.models import Activity, Membership, Participation
from common.images import drop_replaced, stored
from recommendations.services import publish, record_event, take_back

ACTIVITY_FIELDS = frozenset(
    {
        "title",
        "intro",
        "content",
        "club",
        "category",
        "tags",
        "region",
        "place",
        "recruit_start",
        "recruit_end",
        "starts_at",
        "ends_at",
        "capacity",
        "needs_approval",
        "thumbnail",
        "status",
    }
)
#: Closing is a decision of its own (`activity_close`), which tells the participants.
OPENINGS = (Activity.Status.DRAFT, Activity.Status.OPEN)


def activity_create(*, user, **values):
    """Make an activity that `user` organises, in a club that they belong to or on their own."""
    _known(values)
    _may_organise(user, values.get("club"))
    club = values.get("club")
    if club is not None and values.get("category") is None:
        values["category"] = club.category
    if club is not None and "region" not in values:
        values["region"] = club.region
    activity = fill(Activity(host=user), values)
    if activity.status not in OPENINGS:
        raise _closing()
    with transaction.atomic():
        activity.save()
        publish("activities", [activity])
    return activity


def activity_edit(*, user, activity, **values):
    """Change an activity; only its organiser or the owner of its club may."""
    _organiser(user, activity)
    _known(values)
    if "club" in values and values["club"] != activity.club:
        _may_organise(user, values["club"])
    with transaction.atomic():
        activity = Activity.objects.select_for_update().get(pk=activity.pk)
        if activity.status == Activity.Status.CLOSED:
            raise errors.closed()
        pictures = stored(activity)
        fill(activity, values)
        if activity.status not in OPENINGS:
            raise _closing()
        activity.save()
        drop_replaced(activity, pictures)
        publish("activities", [activity])
    return activity


def activity_close(*, user, activity):
    """Close an activity: nobody can join any more, and those who take part or wait are told."""
    _organiser(user, activity)
    with transaction.atomic():
        activity = Activity.objects.select_for_update().get(pk=activity.pk)
        if activity.status == Activity.Status.CLOSED:
            return activity
        activity.status = Activity.Status.CLOSED
        activity.save(update_fields=["status", "updated_at"])
        publish("activities", [activity])
        concerned = activity.participations.filter(
            status__in=(Participation.Status.PENDING, Participation.Status.APPROVED)
        )
        for participation in concerned.select_related("user"):
            notices.tell(participation.user, "activity-closed", notices.ACTIVITY_CLOSED, activity, member=user)
    return activity


def like(*, user, activity, recommendation_id=None):
    """Like an activity: row, event and model together, through the one door for events. Twice is once."""
    return record_event(domain="activities", item=activity, verb="like", user=user, recommendation_id=recommendation_id)


def unlike(*, user, activity):
    """Take a like back; the model forgets it exactly."""
    return take_back(user=user, domain="activities", item=activity, verb="like")


def _may_organise(user, club):
    if club is None:
        return
    if not club.is_open:
        raise errors.closed()
    if club.is_owned_by(user):
        return
    if not Membership.objects.filter(club=club, user=user, status=Membership.Status.APPROVED).exists():
        raise errors.not_allowed(_("Only members of the club may organise its activities."))


def _organiser(user, activity):
    if not activity.is_run_by(user):
        raise errors.not_allowed()


def _closing():
    return ValidationError({"status": ValidationError(_("Close an activity with its own action."), code="closing")})


def _known(values):
    unknown = set(values) - ACTIVITY_FIELDS
    if unknown:
        raise TypeError(f"An activity has no field {', '.join(sorted(unknown))} to set.")
