"""The content security policy, a little wider where the admin's own scripts need it."""

from __future__ import annotations

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest, HttpResponseBase


class CspMiddleware(CSPMiddleware):
    """Sends `CONTENT_SECURITY_POLICY`.

    Under /admin/ Alpine may evaluate its attributes: without that unfold's buttons are dead.
    """

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path_info.startswith("/admin/"):
            # A nonce would switch 'unsafe-inline' off for the style attributes that unfold writes.
            parts.update = {"script-src": [UNSAFE_EVAL], **(parts.update or {})}
            parts.replace = {"style-src": [SELF, UNSAFE_INLINE], **(parts.replace or {})}
        return parts
