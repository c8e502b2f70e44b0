"""What accounts ask of this app when a member takes their data along or is erased."""

from django.utils.translation import gettext_lazy as _

from accounts import hooks
from activities.models import Activity, Appeal, Club, Comment, Like, Membership, Participation, Report
from activities.services import erasure

EXPORTED = {
    "clubs": (Club, "owner", ("id", "name", "intro", "info", "category__slug", "status", "created_at")),
    "memberships": (Membership, "user", ("club_id", "club__name", "status", "requested_at", "decided_at")),
    "activities": (Activity, "host", ("id", "title", "intro", "content", "category__slug", "status", "created_at")),
    "participations": (
        Participation,
        "user",
        ("activity_id", "activity__title", "status", "requested_at", "decided_at"),
    ),
    "likes": (Like, "user", ("activity_id", "activity__title", "created_at")),
    "comments": (Comment, "user", ("id", "activity_id", "parent_id", "text", "created_at", "state", "reason")),
    "reports": (Report, "user", ("comment_id", "reason", "note", "created_at")),
    "appeals": (Appeal, "comment__user", ("comment_id", "text", "created_at")),
}


def export(user):
    """Everything this app holds on a member."""
    return {
        name: list(model.objects.filter(**{key: user}).order_by("pk").values(*fields))
        for name, (model, key, fields) in EXPORTED.items()
    }


hooks.on_export("activities", export)
REMAINS = _(
    "The filter of comments forgets what staff's decisions on your comments taught it with its next nightly training."
)
hooks.on_erase("activities", erasure.erase, remains=REMAINS)
