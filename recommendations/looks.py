"""Looking at a page is an event: what every detail page of a domain calls."""

from __future__ import annotations

import logging

from django.http import HttpRequest

from accounts.visitors import visitor_key
from recommendations.services import record_event

logger = logging.getLogger(__name__)


def record_view(request: HttpRequest, domain: str, row) -> None:
    """Record that a member or visitor looked at a page. Whatever goes wrong here, the page is shown."""
    if request.method != "GET" or _is_prefetch(request):
        return
    try:
        if request.user.is_authenticated:
            record_event(domain=domain, item=row, verb="view", user=request.user)
        else:
            record_event(domain=domain, item=row, verb="view", visitor=visitor_key(request, create=True))
    except Exception:  # a view that was not counted is no reason to refuse the page
        logger.exception("A view of %s %s was not recorded", domain, row.pk)


def _is_prefetch(request: HttpRequest) -> bool:
    """Browsers and link previews fetch pages that nobody looks at."""
    purpose = request.headers.get("Sec-Purpose", "") or request.headers.get("Purpose", "")
    return purpose.lower().startswith("prefetch") or request.headers.get("X-Moz", "") == "prefetch"
