"""What services refuse, in words that say the way out: ValidationError (400), PermissionDenied (403) or Conflict (409)."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from common.errors import Conflict

ORDERING = {
    "withdrawn": _("This menu was withdrawn: choose another one."),
    "closed": _("This food is not made any more on that day: choose another one."),
    "over": _("Orders for this meal are closed."),
    "sold_out": _("This menu is sold out: choose another one."),
    "capacity": _("The maker takes no more orders for that day: choose another menu."),
}


def not_orderable(state):
    return Conflict(ORDERING[state], code=state)


def other_group():
    return PermissionDenied(str(_("This menu is for another group.")))


def not_yours():
    return PermissionDenied(str(_("This order is somebody else's.")))


def has_order():
    return Conflict(_("You have ordered for this meal already: change or cancel that order."), code="has_order")


def too_late():
    return Conflict(_("It is too late to change this order."), code="over")


def is_cancelled():
    return Conflict(_("This order is cancelled."), code="cancelled")


def other_slot():
    return Conflict(_("An order can only be changed to a menu of the same day and meal."), code="slot")


def not_eaten():
    return Conflict(_("A meal can be rated once orders for it are closed."), code="early")
