"""My AI: what a member's models have learned, and the buttons to take it back."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.throttles import ScopedThrottle
from ml import revisions
from pages import selectors
from pages.bars import signed
from pages.params import Refused, domain_or_404, refusable, whole
from recommendations import portable, services, transfer
from recommendations import selectors as recommendations
from recommendations.domains import Domain, domains

PER_PAGE = 20
MAX_PAGE = 5000
MAX_UNDO = 100


@require_safe
@login_required
@never_cache
def my_ai(request: HttpRequest) -> HttpResponse:
    """Every domain's model of the member in a card."""
    rows = sorted(map(_model, recommendations.model_rows(request.user)), key=lambda row: row["kind"].order)
    return render(request, "pages/my_ai.html", {"models": rows, "events": sum(row["events"] for row in rows)})


@require_safe
@login_required
@never_cache
@refusable
def my_ai_domain(request: HttpRequest, domain: str) -> HttpResponse:
    """One model in full, with its history."""
    return _shown(request, domain_or_404(domain))


def _shown(request: HttpRequest, kind: Domain, error: str = "", status: int = 200) -> HttpResponse:
    """The page; `error` says what is wrong with a file that was to be imported."""
    page = whole(request.GET, "page", 1, 1, MAX_PAGE)
    start = (page - 1) * PER_PAGE
    # What was merely shown is on record, but is nothing that anybody did.
    history = recommendations.history(request.user, kind.name).exclude(verb="impression")
    events = list(history[start : start + PER_PAGE + 1])
    context = {
        "model": _model(recommendations.model_row(request.user, kind, revisions.current())),
        "lines": selectors.lines(request.user, kind, events[:PER_PAGE]),
        "page": page,
        "previous": page - 1,
        "next": page + 1 if len(events) > PER_PAGE else 0,
        "error": error,
        "most_megabytes": portable.MAX_BYTES // 2**20,
    }
    return render(request, "pages/my_ai_domain.html", context, status=status)


def _model(row: dict) -> dict:
    kind = domains[row["domain"]]
    top = signed([("", part["name"], part["change"]) for part in row["top"]])
    return {**row, "kind": kind, "top": top, "download": _download(kind), "bases": row["base_version"].split("+")}


def _download(kind: Domain) -> str:
    """Address of the download, where REST offers one."""
    try:
        return reverse("my-model-download", args=[kind.name])
    except NoReverseMatch:
        return ""


@require_POST
@login_required
@refusable
def forget(request: HttpRequest, domain: str, event: int) -> HttpResponse:
    """Forget one event exactly. Somebody else's is as absent as one that never was."""
    kind = domain_or_404(domain)
    if event > 2**63 - 1 or not services.forget_event(request.user, event):
        raise Refused(_("There is no such event to forget; perhaps it was forgotten already."), 404)
    messages.success(request, _("Forgotten. Your AI is as if it had never learned that."))
    return _return(kind)


@require_POST
@login_required
@refusable
def undo(request: HttpRequest, domain: str) -> HttpResponse:
    """Forget the last n events."""
    kind = domain_or_404(domain)
    count = services.undo(request.user, kind.name, whole(request.POST, "n", 1, 1, MAX_UNDO))
    text = ngettext("%(count)d event forgotten.", "%(count)d events forgotten.", count) % {"count": count}
    messages.success(request, text)
    return _return(kind)


@require_POST
@login_required
@refusable
def pause(request: HttpRequest, domain: str) -> HttpResponse:
    """Stop learning."""
    kind = domain_or_404(domain)
    services.pause(request.user, kind.name)
    messages.success(request, _("Paused: your AI learns nothing here until you resume it."))
    return _return(kind)


@require_POST
@login_required
@refusable
def resume(request: HttpRequest, domain: str) -> HttpResponse:
    """Learn again."""
    kind = domain_or_404(domain)
    services.resume(request.user, kind.name)
    messages.success(request, _("Your AI learns again."))
    return _return(kind)


@require_POST
@login_required
@never_cache
@refusable
def import_model(request: HttpRequest, domain: str) -> HttpResponse:
    """Take a downloaded file back: all of it or, where anything is wrong, nothing, and the page says what."""
    kind = domain_or_404(domain)
    if not ScopedThrottle().allow_request(request, _Import):  # one limit for this form and the API
        return _shown(request, kind, _("You have imported a lot within the hour. Please try again later."), 429)
    file = request.FILES.get("file")
    try:
        if file is None:
            raise portable.TransferError("file", _("Choose the file that you downloaded."))
        outcome = transfer.restore(request.user, kind, *portable.parse(file.read(portable.MAX_BYTES + 1), kind))
    except portable.TransferError as error:
        where = "" if error.field == "file" else f" ({error.field})"
        return _shown(request, kind, f"{error}{where}", 400)
    messages.success(request, _imported(outcome))
    return _return(kind)


class _Import:
    throttle_scope = "import"


def _imported(outcome: transfer.Outcome) -> str:
    known, unknown = outcome.duplicates, len(outcome.unknown)
    parts = [
        ngettext("%(count)d event imported.", "%(count)d events imported.", outcome.recorded)
        % {"count": outcome.recorded},
        ngettext("%(count)d was here already.", "%(count)d were here already.", known) % {"count": known}
        if known
        else "",
        ngettext("%(count)d is of something that is not here.", "%(count)d are of things that are not here.", unknown)
        % {"count": unknown}
        if unknown
        else "",
        _("Your AI is now exactly that of the file.") if outcome.equal else "",
    ]
    return " ".join(filter(None, parts))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@refusable
def reset(request: HttpRequest, domain: str) -> HttpResponse:
    """Ask first, then erase model and history."""
    kind = domain_or_404(domain)
    if request.method != "POST":
        template = "pages/includes/reset.html" if request.htmx else "pages/reset.html"  # type: ignore[attr-defined]
        return render(request, template, {"kind": kind})
    services.reset(request.user, kind.name)
    messages.success(request, _("Reset: your AI starts from the shared base again."))
    return _return(kind)


def _return(kind: Domain) -> HttpResponse:
    return redirect("pages:my_ai_domain", domain=kind.name)
