"""Cells of files and foreign tables as meals need them."""

import datetime as dt

from meals.models import DiningType
from recommendations.importing import values

MEALS = {
    "lunch": "lunch",
    "l": "lunch",
    "점심": "lunch",
    "중식": "lunch",
    "dinner": "dinner",
    "d": "dinner",
    "supper": "dinner",
    "저녁": "dinner",
    "석식": "dinner",
}


def whole(value, name):
    """A whole number, or None for an empty cell; "9000.0" is one, "9000.5" is none."""
    found = values.number(value, name)
    if found is None:
        return None
    if found != int(found):
        raise values.BadValue(f"{name}: {str(value)[:40]!r} is not a whole number")
    return int(found)


def day(value, name):
    """A date in one of the usual notations."""
    found = values.text(value, name)
    if not found:
        raise values.BadValue(f"{name} is empty")
    for text, pattern in ((found[:10].replace("/", "-").replace(".", "-"), "%Y-%m-%d"), (found, "%Y%m%d")):
        try:
            return dt.datetime.strptime(text, pattern).date()
        except ValueError:
            continue
    raise values.BadValue(f"{name}: {found[:40]!r} is not a date such as 2026-05-01")


def dining_type(value, name):
    """lunch or dinner; an empty cell is lunch."""
    found = values.text(value, name).casefold()
    if found and found not in MEALS:
        raise values.BadValue(f"{name}: {found[:40]!r} is neither lunch nor dinner")
    return MEALS.get(found, DiningType.LUNCH.value)
