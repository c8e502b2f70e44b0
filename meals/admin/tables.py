"""Columns of meals' tables in CSV and Excel: titles in the reader's language, values as they are read."""

import datetime as dt
import json

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.utils import translation
from django.utils.translation import gettext as _
from import_export.resources import ModelResource
from import_export.widgets import Widget

LANGUAGES = ("ko", "en")


class ListWidget(Widget):
    """A list of texts with | between them; JSON is read as well."""

    def clean(self, value, row=None, **kwargs):
        text = str(value or "").strip()
        if text.startswith("["):
            try:
                return json.loads(text)
            except ValueError:
                raise ValueError(_("Write values with | between them.")) from None
        return [part.strip() for part in text.split("|") if part.strip()]

    def render(self, value, obj=None, **kwargs):
        return "|".join(value or [])


class TitledResource(ModelResource):
    """Columns are headed as the admin calls them. Files that come in may use these titles, in either language, or our names.

    `titles`: headings of columns that are no fields of the model.
    """

    titles: dict = {}

    def get_export_headers(self, selected_fields=None):
        return [str(self.title(name)) for name in super().get_export_headers(selected_fields)]

    def title(self, column):
        if column in self.titles:
            return self.titles[column]
        if column == "id":
            return _("number")
        try:
            return self._meta.model._meta.get_field(column).verbose_name
        except FieldDoesNotExist:
            return column

    def before_import(self, dataset, **kwargs):
        names = {}
        for language in LANGUAGES:
            with translation.override(language):
                names |= {str(self.title(field.column_name)): field.column_name for field in self.fields.values()}
        dataset.headers = [names.get(str(header).strip(), header) for header in dataset.headers]
        super().before_import(dataset, **kwargs)

    def before_import_row(self, row, **kwargs):
        """Excel has moments where we have days."""
        for field in self._meta.model._meta.fields:
            value = row.get(field.name)
            if isinstance(value, dt.datetime) and field.get_internal_type() == "DateField":
                row[field.name] = value.date()


class KeyedResource(TitledResource):
    """Rows are found by our number or, in files without it, by their external id; without either they are new."""

    by = "id"

    def before_import(self, dataset, **kwargs):
        super().before_import(dataset, **kwargs)
        self.by = "id" if "id" in dataset.headers else "external_id"

    def get_import_id_fields(self):
        return [self.by]

    def before_save_instance(self, instance, row, **kwargs):
        instance.external_id = instance.external_id or None  # two empty texts would be the same id

    def get_instance(self, instance_loader, row):
        if not str(row.get(self.by) or "").strip():
            return None
        found = super().get_instance(instance_loader, row)
        if found is None and self.by == "id":
            raise ValidationError(
                _("There is no row with the number %(id)s: leave it empty for a new one.") % {"id": row["id"]}
            )
        return found


def choice(name):
    """A method for a column that shows a choice as members read it (tables that only go out)."""
    return lambda self, row: str(getattr(row, f"get_{name}_display")()) if getattr(row, name) else ""
