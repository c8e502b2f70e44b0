"""Tags for cards and pages of clubs and activities."""

from django import template
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

register = template.Library()

STATES = {
    "open": (_("Recruiting"), "badge-jade"),
    "soon": (_("Opens soon"), "badge-honey"),
    "full": (_("Full"), "badge-warm"),
    "over": (_("Recruiting is over"), ""),
    "closed": (_("Closed"), ""),
    "draft": (_("Draft"), "badge-honey"),
}
CLOSING_DAYS = 3


@register.filter
def category_tone(category):
    """The colour class of a category, the same wherever it appears."""
    return f"tone-{category.order % 6}"


@register.simple_tag
def state_of(activity):
    """What the badge of an activity says, and its colour: recruiting, last days, full, over, closed, draft."""
    state = activity.recruiting
    label, tone = STATES[state]
    if state == "open" and activity.recruit_end:
        left = activity.recruit_end - timezone.now()
        if left.days < CLOSING_DAYS:
            label, tone = (_("Last day") if left.days < 1 else _("Closing soon")), "badge-warm"
    return {"name": state, "label": label, "tone": tone}


@register.filter
def taken(activity):
    """Share of the places that are taken, in whole percent."""
    return min(100, round(100 * activity.participant_count / activity.capacity)) if activity.capacity else 0
