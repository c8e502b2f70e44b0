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
from ml.admin import columns
from ml.admin.drafts import LINKS
from ml.admin.readonly import ReadOnlyAdmin
from ml.models import ParameterDraft
from recommendations import preview, preview_runs
from recommendations.domains import Domain
from recommendations.feeds import Feed
from recommendations.models import PreviewRun

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
        names = request.GET.get("members", "") if may_choose else ""
        chosen, unknown = preview.members_named(names)
        people = [("", user) for user in chosen] if names.strip() else list(preview.typical(domain).items())
        before, after = preview.params_of(draft, domain, feed)
        runs = PreviewRun.objects.filter(draft=draft, domain=domain.name, feed=feed.name)
        context = {
            "title": _("Preview"),
            "draft": draft,
            "feeds": [(preview.scope_of(*pair), _title(*pair)) for pair in pairs],
            "scope": preview.scope_of(domain, feed),
            "changed": [(name, before[name], value) for name, value in after.items() if before[name] != value],
            "elsewhere": preview.elsewhere(draft, domain, feed),
            "names": names,
            "unknown": unknown,
            "comparisons": [
                (preview.compare(domain, feed, before, after, user, kind), KINDS.get(kind, "")) for kind, user in people
            ],
            "may_choose": may_choose,
            "run": runs.first(),
            **_described(runs.first()),
        }
        return self._page(request, "recommendations/preview.html", context)

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
        return self._page(request, "recommendations/preview_run.html", {"run": run, **_described(run)})

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
        "stage": preview_runs.STAGES.get(run.stage, ""),
        "rows": rows,
        "outdated": run.draft_version != run.draft.version,
    }


def _interval(value: list[float], sign: str = "") -> tuple[str, str]:
    mean, low, high = (format(number, f"{sign}.3f") for number in value)
    return mean, f"{low} … {high}"


LINKS.append((_("Preview"), _address))
