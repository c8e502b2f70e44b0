"""Figures in words, for the watch page."""

from __future__ import annotations

from django import template
from django.utils.formats import number_format
from django.utils.translation import ngettext

register = template.Library()


@register.filter
def percent(share: float | None) -> str:
    """0.123 as 12.3 %; a dash where there is none."""
    return "–" if share is None else f"{number_format(100 * share, 1)} %"


@register.filter
def duration(seconds: float) -> str:
    """Seconds in the largest unit that fits."""
    if seconds < 60:
        n = round(seconds)
        return ngettext("%(n)d second", "%(n)d seconds", n) % {"n": n}
    if seconds < 3600:
        n = round(seconds / 60)
        return ngettext("%(n)d minute", "%(n)d minutes", n) % {"n": n}
    n = round(seconds / 3600)
    return ngettext("%(n)d hour", "%(n)d hours", n) % {"n": n}
