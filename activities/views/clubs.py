"""Pages of clubs: the list, one club, making and changing one."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from activities import errors, selectors, services
from activities.forms import ClubForm, FilterForm
from activities.views.activities import find_club
from common.web import member_required, paginate, submit
from recommendations.looks import record_view


@require_safe
def index(request):
    """All open clubs, filtered."""
    form = FilterForm(request.GET)
    filters = form.filters()
    page = paginate(request, selectors.club_list(**filters))
    template = "clubs/_results.html" if request.htmx and not request.htmx.boosted else "clubs/list.html"
    context = {"form": form, "page": page, "filters": filters}
    return render(request, template, context, status=400 if form.errors else 200)


@require_safe
def detail(request, pk):
    """One club with its activities; looking at it teaches the member's model."""
    club = find_club(pk)
    context = {
        "club": club,
        "standing": selectors.club_standing(request.user, club),
        "activities": list(selectors.club_activities(club)),
        "members": list(selectors.club_members(club)),
    }
    response = render(request, "clubs/detail.html", context)
    record_view(request, "clubs", club)
    return response


@member_required
@require_http_methods(["GET", "HEAD", "POST"])
def create(request):
    """Make a club."""
    form = ClubForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        club = submit(form, services.club_create, user=request.user, **form.values())
        if club:
            messages.success(request, _("Your club is there."))
            return redirect(club)
    context = {"form": form, "title": _("New club"), "back": "clubs:list"}
    return render(request, "clubs/form.html", context, status=400 if form.errors else 200)


@member_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request, pk):
    """Change a club of one's own."""
    club = find_club(pk)
    if not club.is_owned_by(request.user):
        raise errors.not_allowed()
    form = ClubForm(request.POST or None, request.FILES or None, initial=ClubForm.initial_of(club))
    if request.method == "POST" and form.is_valid():
        changed = submit(form, services.club_edit, user=request.user, club=club, **form.values())
        if changed:
            messages.success(request, _("Saved."))
            return redirect(changed)
    context = {"form": form, "title": _("Edit club"), "club": club}
    return render(request, "clubs/form.html", context, status=400 if form.errors else 200)
