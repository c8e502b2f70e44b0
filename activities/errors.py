"""What services refuse: bad input is a ValidationError (400), a missing right PermissionDenied (403), else Conflict."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from common.errors import Conflict


def full():
    return Conflict(_("All places are taken."), code="full")


def closed():
    return Conflict(_("This is closed."), code="closed")


def not_recruiting(state):
    messages = {
        "draft": _("This activity is not published yet."),
        "closed": _("This activity is closed."),
        "soon": _("Recruiting has not started yet."),
        "over": _("Recruiting is over."),
        "full": _("All places are taken."),
    }
    return Conflict(messages[state], code=state)


def declined():
    return Conflict(_("The organiser has declined your request."), code="declined")


def owner_stays():
    return Conflict(_("The owner cannot leave the club: close it instead."), code="owner")


def not_allowed(message=None):
    return PermissionDenied(str(message or _("Only the owner or organiser may do this.")))


def need_login():
    return PermissionDenied(str(_("Please log in first.")))


def not_joined():
    return str(_("You have not joined and not asked to."))
