"""Who asks: the member, or the visitor's key."""

from __future__ import annotations

from django.http import HttpRequest

from accounts.visitors import visitor_key


def member(request: HttpRequest):
    """The logged-in member, or None."""
    return request.user if request.user.is_authenticated else None


def asker(request: HttpRequest, *, create: bool = False) -> dict:
    """`user=` and `visitor=` as services and selectors take them; `create` gives a visitor a key."""
    user = member(request)
    return {"user": user, "visitor": None if user else visitor_key(request, create=create)}
