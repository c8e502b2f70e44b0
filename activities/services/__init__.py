"""The ways in which clubs and activities change; pages, API, admin and commands use these and nothing else."""

from activities.services.activities import activity_close, activity_create, activity_edit, like, unlike
from activities.services.clubs import (
    club_close,
    club_create,
    club_edit,
    membership_approve,
    membership_decide,
    membership_delete,
    membership_leave,
    membership_reject,
    membership_request,
)
from activities.services.comments import comment_create, comment_delete
from activities.services.counts import recount
from activities.services.moderation import comment_appeal, comment_decide, comment_report, decision_revert
from activities.services.participations import (
    participation_approve,
    participation_cancel,
    participation_decide,
    participation_delete,
    participation_reject,
    participation_request,
)

__all__ = [
    "activity_close",
    "activity_create",
    "activity_edit",
    "club_close",
    "club_create",
    "club_edit",
    "comment_appeal",
    "comment_create",
    "comment_decide",
    "comment_delete",
    "comment_report",
    "decision_revert",
    "like",
    "membership_approve",
    "membership_decide",
    "membership_delete",
    "membership_leave",
    "membership_reject",
    "membership_request",
    "participation_approve",
    "participation_cancel",
    "participation_decide",
    "participation_delete",
    "participation_reject",
    "participation_request",
    "recount",
    "unlike",
]
