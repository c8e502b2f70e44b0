"""Access and refresh tokens: allauth's JWT, each backed by a session of its own, so that ending it ends them."""

from contextlib import contextmanager

# allauth reaches into this package without importing its parts: the first log-ins of a process, in two threads, would
# find it half imported.
import cryptography.hazmat.primitives.ciphers.algorithms
import cryptography.hazmat.primitives.ciphers.modes  # noqa: F401
from allauth.headless.app_settings import _app_settings as headless
from allauth.headless.internal.sessionkit import new_session
from allauth.headless.tokens.strategies.jwt import internal
from django.contrib.auth import SESSION_KEY, login, logout
from django.contrib.auth.models import AnonymousUser

from accounts import visitors

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@contextmanager
def _session_of_its_own(request):
    """Log in beside the browser's session: an API client must neither get nor change the caller's cookies."""
    outer, user, key = request.session, request.user, visitors.visitor_key(request)
    request.session = new_session()
    if key:
        request.session[visitors.SESSION_KEY] = key
    try:
        yield request.session
    finally:
        request.session, request.user = outer, user
        request.META["CSRF_COOKIE_NEEDS_UPDATE"] = False


def issue(request, user):
    """Log `user` in for an API client and return its tokens.

    Returns
    -------
    dict
        `{"access": str, "refresh": str}`.
    """
    with _session_of_its_own(request) as session:
        login(request, user, backend=BACKEND)
        refresh = internal.create_refresh_token(user, session)
        access = internal.create_access_token(user, session, {})
        session.save()
    return {"access": access, "refresh": refresh}


def refresh(token):
    """Exchange a refresh token for new tokens; each works once. None where it is unknown, spent or ended."""
    tokens = headless.TOKEN_STRATEGY.refresh_token(token)
    return {"access": tokens[0], "refresh": tokens[1]} if tokens else None


def session_behind(request):
    """Return the session that the caller is logged in with: a token's or the browser's."""
    if isinstance(request.auth, dict):
        return internal.get_token_session(request.auth)
    return request._request.session


def end(request):
    """Log out the caller's token or browser session."""
    if isinstance(request.auth, dict):
        session = internal.get_token_session(request.auth)
        if session is not None and SESSION_KEY in session:
            session.delete()
    else:
        logout(request._request)
    request.user = AnonymousUser()
