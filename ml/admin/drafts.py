"""Drafts of parameters: made, edited by several people, compared with what is in force, published or discarded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from ml import drafts, parameters
from ml.admin import fields
from ml.admin.parameters import PUBLISH, json_file, named, show
from ml.models import ParameterDraft

#: (label, draft → address): what apps above offer for a draft, such as a preview.
LINKS: list[tuple[Any, Callable[[ParameterDraft], str]]] = []


@admin.register(ParameterDraft)
class ParameterDraftAdmin(ModelAdmin):
    list_display = ("name", "state", "count", "owner", "updated_by", "updated_at", "published_at")
    list_filter = ("status",)
    search_fields = ("name", "note")
    list_select_related = ("owner", "updated_by")
    date_hierarchy = "created_at"

    def has_delete_permission(self, request, obj=None):
        return False  # discarded, so that the history keeps it

    @admin.display(description=_("status"), ordering="status")
    def state(self, obj):
        return obj.state

    @admin.display(description=_("changed values"))
    def count(self, obj):
        return sum(len(part) for part in obj.values.values())

    def get_urls(self):
        export = self.admin_site.admin_view(self.export_view)
        return [path("<int:pk>/export/", export, name="ml_parameterdraft_export"), *super().get_urls()]

    def export_view(self, request, pk):
        if not self.has_view_permission(request):
            raise PermissionDenied
        return json_file(f"draft-{pk}", drafts.to_json(self._draft(pk).values))

    def add_view(self, request, form_url="", extra_context=None):
        """A name, and where wanted an exported file whose values the draft takes over."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        context: dict[str, Any] = {"title": _("New draft"), "name": request.POST.get("name", "")}
        if request.method == "POST":
            try:
                file = request.FILES.get("file")
                values = drafts.from_json(file.read(drafts.MAX_FILE + 1)) if file else {}
                draft = drafts.create(context["name"], values, request.user, request.POST.get("note", ""))
            except drafts.Refused as error:
                context["errors"] = list(error.errors.values())
            except drafts.DraftError as error:
                context["errors"] = [str(error)]
            else:
                return HttpResponseRedirect(reverse("admin:ml_parameterdraft_change", args=[draft.pk]))
        return self._page(request, "ml/draft_new.html", context, 400 if "errors" in context else 200)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        draft = self._draft(object_id)
        if not self.has_view_permission(request, draft):
            raise PermissionDenied
        if request.method != "POST":
            return self._editor(request, draft)
        action = request.POST.get("action", "save")
        allowed = request.user.has_perm(PUBLISH) if action == "publish" else self.has_change_permission(request, draft)
        if not allowed or action not in ("save", "publish", "discard", "accept", "drop"):
            raise PermissionDenied
        try:
            text = getattr(self, f"_{action}")(request, draft, _version(request))
        except _InvalidError as error:
            return self._editor(request, draft, errors=error.errors, given=error.given)
        except drafts.Conflict as error:
            draft.refresh_from_db()
            given = fields.read_form(request.POST)[2] if action == "save" else {}
            return self._editor(request, draft, conflict=error, given=given)
        except drafts.DraftError as error:
            self.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(request.path)
        self.message_user(request, text, messages.SUCCESS)
        return HttpResponseRedirect(request.path)

    # -- what the buttons do -------------------------------------------------------------------------------------------

    def _save(self, request, draft, version) -> str:
        values, errors, given = fields.read_form(request.POST)
        if errors:
            raise _InvalidError(errors, given)
        texts = {name: request.POST[name] for name in ("name", "note") if name in request.POST}
        drafts.save(draft.pk, version, values, request.user, **texts)
        return gettext("The draft is saved; members see nothing of it yet.")

    def _publish(self, request, draft, version) -> str:
        why = request.POST.get("note", "").strip()
        if not why:  # as by REST
            raise drafts.DraftError(gettext("Nothing was published: write why, for the history."))
        publication = drafts.publish(draft.pk, version, request.user, why)
        count = publication.changes.count()
        text = ngettext(
            "Published: %(count)d value is in force in all processes.",
            "Published: %(count)d values are in force in all processes.",
            count,
        )
        return text % {"count": count}

    def _discard(self, request, draft, version) -> str:
        drafts.discard(draft.pk, version, request.user)
        return gettext("The draft is discarded.")

    def _drop(self, request, draft, version) -> str:
        """Take one value out of the draft: what is in force stays."""
        scope, _bar, name = request.POST.get("drop", "").partition("|")
        if name not in draft.values.get(scope, {}):
            raise drafts.DraftError(gettext("The draft does not change this value."))
        drafts.save(draft.pk, version, {scope: {name: drafts.in_force()[scope][name]}}, request.user)
        return gettext("Taken out of the draft.")

    def _accept(self, request, draft, version) -> str:
        drafts.accept(draft.pk, version, request.user)
        return gettext("The draft now starts from the values in force.")

    # -- pages ---------------------------------------------------------------------------------------------------------

    def _editor(self, request, draft, *, conflict=None, errors=None, given=None):
        theirs = {}
        for name, _old, new, who in conflict.changes if conflict else ():
            theirs[name] = (new, who)  # the last one to save it stands
        mine = [key for key in given or () if fields.dotted(key) in theirs]
        theirs = {key: theirs[fields.dotted(key)] for key in mine}
        groups = fields.domains_of(drafts.in_force(), draft.values, errors=errors, given=given, theirs=theirs)
        everything = fields.all_fields(groups)
        is_open = draft.status == ParameterDraft.Status.DRAFT
        context = {
            "title": draft.name,
            "draft": draft,
            "original": draft,
            "groups": groups,
            "was": fields.was(everything),
            "rows": _rows(draft),
            "stale": _worded(drafts.stale(draft)) if is_open else [],
            "conflict": conflict,
            "conflicts": _worded(conflict.changes) if conflict else [],
            "both": len(mine),
            "name": request.POST.get("name", draft.name) if conflict or errors else draft.name,
            "note": request.POST.get("note", draft.note) if conflict or errors else draft.note,
            "errors": list((errors or {}).values()),
            "may_change": is_open and self.has_change_permission(request, draft),
            "may_publish": is_open and request.user.has_perm(PUBLISH),
            "links": [(label, url(draft)) for label, url in LINKS],
            "trail": _trail(draft),
            "is_open": is_open,
            "publications": draft.publications.prefetch_related("reverted_by"),
            "may_take_back": request.user.has_perm(PUBLISH),
        }
        return self._page(request, "ml/draft.html", context, 409 if conflict else 400 if errors else 200)

    def _page(self, request, template, context, status=200):
        base = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, template, {**base, **context}, status=status)

    def _draft(self, pk) -> ParameterDraft:
        draft = ParameterDraft.objects.filter(pk=pk).first() if str(pk).isdigit() and len(str(pk)) < 19 else None
        if draft is None:
            raise Http404
        return draft


