"""Search over all domains, and the page about the site."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pages import selectors
from pages.params import choice, refusable, words
from pages.people import member
from recommendations.domains import domains


@require_safe
@refusable
def search(request: HttpRequest) -> HttpResponse:
    """Find clubs, activities and whatever else registers itself."""
    query = words(request.GET)
    names = [domain.name for domain in domains]
    only = choice(request.GET, "domain", "", ["", *names])
    groups = selectors.search(query, member(request), only) if query else []
    context = {
        "q": query,
        "only": only,
        "domains": sorted(domains, key=lambda kind: kind.order),
        "groups": groups,
        "found": any(g[1] for g in groups),
    }
    return render(request, "pages/search.html", context)


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """How the site works and what it keeps."""
    return render(request, "pages/about.html")
