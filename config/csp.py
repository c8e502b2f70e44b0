"""The content security policy, a little wider where the admin's own scripts need it."""

from __future__ import annotations

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest, HttpResponseBase


class CspMiddleware(CSPMiddleware):
    """Sends `CONTENT_SECURITY_POLICY`, widened under two addresses whose pages come with their libraries.

    The admin and Swagger write style attributes; in the admin Alpine also evaluates attributes as code: without that
    unfold's buttons are dead.
    """

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path_info.startswith(("/admin/", "/api/docs/")):
            # A nonce beside it would switch 'unsafe-inline' off again, so the list is replaced.
            parts.replace = {"style-src": [SELF, UNSAFE_INLINE], **(parts.replace or {})}
        if request.path_info.startswith("/admin/"):
            parts.update = {"script-src": [UNSAFE_EVAL], **(parts.update or {})}
        return parts
