"""What a card's buttons do: like, not interested, take either back, and “why this?”."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from pages import selectors
from pages.bars import bars, feed_parts, past
from pages.params import Refused, choice, domain_or_404, refusable
from pages.people import asker, member
from recommendations import selectors as recommendations
from recommendations import services

STATUS = {"invalid": 400, "not_found": 404, "forbidden": 403}
ACTIONS = ["like", "unlike", "dislike", "undislike"]


@require_POST
@refusable
def feedback(request: HttpRequest, domain: str, item: str) -> HttpResponse:
    """Record what the member or visitor thinks of an item; their model has learned it when this returns."""
    kind = domain_or_404(domain)
    action = choice(request.POST, "action", "", ACTIONS)
    recommendation_id = request.POST.get("recommendation_id", "")[:500]
    _act(request, kind, item, action, recommendation_id)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(_back(request))
    row = kind.get_visible(user=member(request)).filter(pk=item).first()
    card = selectors.card(kind, row, member(request), recommendation_id)
    card.liked = card.liked or (action == "like")
    template = {"dislike": "dismissed", "undislike": "feed_item"}.get(action, "feed_actions")
    response = render(request, f"pages/includes/{template}.html", {"card": card})
    return trigger_client_event(response, "toast", {"text": _words(request, action)})


def _act(request: HttpRequest, kind, item: str, action: str, recommendation_id: str) -> None:
    verb = action.removeprefix("un")
    try:
        if action == verb:
            services.record_event(
                domain=kind.name,
                item=item,
                verb=verb,
                recommendation_id=recommendation_id or None,
                **asker(request, create=True),
            )
        elif member(request) is None:
            raise Refused(_("Log in to take back what you said."), 403)
        elif not kind.get_visible(user=member(request)).filter(pk=_key(kind, item)).exists():
            raise Refused(_("That is not there any more."), 404)
        else:
            services.take_back(user=member(request), domain=kind.name, item=item, verb=verb)
    except services.EventError as error:
        raise Refused(str(error), STATUS.get(error.code, 400)) from None


def _key(kind, item: str):
    """`item` as the domain's model keys it; Refused for anything that cannot be one."""
    try:
        return kind.get_visible().model._meta.pk.get_prep_value(item)
    except (ValueError, TypeError, OverflowError):
        raise Refused(_("That is not there any more."), 404) from None


def _words(request: HttpRequest, action: str) -> str:
    if member(request) is None:
        return _("Noted. Sign up and your own AI starts from here.")
    return {
        "like": _("Your AI has learned that you like this."),
        "unlike": _("Forgotten, as if it had never been."),
        "dislike": _("Your AI will show less of this."),
        "undislike": _("Forgotten, as if it had never been."),
    }[action]


def _back(request: HttpRequest) -> str:
    target = request.POST.get("next", "") or request.META.get("HTTP_REFERER", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if safe else "/"


@require_safe
@refusable
def why(request: HttpRequest, domain: str, item: str) -> HttpResponse:
    """Explain one recommendation: a sentence, and signed bars that add up to the score."""
    kind = domain_or_404(domain)
    user = member(request)
    row = kind.get_visible(user=user).filter(pk=_key(kind, item)).first()
    if row is None:
        raise Refused(_("That is not there any more."), 404)
    try:
        explanation = recommendations.explain(user, kind.name, str(row.pk))
    except LookupError:
        raise Refused(_("This is not recommended to anybody now, so there is nothing to explain."), 404) from None
    context = {
        "domain": kind,
        "row": row,
        "why": explanation,
        "chart": bars(explanation, kind.label_names),
        "feed_parts": feed_parts(explanation),
        "past": past(explanation),
    }
    template = "pages/includes/why.html" if request.htmx else "pages/why.html"  # type: ignore[attr-defined]
    return render(request, template, context)
