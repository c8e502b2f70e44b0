"""What the admin's pages of meals share: cleaned input, and rows that only services write."""

from django import forms
from django.core.exceptions import ValidationError
from import_export.admin import ExportMixin
from unfold.admin import ModelAdmin
from unfold.contrib.import_export.forms import ExportForm

from meals import cleaning
from recommendations.staff import FORMATS


class CleanedForm(forms.ModelForm):
    """Brings staff's input to the same shape as everybody's."""

    def clean(self):
        values = super().clean()
        for name in list(values):
            try:
                values[name] = cleaning.clean_value(name, values[name])
            except ValidationError as error:
                self.add_error(name, error)
        return values


class ReadAndExportAdmin(ExportMixin, ModelAdmin):
    """To look at and to export; services alone write these rows."""

    export_formats = FORMATS
    export_form_class = ExportForm
    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
