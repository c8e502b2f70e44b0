"""Tags for cards and pages of problems."""

from django import template

from problems import markdown
from problems.forms import TIER_NAMES

register = template.Library()

#: Verdict → colour of its badge.
TONES = {"AC": "badge-jade", "IE": "badge-honey", "": ""}


@register.filter
def tier_name(tier):
    """A tier in words."""
    return TIER_NAMES[tier]


@register.filter
def verdict_tone(verdict):
    """The badge class of a verdict; "" is one that is still to come."""
    return TONES.get(verdict, "badge-danger")


@register.filter
def statement(text):
    """Markdown as clean HTML."""
    return markdown.render(text)


@register.filter
def decoded(data):
    """Test data as text; what is no UTF-8 is shown as replacement characters."""
    return bytes(data).decode("utf-8", "replace")


@register.filter
def megabytes(kilobytes):
    """Memory, short."""
    return f"{(kilobytes or 0) / 1024:.1f} MB"


@register.filter
def entry(mapping, key):
    """A mapping's value, or nothing."""
    return mapping.get(key, "")
