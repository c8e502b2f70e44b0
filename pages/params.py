"""What pages accept from the address bar and from forms; everything else is a 400 that names the culprit."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from recommendations.domains import Domain, domains

QUERY_LENGTH = 100


class Refused(Exception):
    """A request that cannot be served: status and a sentence for the member."""

    def __init__(self, message: str, status: int = 400):
        super().__init__(message)
        self.message, self.status = message, status


def whole(data: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    """A whole number between `low` and `high`.

    Raises
    ------
    Refused : it is none, or out of bounds.
    """
    raw = data.get(name, "")
    if raw == "":
        return default
    allowed = {"name": name, "low": low, "high": high}
    # Only ASCII digits, few of them: int() takes "１２", "1_0" and texts that take minutes to convert.
    digits = raw.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 12) or not low <= int(raw) <= high:
        raise Refused(_("“%(name)s” must be a whole number from %(low)s to %(high)s.") % allowed)
    return int(raw)


def choice(data: Mapping[str, str], name: str, default: str, allowed: list[str]) -> str:
    """One of `allowed`; Refused otherwise."""
    value = data.get(name, "") or default
    if value not in allowed:
        raise Refused(_("“%(name)s” must be one of: %(allowed)s.") % {"name": name, "allowed": ", ".join(allowed)})
    return value


def words(data: Mapping[str, str], name: str = "q") -> str:
    """A search text on one line, cut to a bearable length; NUL would break PostgreSQL."""
    return " ".join(data.get(name, "").replace("\x00", " ").split())[:QUERY_LENGTH]


def domain_or_404(name: str) -> Domain:
    """The domain of that name; Refused with 404 otherwise."""
    if name not in domains:
        known = ", ".join(domain.name for domain in domains)
        raise Refused(
            _("There is no section “%(name)s”; there are: %(known)s.") % {"name": name[:40], "known": known}, 404
        )
    return domains[name]


def answer(request: HttpRequest, message: str, status: int) -> HttpResponse:
    """The sentence as plain text for htmx, which shows it as a toast, as a page for everybody else."""
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(message, status=status, content_type="text/plain; charset=utf-8")
    return render(request, "pages/refused.html", {"message": message, "status": status}, status=status)


def refusable(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Turn `Refused` from a view into its answer."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Refused as error:
            return answer(request, error.message, error.status)

    return wrapped
