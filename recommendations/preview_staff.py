"""The preview of a draft in the admin: feeds of members side by side, and evaluations with their progress."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.columns import badge
from ml import names, parameters
from ml.admin import columns
from ml.admin.drafts import LINKS
from ml.admin.readonly import ReadOnlyAdmin
from ml.models import ParameterDraft
from ml.parameters import plain
from recommendations import preview, preview_change, preview_runs, preview_words
from recommendations.domains import Domain
from recommendations.feeds import Feed
from recommendations.models import PreviewRun
from recommendations.preview_change import Change
from recommendations.preview_measures import STAGES

CHOOSE = "recommendations.add_previewrun"
KINDS = {"newcomer": _("Newcomer"), "regular": _("Regular"), "fan": _("One-category fan")}
MEASURES = {
    "hit_rate": (_("Hit rate"), _("Share of events whose item stood in the list."), 1),
    "ndcg": ("NDCG", _("The same, and further up counts more."), 1),
    "intra_list_distance": (_("Variety within a list"), _("Mean distance of a list's items by their texts."), 1),
    "coverage": (_("Coverage"), _("Share of the catalogue that stood in any list."), 1),
    "gini": (_("Gini"), _("0: all items are shown alike; 1: always the same few."), -1),
}


@admin.register(PreviewRun)
class PreviewRunAdmin(ReadOnlyAdmin):
    state = badge("status", _("status"), done="success", failed="danger", running="info", queued="warning")
    domain_shown, through = columns.domain, columns.feed
    list_display = ("draft", "domain_shown", "through", "state", "by", "created_at", "finished_at")
    list_filter = ("status", columns.DomainFilter, "created_at")
    list_select_related = ("draft", "by")
    date_hierarchy = "created_at"

    def get_urls(self):
        views = {
            "draft/<int:pk>/": (self.preview_view, "draft"),
            "draft/<int:pk>/start/": (self.start_view, "start"),
            "draft/<int:pk>/members/": (self.members_view, "members"),
            "<int:pk>/progress/": (self.progress_view, "progress"),
            "<int:pk>/cancel/": (self.cancel_view, "cancel"),
        }
        own = [
            path(where, self.admin_site.admin_view(view), name=f"recommendations_previewrun_{name}")
            for where, (view, name) in views.items()
        ]
        return [*own, *super().get_urls()]

    def preview_view(self, request, pk):
        """Who may evaluate chooses members by name; who may only look sees typical ones, without their names."""
        draft = self._draft(request, pk)
        pairs = preview.feeds_of(draft)
        domain, feed = _chosen(pairs, request.GET.get("feed", ""))
        may_choose = request.user.has_perm(CHOOSE)
        asked = request.GET.get("members", "") if may_choose else ""
        chosen, unknown = preview.members_named(asked)
        people = [("", user) for user in chosen] if asked.strip() else list(preview.typical(domain).items())
        change = preview_change.of(draft, domain, feed)
        runs = PreviewRun.objects.filter(draft=draft, domain=domain.name, feed=feed.name)
        labels = {p.name: p.label or p.name for p in feed.parameters}
        context = {
            "title": _("Preview"),
            "draft": draft,
            "feeds": [(preview.scope_of(*pair), _title(*pair)) for pair in pairs],
            "scope": preview.scope_of(domain, feed),
            "change": change,
            "changed": [(labels.get(name, name), plain(old), plain(new)) for name, old, new in change.named],
            "weights": [
                (names.verb(verb), plain(domain.weight(verb)), plain(value)) for verb, value in change.weights.items()
            ],
            "trained": [names.of(family) for family in change.training],
            "elsewhere": _titles(preview.elsewhere(draft, domain, feed)),
            "names": ", ".join(user.nickname for user in chosen),
            "chosen": [(user, _without(chosen, user)) for user in chosen],
            "unknown": unknown,
            "comparisons": [
                (self._compared(domain, feed, change, user, kind), KINDS.get(kind, "")) for kind, user in people
            ],
            "may_choose": may_choose,
            "run": runs.first(),
            **_described(runs.first()),
        }
        return self._page(request, "recommendations/preview.html", context)

    def _compared(self, domain: Domain, feed: Feed, change: Change, user: Any, kind: str) -> preview.Comparison:
        found = preview.compare(domain, feed, change, user, kind)
        preview_words.tell(found)
        return found

    def members_view(self, request, pk):
        """Members whose name holds what was typed, as links that add them to the preview."""
        draft = self._draft(request, pk)
        if not request.user.has_perm(CHOOSE):
            raise PermissionDenied
        chosen = request.GET.get("members", "")
        found = [
            (user, ", ".join(filter(None, [chosen, user.nickname])))
            for user in preview.members_like(request.GET.get("q", ""))
        ]
        context = {"draft": draft, "found": found, "scope": request.GET.get("feed", ""), "q": request.GET.get("q", "")}
        return self._page(request, "recommendations/preview_members.html", context)

    def start_view(self, request, pk):
        draft = self._draft(request, pk)
        if request.method != "POST" or not request.user.has_perm(CHOOSE):
            raise PermissionDenied
        domain, feed = _chosen(preview.feeds_of(draft), request.POST.get("feed", ""))
        try:
            preview_runs.queue(draft, domain, feed, request.user)
        except preview_runs.AlreadyRunning as error:
            self.message_user(request, str(error), messages.WARNING)
        return HttpResponseRedirect(_address(draft, preview.scope_of(domain, feed)))

    def progress_view(self, request, pk):
        """What the page asks for while a run is under way."""
        run = self._run(request, pk)
        preview_runs.revive(run)
        context = {"run": run, "draft": run.draft, "scope": f"{run.domain}.{run.feed}", **_described(run)}
        return self._page(request, "recommendations/preview_run.html", context)

    def cancel_view(self, request, pk):
        run = self._run(request, pk)
        if request.method != "POST" or not request.user.has_perm(CHOOSE):
            raise PermissionDenied
        if preview_runs.cancel(run):
            self.message_user(request, gettext("The evaluation is cancelled."))
        return HttpResponseRedirect(_address(run.draft, f"{run.domain}.{run.feed}"))

    def _draft(self, request, pk) -> ParameterDraft:
        if not self.has_view_permission(request):
            raise PermissionDenied
        draft = ParameterDraft.objects.filter(pk=pk).first()
        if draft is None:
            raise Http404
        return draft

    def _run(self, request, pk) -> PreviewRun:
        if not self.has_view_permission(request):
            raise PermissionDenied
        run = PreviewRun.objects.select_related("draft").filter(pk=pk).first()
        if run is None:
            raise Http404
        return run

    def _page(self, request, template: str, context: dict[str, Any]) -> HttpResponse:
        base = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, template, {**base, "may_run": request.user.has_perm(CHOOSE), **context})


def _chosen(pairs: list[tuple[Domain, Feed]], scope: str) -> tuple[Domain, Feed]:
    """The pair of that scope; the first (which the draft changes) where none is named."""
    if not pairs:
        raise Http404
    return next((pair for pair in pairs if preview.scope_of(*pair) == scope), pairs[0])


def _title(domain: Domain, feed: Feed) -> str:
    return f"{domain.verbose_name or domain.name} · {feed.verbose_name or feed.name}"


def _titles(scopes: list[str]) -> list[Any]:
    """Scopes as staff know them."""
    known = parameters.scopes()
    return [known[scope].title if scope in known else scope for scope in scopes]


def _without(chosen: list[Any], user: Any) -> str:
    return ", ".join(other.nickname for other in chosen if other != user)


def _address(draft: ParameterDraft, scope: str = "") -> str:
    url = reverse("admin:recommendations_previewrun_draft", args=[draft.pk])
    return f"{url}?feed={scope}" if scope else url


def _described(run: PreviewRun | None) -> dict[str, Any]:
    """A run's stage and result in words."""
    if run is None:
        return {}
    rows = []
    for name, values in ((run.result or {}).get("rows") or {}).items():
        title, text, good = MEASURES[name]
        _mean, low, high = values["difference"]
        verdict = "good" if low * good > 0 and high * good > 0 else "bad" if low * good < 0 and high * good < 0 else ""
        shown = {side: _interval(values[side]) for side in ("before", "after")}
        rows.append(
            {
                "title": title,
                "help": text,
                "verdict": verdict,
                "difference": _interval(values["difference"], "+"),
                **shown,
            }
        )
    return {
        "stage": STAGES.get(run.stage, ""),
        "rows": rows,
        "conclusion": _conclusion(rows),
        "outdated": run.draft_version != run.draft.version,
    }


def _conclusion(rows: list[dict[str, Any]]) -> str:
    """The table in a sentence."""
    titles = {
        verdict: ", ".join(str(row["title"]) for row in rows if row["verdict"] == verdict)
        for verdict in ("good", "bad")
    }
    texts = [
        _("Better: %(titles)s.") % {"titles": titles["good"]} if titles["good"] else "",
        _("Worse: %(titles)s.") % {"titles": titles["bad"]} if titles["bad"] else "",
        "" if all(row["verdict"] for row in rows) else _("Of the rest no difference is certain."),
    ]
    if not (titles["good"] or titles["bad"]):
        return str(_("No difference is certain: it may be chance."))
    return " ".join(str(text) for text in texts if text)


def _interval(value: list[float], sign: str = "") -> tuple[str, str]:
    mean, low, high = (format(number, f"{sign}.3f") for number in value)
    return mean, f"{low} … {high}"


LINKS.append((_("Preview"), _address))
