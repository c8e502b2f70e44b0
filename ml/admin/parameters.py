"""What is in force: all declared parameters on one page, to read; drafts change them. Their history, with ways back."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from ml import drafts, parameters
from ml.admin.fields import domains_of, in_words, label_of
from ml.admin.readonly import ReadOnlyAdmin
from ml.models import ParameterChange, ParameterDraft, ParameterPublication, ParameterValue

PUBLISH = "ml.publish_parameterdraft"


def json_file(name: str, text: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}.json"'}
    return HttpResponse(text, content_type="application/json; charset=utf-8", headers=headers)


@admin.register(ParameterValue)
class ParameterValueAdmin(ModelAdmin):
    """The list shows all declarations with the values in force; rows of the table are not edited by themselves."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        export = self.admin_site.admin_view(self.export_view)
        return [path("export/", export, name="ml_parametervalue_export"), *super().get_urls()]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return HttpResponseRedirect("../../")

    def changelist_view(self, request, extra_context=None):
        if not self.has_view_permission(request) or request.method != "GET":
            raise PermissionDenied
        current = drafts.in_force()
        context = {
            **self.admin_site.each_context(request),
            "title": _("Parameters"),
            "opts": self.opts,
            "groups": domains_of(current, {}),
            "changes": _described(ParameterChange.objects.select_related("by")[:20]),
            "drafts": ParameterDraft.objects.filter(status="draft").select_related("owner")[:10],
            "may_draft": request.user.has_perm("ml.add_parameterdraft"),
            "may_publish": request.user.has_perm(PUBLISH),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "ml/parameters.html", context)

    def export_view(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied
        return json_file("parameters", drafts.to_json(drafts.in_force()))


class RevertingAdmin(ReadOnlyAdmin):
    """Rows that can be taken back with one button, by those who may publish."""

    change_form_template = "ml/revert.html"

    def get_urls(self):
        view = self.admin_site.admin_view(self.revert_view)
        name = f"ml_{self.opts.model_name}_revert"
        return [path("<int:pk>/revert/", view, name=name), *super().get_urls()]

    def revert(self, row: Any, by: Any) -> ParameterPublication:
        raise NotImplementedError

    def revert_view(self, request, pk):
        if request.method != "POST" or not request.user.has_perm(PUBLISH):
            raise PermissionDenied
        row = self.model.objects.filter(pk=pk).first()
        if row is None:
            raise Http404
        try:
            self.revert(row, request.user)
        except drafts.Conflict as error:
            names = ", ".join(named(*name.rpartition(".")[::2]) for name, *_rest in error.changes)
            self.message_user(request, f"{error} ({names})", messages.ERROR)
        except drafts.DraftError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.message_user(request, gettext("Taken back; the values of before are in force again."))
        return HttpResponseRedirect(reverse(f"admin:ml_{self.opts.model_name}_changelist"))

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context["may_revert"] = request.user.has_perm(PUBLISH)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)


@admin.register(ParameterChange)
class ParameterChangeAdmin(RevertingAdmin):
    list_display = ("what", "was", "becomes", "why", "by", "at")
    list_filter = ("scope",)
    search_fields = ("scope", "name", "why")
    list_select_related = ("by",)
    date_hierarchy = "at"

    @admin.display(description=_("parameter"), ordering="name")
    def what(self, obj):
        return named(obj.scope, obj.name)

    @admin.display(description=_("before"))
    def was(self, obj):
        return show(obj.scope, obj.name, obj.old)

    @admin.display(description=_("after"))
    def becomes(self, obj):
        return show(obj.scope, obj.name, obj.new)

    def revert(self, row, by):
        return drafts.revert_change(row, by)


@admin.register(ParameterPublication)
class ParameterPublicationAdmin(RevertingAdmin):
    list_display = ("__str__", "source", "changed", "note", "reverts", "by", "at")
    list_select_related = ("draft", "reverts", "by")
    search_fields = ("note", "draft__name")
    date_hierarchy = "at"
    fields = ("source", "reverts", "note", "by", "at", "changed")
    readonly_fields = fields

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("changes")

    @admin.display(description=_("parameter draft"), ordering="draft__name")
    def source(self, obj):
        if obj.draft is None:
            return "–"
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:ml_parameterdraft_change", args=[obj.draft_id]), obj.draft
        )

    @admin.display(description=_("changes"))
    def changed(self, obj):
        """Every value that came into force, a line each."""
        rows = sorted(obj.changes.all(), key=lambda c: (c.scope, c.name))
        words = [(named(c.scope, c.name), show(c.scope, c.name, c.old), show(c.scope, c.name, c.new)) for c in rows]
        return format_html_join(mark_safe("<br>"), "{}: {} → {}", words) or "–"

    def revert(self, row, by):
        return drafts.revert(row, by)


def _described(changes: Any) -> list[dict[str, Any]]:
    return [
        {
            "row": c,
            "what": named(c.scope, c.name),
            "old": show(c.scope, c.name, c.old),
            "new": show(c.scope, c.name, c.new),
        }
        for c in changes
    ]


def named(scope: str, name: str) -> str:
    """A parameter in words: where it is and what it is called; as it is, where the code no longer declares it."""
    known = parameters.scopes().get(scope)
    if known is None or name not in known.parameters:
        return f"{scope}.{name}"
    return f"{known.title} · {label_of(known.parameters[name])}"


def show(scope: str, name: str, value: Any) -> str:
    known = parameters.scopes().get(scope)
    if value is None:
        return gettext("default")
    return in_words(known.parameters[name], value) if known and name in known.parameters else str(value)
