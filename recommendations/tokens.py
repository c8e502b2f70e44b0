"""`recommendation_id`: an opaque signed token of feed, model version and time; no row is written per request."""

from __future__ import annotations

from django.core import signing
from django.utils.translation import gettext as _

SALT = "recommendation"


def issue(domain: str, feed: str, version: str) -> str:
    return signing.dumps([domain, feed, version[:32]], salt=SALT, compress=False)


def origin(token: str | None, domain: str) -> tuple[str, str]:
    """(feed, model version) that an event came from; empty for none, raises EventError for a forged or foreign token."""
    if not token:
        return "", ""
    from recommendations.services import EventError

    try:
        named, feed, version = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise EventError("recommendation_id", _("This recommendation_id was not issued by this site.")) from None
    if named != domain:
        message = _("This recommendation_id belongs to “%(name)s”.") % {"name": named}
        raise EventError("recommendation_id", message)
    return feed, version
