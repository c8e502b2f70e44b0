"""Pages of activities: the list, one activity, making and changing one."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from activities import errors, selectors, services
from activities.forms import ActivityFilterForm, ActivityForm, CommentForm
from activities.models import Club
from common.web import member_required, paginate, submit
from recommendations import selectors as recommendations
from recommendations.looks import record_view

SIMILAR = 6


@require_safe
def index(request):
    """All activities, filtered."""
    form = ActivityFilterForm(request.GET)
    filters = form.filters()
    page = paginate(request, selectors.activity_list(**filters))
    context = {"form": form, "page": page, "filters": filters}
    template = "activities/_results.html" if request.htmx and not request.htmx.boosted else "activities/list.html"
    return render(request, template, context, status=400 if form.errors else 200)


@require_safe
def detail(request, pk):
    """One activity; looking at it teaches the member's model."""
    activity = find(request, pk)
    context = {
        "activity": activity,
        "standing": selectors.activity_standing(request.user, activity),
        "comments": selectors.comment_list(activity, request.user),
        "comment_form": CommentForm(),
    }
    response = render(request, "activities/detail.html", context)
    record_view(request, "activities", activity)
    return response


@require_safe
def similar(request, pk):
    """Activities like this one, as a fragment."""
    activity = find(request, pk)
    user = request.user if request.user.is_authenticated else None
    result = recommendations.feed("activities", "similar", user=user, n=SIMILAR, item=str(activity.pk))
    context = {"items": [ranked.row for ranked in result.items], "recommendation_id": result.recommendation_id}
    return render(request, "activities/_similar.html", context)


@member_required
@require_http_methods(["GET", "HEAD", "POST"])
def create(request):
    """Make an activity; `?club=` chooses the club."""
    initial = {"club": request.GET.get("club", "")[:20]}
    club = _own_club(request, initial["club"])
    if club:
        initial |= {"category": club.category, "region": club.region}
    form = ActivityForm(request.POST or None, request.FILES or None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        activity = _submit(form, services.activity_create, user=request.user)
        if activity:
            messages.success(request, _("Your activity is there."))
            return redirect(activity)
    context = {"form": form, "title": _("New activity"), "back": "activities:list"}
    return render(request, "activities/form.html", context, status=400 if form.errors else 200)


@member_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request, pk):
    """Change an activity of one's own."""
    activity = find(request, pk)
    if not activity.is_run_by(request.user):
        raise errors.not_allowed()
    form = ActivityForm(
        request.POST or None,
        request.FILES or None,
        user=request.user,
        activity=activity,
        initial=ActivityForm.initial_of(activity),
    )
    if request.method == "POST" and form.is_valid():
        changed = _submit(form, services.activity_edit, user=request.user, activity=activity)
        if changed:
            messages.success(request, _("Saved."))
            return redirect(changed)
    context = {"form": form, "title": _("Edit activity"), "activity": activity}
    return render(request, "activities/form.html", context, status=400 if form.errors else 200)


def _submit(form, service, **values):
    try:
        return submit(form, service, **values, **form.values())
    except PermissionDenied as error:
        form.add_error("club", str(error))
        return None


def find(request, pk):
    """The activity, or 404 where it is not there or a draft of somebody else."""
    return get_object_or_404(selectors.activity_visible(request.user), pk=pk)


def _own_club(request, pk):
    if not (pk.isascii() and pk.isdigit()):
        return None
    return selectors.clubs_for_organising(request.user).filter(pk=pk).select_related("category", "region").first()


def find_club(pk):
    try:
        return selectors.club_visible().get(pk=pk)
    except Club.DoesNotExist:
        raise Http404 from None
