"""What the admin's pages of clubs and activities share: cleaned input, catalogue kept in line, import and export."""

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from import_export.admin import ImportExportModelAdmin
from import_export.resources import ModelResource
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin
from unfold.contrib.import_export.forms import ExportForm, ImportForm

from activities import cleaning
from recommendations.services import publish, withdraw


class CleanedForm(forms.ModelForm):
    """Brings staff's input to the same shape as everybody's."""

    def clean(self):
        values = super().clean()
        for name in list(values):
            try:
                values[name] = cleaning.clean_value(name, values[name])
            except ValidationError as error:
                self.add_error(name, error)
        capacity = values.get("capacity")
        if capacity is not None and capacity < getattr(self.instance, "participant_count", 0):
            self.add_error("capacity", cleaning.too_few())
        return values


class PublishedResource(ModelResource):
    """Imported rows are cleaned by their fields on the way in; here they are published."""

    domain = ""

    def after_save_instance(self, instance, row, **kwargs):
        if not kwargs.get("dry_run"):
            publish(self.domain, [instance])


class PublishedAdmin(SimpleHistoryAdmin, ImportExportModelAdmin, ModelAdmin):
    """Rows that are recommended: whatever staff change reaches the catalogue in the same transaction."""

    domain = ""
    form = CleanedForm
    import_form_class = ImportForm
    export_form_class = ExportForm
    show_full_result_count = False
    date_hierarchy = "created_at"
    list_per_page = 50

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
