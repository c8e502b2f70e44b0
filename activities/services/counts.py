"""Numbers kept on rows, counted anew: after loads and deletions that go past the services."""

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from activities.models import Activity, Club, Like, Membership, Participation


def _counted(rows, key):
    """Count of `rows` that belong to the outer row by `key`."""
    groups = rows.filter(**{key: OuterRef("pk")}).order_by().values(key).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(groups), 0)


def recount(*, activities=None, clubs=None):
    """Bring likes, participants and members in line with the rows; of these ids, or of all."""
    everything = activities is None and clubs is None
    activity_rows, club_rows = Activity.objects.all(), Club.objects.all()
    if not everything:
        activity_rows, club_rows = activity_rows.filter(pk__in=activities or ()), club_rows.filter(pk__in=clubs or ())
    activity_rows.update(
        like_count=_counted(Like.objects.all(), "activity"),
        participant_count=_counted(Participation.objects.filter(status="approved"), "activity"),
    )
    club_rows.update(member_count=_counted(Membership.objects.filter(status="approved"), "club"))
