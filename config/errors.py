"""Error pages: problem details under /api/, ordinary pages elsewhere."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt

from common.problem import problem_response


def _is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


@csrf_exempt
def unknown_endpoint(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Answer for an address under /api/ that nothing serves, also where DEBUG would show Django's own page."""
    detail = _("There is no endpoint at %(path)s. /api/docs/ lists them all.") % {"path": request.path}
    return problem_response(404, detail)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """400."""
    return problem_response(400) if _is_api(request) else defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """403."""
    return problem_response(403) if _is_api(request) else defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """404."""
    return unknown_endpoint(request) if _is_api(request) else defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """500."""
    return problem_response(500) if _is_api(request) else defaults.server_error(request)
