"""Who a visitor is before they are a member: a random key, in the session or in a signed `X-Visitor` token."""

import logging
import secrets

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from accounts.hooks import hooks

logger = logging.getLogger(__name__)

SESSION_KEY = "moa_visitor"
HEADER = "X-Visitor"
TOKEN_LENGTH = 200
_signer = signing.Signer(salt="accounts.visitor")


def visitor_key(request, create=False):
    """Return the visitor's stable key, or None where there is none yet.

    Parameters
    ----------
    request : HttpRequest or rest_framework.request.Request
    create : bool
        Make a key where there is none. A browser keeps it in its session; an API client that sent no cookie is
        handed a token in the response header `X-Visitor` and sends it back with each request.

    Raises
    ------
    rest_framework.exceptions.ValidationError
        The API was called with a token that this site did not sign.
    """
    request = getattr(request, "_request", request)
    key = _from_header(request) or _from_session(request) or getattr(request, "moa_new_visitor", None)
    if key is None and create:
        key = secrets.token_hex(16)
        if _is_api(request) and not request.COOKIES:
            request.moa_new_visitor = key
        else:
            request.session[SESSION_KEY] = key
    return key


def token(key):
    """Return the token that stands for a visitor key."""
    return _signer.sign(key)


def adopt(request, user):
    """Tell the apps above that this visitor is `user`; what the visitor does later is adopted at the next login."""
    key = visitor_key(request)
    if key is None:
        return
    try:
        with transaction.atomic():
            hooks.logged_in(key, user)
    except Exception:  # whatever an app above trips over, its members must be able to log in
        logger.exception("A login hook failed; what visitor %s did is not adopted.", key)
        return
    # The key has served: the next visitor on this machine, after a logout, is somebody new.
    request.session.pop(SESSION_KEY, None)


def _is_api(request):
    return request.path_info.startswith("/api/")


def _from_session(request):
    session = getattr(request, "session", None)
    return session.get(SESSION_KEY) if session is not None else None


def _from_header(request):
    value = request.headers.get(HEADER) if _is_api(request) else None
    if not value:
        return None
    try:
        if len(value) > TOKEN_LENGTH:
            raise signing.BadSignature
        return _signer.unsign(value)
    except signing.BadSignature:
        message = _("This token is not one of this site's. Leave the header out to get a new one.")
        raise ValidationError({HEADER: [message]}) from None
