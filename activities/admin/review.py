"""Staff's pages of moderation: one comment after another, with keys; and how good the filter is and what it has learned."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from activities import moderating, services
from activities.models import Comment, ModerationDecision, Verdict
from activities.services import screening
from activities.services.moderation import PERMISSION

SKIPPED = 50
#: what a comment is hidden for, as its author reads it; more in staff's own words
REASONS = (
    gettext_lazy("It insults somebody."),
    gettext_lazy("It spreads hatred against a group."),
    gettext_lazy("It is sexual."),
    gettext_lazy("It is advertising."),
    gettext_lazy("It gives away somebody's private data."),
)
QUEUE = "admin:activities_queuedcomment"


def urls(admin) -> list:
    """Addresses under the queue; `admin` is its `ModelAdmin`."""
    views = {
        "review": require_http_methods(["GET", "HEAD", "POST"])(lambda request: review(admin, request)),
        "undo": require_POST(lambda request: undo(admin, request)),
        "filter": lambda request: filter_page(admin, request),
    }
    return [
        path(f"{name}/", admin.admin_site.admin_view(view), name=f"activities_queuedcomment_{name}")
        for name, view in views.items()
    ]


def _keys(text: str) -> list[int]:
    """Numbers with commas between them, the last 50; what is none is left out."""
    parts = [part for part in text.split(",") if part.isascii() and part.isdigit() and len(part) < 18]
    return [int(part) for part in parts][-SKIPPED:]


def _to_review(skipped) -> HttpResponseRedirect:
    query = f"?skip={','.join(map(str, skipped))}" if skipped else ""
    return HttpResponseRedirect(reverse(f"{QUEUE}_review") + query)


def review(admin, request):
    """The most urgent comment with all that speaks for and against it, and the verdicts on it."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    skipped = _keys(request.GET.get("skip", ""))
    if request.method == "POST":
        return _decide(request, skipped)
    comment = moderating.next_in_queue(skipped)
    context = {
        **admin.admin_site.each_context(request),
        "title": _("Review comments"),
        "opts": admin.opts,
        "comment": comment,
        "waiting": moderating.waiting_for_review(),
        "skipped": ",".join(map(str, skipped)),
        "may_decide": request.user.has_perm(PERMISSION),
        "last": _last(request.user),
        "reasons": REASONS,
    }
    if comment is not None:
        context |= _facts(comment) | {"skip": ",".join(map(str, [*skipped, comment.pk]))}
    return TemplateResponse(request, "admin/activities/review.html", context)


def _facts(comment) -> dict:
    told = screening.telling_words([comment.text])[0]
    return {
        "parts": screening.marked(comment.text, told),
        "telling": told,
        "record": moderating.in_words(moderating.record(comment.user)),
        "reports": moderating.reports_of(comment),
        "decisions": list(comment.decisions.defer("features").select_related("by")[: moderating.SHOWN]),
        "seen": _newest(comment),
    }


def _newest(comment) -> int:
    """The key of the last thing that staff did to a comment; 0: nothing yet."""
    return comment.decisions.order_by("-pk").values_list("pk", flat=True).first() or 0


def _last(user) -> ModerationDecision | None:
    """The decision that an undo would take back: the newest of this member of staff, while it stands."""
    rows = ModerationDecision.objects.filter(by=user).defer("features").select_related("comment")
    found = rows.order_by("-pk").first()
    return found if found and ModerationDecision.objects.standing().filter(pk=found.pk).exists() else None


def _decide(request, skipped):
    """One verdict; refused where somebody else decided since the page was made."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    key = (_keys(request.POST.get("comment", "")) or [0])[0]
    comment = Comment.objects.filter(pk=key).first()
    if comment is None or str(_newest(comment)) != request.POST.get("seen"):
        messages.warning(request, _("Somebody decided on that comment meanwhile, or it is gone. This is the next one."))
        return _to_review(skipped)
    verdict = request.POST.get("verdict", "")
    preset = request.POST.get("preset", "")
    if preset.isascii() and preset.isdigit() and int(preset) < len(REASONS):
        verdict, reason = Verdict.ABUSIVE, str(REASONS[int(preset)])
    else:
        reason = request.POST.get("reason", "") if verdict == Verdict.ABUSIVE else ""
    try:
        decision = services.comment_decide(by=request.user, comment=comment, verdict=verdict, reason=reason)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("Decided: %(verdict)s.") % {"verdict": decision.get_verdict_display()})
    return _to_review(skipped)


def undo(admin, request):
    """Take the last decision of this member of staff back; its comment comes up again."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    decision = _last(request.user)
    if decision is None or str(decision.pk) != request.POST.get("decision"):
        messages.warning(request, _("There is no decision of yours to take back."))
        return _to_review([])
    try:
        services.decision_revert(by=request.user, decision=decision)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("Taken back. The filter is trained without it."))
    return _to_review([])


def filter_page(admin, request):
    """Precision and recall of the filter beside a word list's, what the gate held back, and its versions."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    found = moderating.quality()
    context = {
        **admin.admin_site.each_context(request),
        "title": _("The comment filter"),
        "opts": admin.opts,
        "quality": found,
        "rows": _rows(found),
        "chart": _chart(found),
        "held_back": moderating.held_back(),
        "versions": moderating.versions(),
        "queue": reverse(f"{QUEUE}_changelist"),
        "waiting": moderating.waiting_for_review(),
    }
    return TemplateResponse(request, "admin/activities/filter.html", context)


def _rows(found) -> list[dict]:
    """Lines of the table: what flags, and its three shares with their intervals."""
    now, shipped = found["now"], found["shipped"]
    named = [
        (_("Word list"), now["word_list"]),
        (_("Filter, flagging as many as the word list"), now["as_many"]),
        (_("Filter, held for review (score from %(score).2f)") % {"score": found["hold"]}, now["hold"]),
        (_("Filter, hidden (score from %(score).2f)") % {"score": found["hide"]}, now["hide"]),
        (_("As shipped, before any decision, held"), shipped["hold"]),
    ]
    columns = ("precision", "recall", "clean_flagged")
    return [{"name": name, "shares": [shares[column] for column in columns]} for name, shares in named]


SIZE, LEFT, TOP = 260, 40, 10
#: where the name of a dot stands from it
NAMES = {"word_list": ("-8", "-6", "end"), "hold": ("8", "-4", "start"), "hide": ("8", "-6", "start")}


def _chart(found) -> dict:
    """Precision over recall as points of an SVG, with a dot for each threshold and for the word list."""
    now, words = found["now"], {"word_list": _("word list"), "hold": _("held"), "hide": _("hidden")}
    dots = []
    for key, (dx, dy, anchor) in NAMES.items():
        x, y = _place(now[key]["recall"][0], now[key]["precision"][0])
        dots.append({"x": x, "y": y, "dx": dx, "dy": dy, "anchor": anchor, "key": key, "name": words[key]})
    ticks = [{"x": _place(n / 4, 0)[0], "y": _place(0, n / 4)[1], "text": f"{n / 4:g}"} for n in range(5)]
    return {"now": _line(now["curve"]), "shipped": _line(found["shipped"]["curve"]), "dots": dots, "ticks": ticks}


def _place(recall: float, precision: float) -> tuple[str, str]:
    return f"{LEFT + recall * SIZE:.1f}", f"{TOP + (1 - precision) * SIZE:.1f}"


def _line(rows) -> str:
    return " ".join(",".join(_place(row["recall"], row["precision"])) for row in rows)
