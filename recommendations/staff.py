"""Admin pages of rows that are recommended: cleaned input, catalogue kept in line, history, CSV and Excel in and out."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import transaction
from import_export.admin import ImportExportModelAdmin
from import_export.resources import ModelResource
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin
from unfold.contrib.import_export.forms import ExportForm, ImportForm

from common.sheets import FORMATS
from recommendations.services import publish, withdraw


class PublishedResource(ModelResource):
    """Imported rows are cleaned by their fields on the way in; here they are published."""

    domain: ClassVar[str] = ""

    def after_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        if not kwargs.get("dry_run"):
            publish(self.domain, [instance])


class TableAdmin(SimpleHistoryAdmin, ImportExportModelAdmin, ModelAdmin):
    """Rows with a history that go out to CSV and Excel and come in from them."""

    formats = FORMATS
    import_form_class = ImportForm
    export_form_class = ExportForm
    show_full_result_count = False
    list_per_page = 50

    def has_import_permission(self, request):
        """A file may add rows and change those that are there."""
        return super().has_import_permission(request) and self.has_change_permission(request)


class PublishedAdmin(TableAdmin):
    """Rows that are recommended: whatever staff change reaches the catalogue in the same transaction."""

    domain: ClassVar[str] = ""
    date_hierarchy = "created_at"

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        publish(self.domain, [form.instance])

    @transaction.atomic
    def delete_model(self, request, obj):
        withdraw(self.domain, [obj.pk])
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request, queryset):
        withdraw(self.domain, list(queryset.values_list("pk", flat=True)))
        super().delete_queryset(request, queryset)
