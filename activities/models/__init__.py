"""Clubs, activities, and who takes part in them."""

from activities.models.activities import Activity, Comment, Like, Participation
from activities.models.clubs import Club, Membership

__all__ = ["Activity", "Club", "Comment", "Like", "Membership", "Participation"]
