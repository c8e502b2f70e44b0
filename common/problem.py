"""Errors as problem details (RFC 9457): the one shape in which every endpoint says what was wrong."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation, ValidationError
from django.http import Http404, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.fields import get_error_detail
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import set_rollback

CONTENT_TYPE = "application/problem+json"


def body(
    status: int, detail: str = "", *, errors: dict[str, list[str]] | None = None, code: str = ""
) -> dict[str, Any]:
    """Return the members of a problem: type, title, status, detail and, for bad fields, errors."""
    found: dict[str, Any] = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    if detail:
        found["detail"] = detail
    if code:
        found["code"] = code
    if errors:
        found["errors"] = errors
    return found


def problem_response(
    status: int,
    detail: str = "",
    *,
    errors: dict[str, list[str]] | None = None,
    headers: dict[str, str] | None = None,
) -> HttpResponse:
    """Return a problem as a plain Django response, for what happens outside REST framework's views."""
    return JsonResponse(
        body(status, detail, errors=errors),
        status=status,
        headers=headers,
        content_type=CONTENT_TYPE,
        json_dumps_params={"ensure_ascii": False},
    )


class TooLarge(exceptions.APIException):
    """A body of more bytes than DATA_UPLOAD_MAX_MEMORY_SIZE."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"

    def __init__(self) -> None:
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1_000_000
        super().__init__(_("The request is larger than %(most)s MB.") % {"most": most})


def handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn what a view raised into a problem; None leaves a real fault to Django, which logs it and answers 500."""
    known = _as_api_exception(error)
    if known is None:
        return None
    set_rollback()
    return Response(_problem(known), known.status_code, headers=_headers(known), content_type=CONTENT_TYPE)


def _as_api_exception(error: Exception) -> exceptions.APIException | None:
    if isinstance(error, exceptions.APIException):
        return error
    if isinstance(error, Http404):
        return exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied(*error.args[:1])
    if isinstance(error, RequestDataTooBig):
        return TooLarge()
    if isinstance(error, SuspiciousOperation):
        return exceptions.ParseError()
    if isinstance(error, ValidationError):
        return exceptions.ValidationError(get_error_detail(error))
    return None


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(int(error.wait) + 1)  # type: ignore[attr-defined]
    return headers


def _problem(error: exceptions.APIException) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        errors = flatten(error.detail)
        return body(error.status_code, _summary(errors), errors=errors)
    detail = error.detail
    if isinstance(detail, (dict, list)):
        return body(error.status_code, errors=flatten(detail))
    return body(error.status_code, str(detail), code=str(getattr(detail, "code", "")))


def _summary(errors: dict[str, list[str]]) -> str:
    """Name the first culprits, so that the sentence alone says what to change."""
    parts = [
        messages[0] if field == api_settings.NON_FIELD_ERRORS_KEY else f"{field}: {messages[0]}"
        for field, messages in list(errors.items())[:3]
    ]
    return " ".join(parts) or _("The request is not valid.")


def flatten(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    """Return nested field errors as one level of dotted paths: `{"tags.0": ["…"]}`."""
    if isinstance(detail, dict):
        pairs = [(f"{prefix}.{key}" if prefix else str(key), value) for key, value in detail.items()]
    elif isinstance(detail, list) and any(isinstance(item, (dict, list)) for item in detail):
        pairs = [(f"{prefix}.{index}" if prefix else str(index), item) for index, item in enumerate(detail) if item]
    else:
        messages = detail if isinstance(detail, list) else [detail]
        return {prefix or api_settings.NON_FIELD_ERRORS_KEY: [str(message) for message in messages]}
    found: dict[str, list[str]] = {}
    for path, value in pairs:
        found.update(flatten(value, path))
    return found
