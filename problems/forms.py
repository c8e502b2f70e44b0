"""What the pages of problems accept from the address bar."""

from django import forms
from django.utils.translation import gettext_lazy as _

from problems import selectors
from problems.models import Tag
from problems.models.catalogue import HIGHEST, LOWEST
from problems.querysets import SEARCH_LENGTH

TIER_NAMES = {"bronze": _("Bronze"), "silver": _("Silver"), "gold": _("Gold")}
LEVELS = [("", _("Any")), *[(level, str(level)) for level in range(LOWEST, HIGHEST + 1)]]


class ProblemFilterForm(forms.Form):
    """Filters of the catalogue; a value that means nothing is named and filters nothing."""

    q = forms.CharField(label=_("Search"), max_length=SEARCH_LENGTH, required=False)
    tag = forms.ModelMultipleChoiceField(
        label=_("Tags"), queryset=Tag.objects.none(), to_field_name="slug", required=False
    )
    tier = forms.ChoiceField(label=_("Tier"), choices=[("", _("Any")), *TIER_NAMES.items()], required=False)
    state = forms.ChoiceField(
        label=_("My progress"), choices=[("", _("Any")), *selectors.STATES.items()], required=False
    )
    level_from = forms.TypedChoiceField(
        label=_("Level from"), choices=LEVELS, coerce=int, empty_value=None, required=False
    )
    level_to = forms.TypedChoiceField(label=_("to"), choices=LEVELS, coerce=int, empty_value=None, required=False)
    sort = forms.ChoiceField(
        label=_("Sort by"), choices=[(name, label) for name, (label, _order) in selectors.SORTS.items()], required=False
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["tag"].queryset = selectors.tag_list()
        if not user.is_authenticated:
            del self.fields["state"]

    def clean(self):
        values = super().clean()
        low, high = values.get("level_from"), values.get("level_to")
        if low is not None and high is not None and low > high:
            self.add_error("level_to", _("The highest level is below the lowest."))
        return values

    def filters(self) -> dict:
        """Keyword arguments for `problem_list`."""
        self.full_clean()
        values = {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}
        values["tags"] = [tag.slug for tag in values.pop("tag", ())]
        return values


class GoalForm(forms.Form):
    """Where a roadmap leads: a tag and a level."""

    tag = forms.ModelChoiceField(label=_("Tag"), queryset=Tag.objects.all(), to_field_name="slug")
    level = forms.TypedChoiceField(label=_("Level"), choices=LEVELS[1:], coerce=int, initial=8)
