"""The main page with its tabs, and the fragment that fills them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from pages import selectors
from pages.params import Refused, choice, domain_or_404, refusable, whole
from pages.people import asker, member
from recommendations import selectors as recommendations
from recommendations.shelves import shelves

AI = "for-you"
SHELF = 16


@require_safe
@cache_control(private=True, max_age=0)
@refusable
def home(request: HttpRequest) -> HttpResponse:
    """Show the frame at once; the AI tab comes as a fragment. `plain=1` has all in one page, for want of scripts."""
    shown = selectors.front_domains()
    context: dict = {"domains": shown, "tabs": []}
    if shown:
        names = [domain.name for domain in shown]
        domain = domain_or_404(choice(request.GET, "domain", names[0], names))
        tabs = selectors.tabs_of(domain)
        tab = choice(request.GET, "tab", tabs[0][0], [name for name, _label in tabs])
        lazy = tab == AI and request.GET.get("plain") != "1"
        context.update(domain=domain, tabs=tabs, tab=tab, lazy=lazy)
        if not lazy:
            context.update(_feed(request, domain, tab))
    # A restored page of the history must be whole, though htmx asks for it.
    part = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    response = render(request, "pages/includes/browse.html" if part else "pages/home.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
@cache_control(private=True, max_age=0)
@refusable
def feed_fragment(request: HttpRequest, domain: str, feed: str) -> HttpResponse:
    """One page of a feed's cards, without the frame."""
    kind = domain_or_404(domain)
    tabs = [name for name, _label in selectors.tabs_of(kind)]
    if feed not in tabs:
        known = ", ".join(tabs)
        raise Refused(
            _("There is no list “%(name)s” here; there are: %(known)s.") % {"name": feed[:40], "known": known}, 404
        )
    context = {"domain": kind, "tab": feed, **_feed(request, kind, feed)}
    return render(request, "pages/includes/feed.html", context)


@require_safe
@cache_control(private=True, max_age=0)
@refusable
def shelf_fragment(request: HttpRequest, domain: str, feed: str) -> HttpResponse:
    """One of a domain's feeds as a row of cards; nothing at all where it is empty."""
    kind = domain_or_404(domain)
    found = {how.name: how for how in shelves(kind, member(request))}
    if feed not in found:
        known = ", ".join(found)
        raise Refused(
            _("There is no list “%(name)s” here; there are: %(known)s.") % {"name": feed[:40], "known": known}, 404
        )
    result = recommendations.feed(kind.name, feed, n=SHELF, **asker(request))
    context = {"domain": kind, "feed": found[feed], "cards": selectors.cards(result, member(request))}
    return render(request, "pages/includes/shelf_filled.html", context)


def _feed(request: HttpRequest, domain, feed: str) -> dict:
    offset = whole(request.GET, "offset", 0, 0, selectors.MAX_OFFSET)
    n = whole(request.GET, "n", selectors.PER_PAGE, 1, 48)
    user = member(request)
    result = recommendations.feed(domain.name, feed, n=n, offset=offset, **asker(request))
    following = offset + n
    return {
        "result": result,
        "cards": selectors.cards(result, user),
        "offset": offset,
        "next_offset": following if len(result.items) == n and following <= selectors.MAX_OFFSET else None,
        "season": selectors.season(domain) if feed == AI and user is None and not offset else [],
    }
