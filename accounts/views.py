"""The account pages that allauth does not have: profile, notices, log out everywhere, export, delete."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, logout
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import exports, selectors, services
from accounts.forms import EraseForm, ProfileForm
from accounts.hooks import hooks
from accounts.models import Notification

NOTICES_PER_PAGE = 20


@login_required
@require_http_methods(["GET", "POST"])
def profile(request):
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ProfileForm(*posted, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            return _save_profile(request, form)
        except ValidationError as error:
            form.add_error(None, error)
    context = {"form": form, "email_verified": selectors.email_verified(request.user)}
    return render(request, "accounts/profile.html", context, status=400 if form.errors else 200)


def _save_profile(request, form):
    data = dict(form.cleaned_data)
    picture = data.pop("avatar")
    services.update_profile(request.user, **data)
    if picture:
        services.set_avatar(request.user, picture)
    messages.success(request, _("Your profile is saved."))
    response = redirect("accounts:profile")
    if data["language"]:
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, data["language"], max_age=60 * 60 * 24 * 365, samesite="Lax")
    return response


@login_required
@require_http_methods(["GET", "HEAD"])
def notifications(request):
    page = Paginator(selectors.notifications(request.user), NOTICES_PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request, "accounts/notifications.html", {"page": page, "unread": selectors.unread_count(request.user)}
    )


@login_required
@require_POST
def notifications_read(request):
    services.mark_read(request.user)
    return redirect("accounts:notifications")


@login_required
@require_POST
def notification_open(request, pk):
    """Mark one notice read and go where it points."""
    notice = Notification.objects.filter(user=request.user, pk=pk).first()
    if notice is None:
        return redirect("accounts:notifications")
    services.mark_read(request.user, [pk])
    safe = url_has_allowed_host_and_scheme(notice.url, {request.get_host()}, require_https=request.is_secure())
    return redirect(notice.url if notice.url and safe else "accounts:notifications")


@login_required
@require_http_methods(["GET", "POST"])
def log_out_everywhere(request):
    if request.method == "GET":
        return render(request, "accounts/log_out_everywhere.html", {"sessions": request.user.sessions.count()})
    user = request.user
    logout(request)
    services.log_out_everywhere(user)
    messages.success(request, _("You are logged out on all devices."))
    return redirect("account_login")


@login_required
@require_http_methods(["GET", "HEAD"])
def export(request):
    return exports.as_download(request.user)


@login_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def delete(request):
    form = EraseForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        if _is_owner(request, form):
            return _erase(request)
        form.add_error("password", _("This is not your password."))
    context = {"form": form, "remains": hooks.remains()}
    return render(request, "accounts/delete.html", context, status=400 if form.errors else 200)


def _is_owner(request, form):
    if "password" not in form.fields:
        return True
    # Through authenticate, so that wrong guesses count towards the lock-out.
    found = authenticate(request, email=request.user.email, password=form.cleaned_data["password"])
    return found == request.user


def _erase(request):
    user = request.user
    logout(request)
    services.erase(user)
    messages.success(request, _("Your account is deleted. Take care!"))
    return redirect("/")
