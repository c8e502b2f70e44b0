"""Numbers kept on rows, counted anew: after bulk loads that write past the services."""

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from activities.models import Activity, Club, Like, Membership, Participation


def _counted(rows, key):
    """Count of `rows` that belong to the outer row by `key`."""
    groups = rows.filter(**{key: OuterRef("pk")}).order_by().values(key).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(groups), 0)


def recount():
    """Bring likes, participants and members in line with the rows."""
    Activity.objects.update(
        like_count=_counted(Like.objects.all(), "activity"),
        participant_count=_counted(Participation.objects.filter(status="approved"), "activity"),
    )
    Club.objects.update(member_count=_counted(Membership.objects.filter(status="approved"), "club"))
