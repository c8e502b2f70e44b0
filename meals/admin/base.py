"""What the admin's pages of meals share: cleaned input, and rows that only services write."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _
from import_export.admin import ExportMixin
from unfold.admin import ModelAdmin
from unfold.contrib.import_export.forms import ExportForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from common.sheets import FORMATS
from meals import cleaning
from meals.allergens import ALLERGENS
from meals.validators import TAG_LENGTH, TAGS


class WeekdaysField(forms.TypedMultipleChoiceField):
    """Weekdays to tick, kept as numbers."""

    widget = UnfoldAdminCheckboxSelectMultipleWidget

    def __init__(self, **kwargs):
        super().__init__(choices=list(WEEKDAYS.items()), coerce=int, **kwargs)


class AllergensField(forms.MultipleChoiceField):
    """Allergens to tick, kept as codes."""

    widget = UnfoldAdminCheckboxSelectMultipleWidget

    def __init__(self, **kwargs):
        super().__init__(choices=list(ALLERGENS.items()), **kwargs)


class TagsField(forms.CharField):
    """Tags with commas between them, kept as a list."""

    widget = UnfoldAdminTextInputWidget

    def __init__(self, **kwargs):
        kwargs["help_text"] = kwargs.get("help_text") or _("Separated by commas.")
        super().__init__(max_length=TAGS * (TAG_LENGTH + 2), **kwargs)

    def prepare_value(self, value):
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value):
        text = super().to_python(value).replace("，", ",")
        return [tag.strip() for tag in text.split(",") if tag.strip()]

    def run_validators(self, value):
        """Those of the model see the list."""

    def has_changed(self, initial, data):
        return self.to_python(data) != (initial or [])


#: How lists that are kept as JSON are entered.
LISTS = {"service_days": WeekdaysField, "allergens": AllergensField, "tags": TagsField}
#: What only files and other systems need, folded away.
ORIGIN = (_("Where it comes from"), {"classes": ("collapse",), "fields": ("external_id", "created_at")})


class ListFieldsMixin:
    """Lists are ticked or written with commas, not as JSON."""

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name not in LISTS:
            return field
        help_text = "" if db_field.name == "service_days" else field.help_text
        return LISTS[db_field.name](label=field.label, required=not db_field.blank, help_text=help_text)


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
