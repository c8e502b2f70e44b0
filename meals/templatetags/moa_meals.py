"""Tags for cards and pages of meals: won, days, times, what is left until a cutoff."""

from django import template
from django.utils import timezone, translation
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from meals.allergens import ALLERGENS

register = template.Library()

DAYS = "월화수목금토일"
MINUTE, HOUR, DAY = 60, 3600, 86400


@register.filter
def type_tone(food_type):
    """The colour class of a food type, the same wherever it appears."""
    return f"tone-{food_type.order % 6}"


@register.filter
def won(value):
    """An amount: `12,000원`, `12,000 won`."""
    return _("%(price)s won") % {"price": f"{int(value or 0):,}"}


@register.filter
def day(value):
    """A day in short, in the language of the request: `12.8 (화)`, `Tue, Dec 8`."""
    if (translation.get_language() or "ko").startswith("ko"):
        return f"{value.month}.{value.day} ({DAYS[value.weekday()]})"
    return date_format(value, "D, M j")


@register.filter
def clock(value):
    """A moment as its time of day here; the day before it where that is not `today`."""
    local = timezone.localtime(value, timezone.get_default_timezone())
    time = f"{local:%H:%M}"
    return time if local.date() == timezone.localdate() else f"{day(local.date())} {time}"


@register.filter
def left(value):
    """How long it is until a moment, in its two largest units; meals.js goes on counting in the same words."""
    seconds = max(0, int((value - timezone.now()).total_seconds()))
    days, hours, minutes = seconds // DAY, seconds % DAY // HOUR, seconds % HOUR // MINUTE
    if days:
        return _("%(days)s d %(hours)s h left") % {"days": days, "hours": hours}
    if hours:
        return _("%(hours)s h %(minutes)s min left") % {"hours": hours, "minutes": minutes}
    return _("%(minutes)s min left") % {"minutes": minutes}


@register.filter
def allergen_names(codes):
    """Allergens in the reader's language."""
    return ", ".join(str(ALLERGENS.get(code, code)) for code in codes)


@register.filter
def weekday_names(numbers):
    """Weekdays in words."""
    return ", ".join(str(WEEKDAYS[number]) for number in sorted(numbers))


@register.filter
def times(number):
    """For drawing something so many times."""
    return range(int(number or 0))
