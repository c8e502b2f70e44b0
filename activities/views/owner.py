"""Pages of owners and organisers: who asked to join, and all that one runs or takes part in."""

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from activities import errors, selectors, services
from activities.views.activities import find, find_club
from common.web import answer, member_required


@member_required
@require_safe
def mine(request):
    """My clubs and activities."""
    return render(request, "activities/mine.html", {"mine": selectors.mine(request.user)})


@member_required
@require_safe
def members(request, pk):
    """Requests and members of a club of one's own."""
    return render(request, "clubs/members.html", _club_context(_own_club(request, pk)))


@member_required
@require_POST
def decide_member(request, pk, place):
    """Approve or decline a member."""
    club = _own_club(request, pk)
    membership = get_object_or_404(club.memberships.select_related("user"), pk=place)
    membership.club = club
    text, kind = _decide(request, services.membership_decide, membership=membership)
    context = _club_context(find_club(pk))
    return answer(request, "activities/_places.html", context, reverse("clubs:members", args=[pk]), text, kind)


@member_required
@require_safe
def participants(request, pk):
    """Requests and participants of an activity of one's own."""
    return render(request, "activities/participants.html", _activity_context(_own_activity(request, pk)))


@member_required
@require_POST
def decide_participant(request, pk, place):
    """Approve or decline a participant."""
    activity = _own_activity(request, pk)
    participation = get_object_or_404(activity.participations.select_related("user"), pk=place)
    participation.activity = activity
    text, kind = _decide(request, services.participation_decide, participation=participation)
    context = _activity_context(find(request, pk))
    back = reverse("activities:participants", args=[pk])
    return answer(request, "activities/_places.html", context, back, text, kind)


def _decide(request, service, **place):
    status = request.POST.get("status")
    if status not in ("approved", "rejected"):
        return _("Approve or decline."), "error"
    try:
        service(user=request.user, status=status, **place)
    except ValidationError as error:
        return error.messages[0], "error"
    return (_("Approved.") if status == "approved" else _("Declined.")), "success"


def _own_club(request, pk):
    club = find_club(pk)
    if not club.is_owned_by(request.user):
        raise errors.not_allowed()
    return club


def _own_activity(request, pk):
    activity = find(request, pk)
    if not activity.is_run_by(request.user):
        raise errors.not_allowed()
    return activity


def _club_context(club):
    return {"club": club, "places": selectors.membership_list(club), "decide": "clubs:decide", "owner": club}


def _activity_context(activity):
    places = selectors.participation_list(activity)
    return {"activity": activity, "places": places, "decide": "activities:decide", "owner": activity}
