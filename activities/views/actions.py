"""Buttons: like, join, leave, close. Each answers htmx with the part of the page that changed."""

from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from activities import selectors, services
from activities.views.activities import find, find_club
from common.web import answer, member_required


@member_required
@require_POST
def like(request, pk):
    """Like an activity, or take the like back (`undo`)."""
    activity = find(request, pk)
    liked = "undo" not in request.POST
    if liked:
        services.like(user=request.user, activity=activity)
    else:
        services.unlike(user=request.user, activity=activity)
    activity.refresh_from_db(fields=["like_count"])
    context = {"activity": activity, "standing": selectors.Standing(liked=liked)}
    return answer(request, "activities/_like.html", context, activity)


@member_required
@require_POST
def participate(request, pk):
    """Ask to take part in an activity, or cancel (`undo`)."""
    activity = find(request, pk)
    text, kind = _attempt(request, services.participation_request, services.participation_cancel, activity=activity)
    activity = find(request, pk)
    context = {"activity": activity, "standing": selectors.activity_standing(request.user, activity)}
    return answer(request, "activities/_join.html", context, activity, text, kind)


@member_required
@require_POST
def club_join(request, pk):
    """Ask to join a club, or leave it (`undo`)."""
    club = find_club(pk)
    text, kind = _attempt(request, services.membership_request, services.membership_leave, club=club)
    club = find_club(pk)
    context = {"club": club, "standing": selectors.club_standing(request.user, club)}
    return answer(request, "clubs/_join.html", context, club, text, kind)


def _attempt(request, join, leave, **what):
    """Do one of the two; returns what to tell, and whether it is an error."""
    try:
        if "undo" in request.POST:
            leave(user=request.user, **what)
            return _("You have left."), "success"
        place, _new = join(user=request.user, **what)
    except ValidationError as error:
        return error.messages[0], "error"
    return (_("You are in.") if place.status == "approved" else _("Your request has been sent.")), "success"


@member_required
@require_POST
def activity_close(request, pk):
    """Close an activity of one's own."""
    return redirect(services.activity_close(user=request.user, activity=find(request, pk)))


@member_required
@require_POST
def club_close(request, pk):
    """Close a club of one's own."""
    return redirect(services.club_close(user=request.user, club=find_club(pk)))
