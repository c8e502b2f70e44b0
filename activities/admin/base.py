"""What the admin's pages of clubs and activities share: cleaned input."""

from django import forms
from django.core.exceptions import ValidationError
from unfold.admin import ModelAdmin

from activities import cleaning
from recommendations import staff
from recommendations.staff import PublishedResource

__all__ = ["PublishedAdmin", "PublishedResource"]


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


class PublishedAdmin(staff.PublishedAdmin):
    form = CleanedForm


class CascadedAdmin(ModelAdmin):
    """Rows that nobody adds or deletes by themselves; they go with the activity or member that they belong to."""

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        own = request.resolver_match.url_name.startswith(f"{self.opts.app_label}_{self.opts.model_name}_")
        return not own and super().has_delete_permission(request, obj)
