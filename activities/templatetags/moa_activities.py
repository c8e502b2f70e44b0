"""Tags for cards and pages of clubs and activities."""

from django import template
from django.utils import timezone, translation
from django.utils.formats import date_format
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
WEEKDAYS = "월화수목금토일"


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
def moment(value):
    """A time in short, in the language of the request: `12.8 (화) 19:00`, `Dec 8 (Tue) 19:00`."""
    if not value:
        return ""
    local = timezone.localtime(value)
    year = "" if local.year == timezone.localtime().year else f"{local.year}."
    if (translation.get_language() or "ko").startswith("ko"):
        return f"{year}{local.month}.{local.day} ({WEEKDAYS[local.weekday()]}) {local:%H:%M}"
    return date_format(local, f"{'Y ' if year else ''}M j (D) H:i")


@register.filter
def taken(activity):
    """Share of the places that are taken, in whole percent."""
    return min(100, round(100 * activity.participant_count / activity.capacity)) if activity.capacity else 0
