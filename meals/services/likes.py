"""Liking foods: row, event and model together, through the one door for events."""

from recommendations.services import record_event, take_back


def like(*, user, food, recommendation_id=None):
    """Like a food. Twice is once."""
    return record_event(domain="meals", item=food, verb="like", user=user, recommendation_id=recommendation_id)


def unlike(*, user, food):
    """Take a like back; the model forgets it exactly."""
    return take_back(user=user, domain="meals", item=food, verb="like")
