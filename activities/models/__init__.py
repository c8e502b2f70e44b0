"""Clubs, activities, who takes part in them, what is said there and how it is moderated."""

from activities.models.activities import Activity, Like, Participation
from activities.models.clubs import Club, Membership
from activities.models.comments import Comment
from activities.models.moderation import Appeal, ModerationDecision, QueuedComment, Report, Verdict

__all__ = [
    "Activity",
    "Appeal",
    "Club",
    "Comment",
    "Like",
    "Membership",
    "ModerationDecision",
    "Participation",
    "QueuedComment",
    "Report",
    "Verdict",
]
