"""What happens to clubs and activities when a member is erased."""

from django.db import transaction

from activities.models import Activity, Club, Comment, Like, Membership, Participation
from activities.services.moderation import forget_member
from recommendations.services import publish


@transaction.atomic
def erase(user):
    """Take a member out: their clubs go to the member who came first, or are closed; counts stay right."""
    for club in Club.objects.select_for_update().filter(owner=user):
        _hand_over(club, user)
    hosted = Activity.objects.select_for_update(of=("self",)).select_related("category", "club").filter(host=user)
    _orphan(list(hosted), user)
    _uncount(user)
    forget_member(user)
    # Answers by others stay in their threads: the words go, the place stays until the row is deleted with the member.
    Comment.objects.filter(parent__user=user).exclude(user=user).update(parent=None)
    for model, key in ((Club.history.model, "owner_id"), (Activity.history.model, "host_id")):
        model.objects.filter(**{key: user.pk}).update(**{key: None})


def _hand_over(club, user):
    heir = Membership.objects.filter(club=club, status="approved", user__is_active=True).exclude(user=user)
    heir = heir.select_related("user").order_by("decided_at", "id").first()
    club.owner = heir.user if heir else None
    if heir is None:
        club.status = Club.Status.CLOSED
    club.save()
    publish("clubs", [club])
    if heir is None:
        publish("activities", list(Activity.objects.filter(club=club).select_related("category", "club")))


def _orphan(activities, user):
    """Activities of a club go to its owner; those without one are closed."""
    for activity in activities:
        activity.host = activity.club.owner if activity.club_id and activity.club.owner_id != user.pk else None
        if activity.host is None:
            activity.status = Activity.Status.CLOSED
        activity.save()
    publish("activities", activities)


def _uncount(user):
    likes, parts = Like.objects.filter(user=user), Participation.objects.filter(user=user)
    members = Membership.objects.filter(user=user)
    Activity.objects.filter(pk__in=likes.values("activity")).adjust("like_count", -1)
    taken = parts.filter(status="approved").values("activity")
    Activity.objects.filter(pk__in=taken).adjust("participant_count", -1)
    joined = members.filter(status="approved").values("club")
    Club.objects.filter(pk__in=joined).adjust("member_count", -1)
    for rows in (likes, parts, members):
        rows.delete()