class _InvalidError(Exception):
    def __init__(self, errors, given):
        self.errors, self.given = errors, given


def _version(request) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdigit() and len(text) < 10 else -1


def _trail(draft: ParameterDraft) -> list[dict[str, Any]]:
    """The last edits, newest first, with moments that the page shows in its own time zone."""
    return [
        {**edit, "at": datetime.fromisoformat(edit["at"]), "changes": _worded(edit["changes"])}
        for edit in reversed(draft.trail[-10:])
    ]


def _worded(changes: Iterable[Sequence[Any]]) -> list[list[Any]]:
    """(scope.name, old, new, …) → the same in words."""
    found = []
    for dotted, old, new, *rest in changes:
        scope, _dot, name = dotted.rpartition(".")
        found.append([named(scope, name), show(scope, name, old), show(scope, name, new), *rest])
    return found


def _rows(draft: ParameterDraft) -> list[dict[str, Any]]:
    """The draft's changes in words."""
    scopes, rows = parameters.scopes(), []
    for scope, part in draft.values.items():
        known = scopes[scope].parameters if scope in scopes else {}
        for name, value in part.items():
            field = fields.Field(scope, known[name], value, draft.base[scope][name]) if name in known else None
            rows.append(
                {
                    "scope": scopes[scope].title if scope in scopes else scope,
                    "label": field.label if field else name,
                    "old": field.current_text if field else draft.base[scope][name],
                    "new": field.shown if field else value,
                    "unit": known[name].unit if field else "",
                    "key": f"{scope}|{name}",
                    "id": field.id if field else "",
                }
            )
    return rows
