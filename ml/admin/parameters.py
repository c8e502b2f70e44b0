"""What is in force: all declared parameters on one page, to read; drafts change them. Their history, with ways back."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from ml import drafts
from ml.admin.fields import domains_of
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
            "changes": ParameterChange.objects.select_related("by")[:20],
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
            names = ", ".join(name for name, *_rest in error.changes)
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
    list_display = ("scope", "name", "old", "new", "why", "by", "at")
    list_filter = ("scope",)
    search_fields = ("scope", "name", "why")
    list_select_related = ("by",)
    date_hierarchy = "at"

    def revert(self, row, by):
        return drafts.revert_change(row, by)


@admin.register(ParameterPublication)
class ParameterPublicationAdmin(RevertingAdmin):
    list_display = ("__str__", "draft", "note", "reverts", "by", "at")
    list_select_related = ("draft", "reverts", "by")
    search_fields = ("note", "draft__name")
    date_hierarchy = "at"
    fields = ("draft", "reverts", "note", "by", "at", "changed")
    readonly_fields = fields

    @admin.display(description=_("changes"))
    def changed(self, obj):
        rows = obj.changes.order_by("scope", "name")
        lines = [f"{c.scope}.{c.name}: {show(c.old)} → {show(c.new)}" for c in rows]
        return format_html('<span style="white-space:pre-line">{}</span>', "\n".join(lines) or "–")

    def revert(self, row, by):
        return drafts.revert(row, by)


def show(value: Any) -> str:
    return gettext("default") if value is None else str(value)
