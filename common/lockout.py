"""What axes asks while it counts failed logins: who, from where, and what to answer when it is enough."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from common.problem import problem_response


def is_direct(request: HttpRequest) -> bool:
    """Tell whether the request came without a proxy in between, so that REMOTE_ADDR is the client."""
    return "HTTP_X_FORWARDED_FOR" not in request.META


def client_ip(request: HttpRequest) -> str:
    """Return the client's address; a client can write any X-Forwarded-For, so only trusted proxies' entries count."""
    remote = str(request.META.get("REMOTE_ADDR", ""))
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    trusted = settings.TRUSTED_PROXIES
    return hops[-min(trusted, len(hops))] if trusted and hops else remote


def username(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Return the e-mail address that somebody tries, whichever form or endpoint it came through."""
    names = ("email", "username", "login")
    for source in (credentials or {}, getattr(request, "POST", {})):
        for name in names:
            if source.get(name):
                return str(source[name]).strip().lower()[:255]
    return ""


def response(
    request: HttpRequest, response: HttpResponse | None = None, credentials: dict[str, Any] | None = None, *args: Any
) -> HttpResponse:
    """Answer a locked-out client: problem details under /api/, a page elsewhere."""
    seconds = int(settings.AXES_COOLOFF_TIME.total_seconds())
    detail = _("Too many failed logins. Try again in %(minutes)d minutes.") % {"minutes": max(1, seconds // 60)}
    if request.path_info.startswith(("/api/", "/_allauth/")):
        return problem_response(429, detail, headers={"Retry-After": str(seconds)})
    try:
        body, kind = render_to_string("429.html", {"detail": detail}, request), "text/html; charset=utf-8"
    except TemplateDoesNotExist:
        body, kind = detail, "text/plain; charset=utf-8"
    return HttpResponse(body, status=429, content_type=kind, headers={"Retry-After": str(seconds)})
