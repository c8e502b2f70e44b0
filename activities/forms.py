"""Forms of clubs and activities. They read what browsers send; the rules are in the services."""

from django import forms
from django.utils.html import linebreaks
from django.utils.translation import gettext_lazy as _

from accounts.forms import ChoicesField
from accounts.models import Category, Region
from activities import selectors
from activities.models import Activity, Club, Report
from activities.models.moderation import REASON_LENGTH
from activities.querysets import SEARCH_LENGTH
from common.html import RICH_LENGTH, TAG
from common.images import FORMATS


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self, **kwargs):
        super().__init__(format="%Y-%m-%dT%H:%M", **kwargs)


class PictureField(forms.FileField):
    """A picture; whether it is one is found out by the service, which encodes it anew."""

    def __init__(self, **kwargs):
        accept = ",".join(f"image/{kind.lower()}" for kind in FORMATS)
        super().__init__(required=False, widget=forms.ClearableFileInput(attrs={"accept": accept}), **kwargs)

    def clean(self, data, initial=None):
        value = super().clean(data, initial)
        return "" if value is False else value


class RichField(forms.CharField):
    """HTML or plain text, which becomes paragraphs."""

    def __init__(self, **kwargs):
        widget = forms.Textarea(attrs={"rows": 10, "data-rich": "", "maxlength": RICH_LENGTH})
        super().__init__(required=False, max_length=RICH_LENGTH, strip=False, widget=widget, **kwargs)

    def clean(self, value):
        value = super().clean(value)
        return value if TAG.search(value) else linebreaks(value.strip(), autoescape=True) if value.strip() else ""


class TagsField(forms.CharField):
    """Words with commas between them."""

    def clean(self, value):
        return [tag for tag in (part.strip() for part in super().clean(value).split(",")) if tag]

    def prepare_value(self, value):
        return ", ".join(value) if isinstance(value, list) else value


class Described(forms.Form):
    """Ties help texts and errors to their fields, for screen readers."""

    def values(self):
        """What the service gets: the pictures only where they were changed."""
        values = dict(self.cleaned_data)
        for name, field in self.fields.items():
            if isinstance(field, PictureField) and name not in self.changed_data:
                values.pop(name)
        return values


class ClubForm(Described):
    name = forms.CharField(label=_("Name"), max_length=100)
    intro = forms.CharField(label=_("In one sentence"), max_length=300, required=False)
    category = forms.ModelChoiceField(label=_("Main category"), queryset=Category.objects.all())
    categories = ChoicesField(
        Category.objects.all(),
        label=_("Further categories"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    region = forms.ModelChoiceField(
        label=_("Region"), queryset=Region.objects.all(), required=False, empty_label=_("Everywhere")
    )
    info = RichField(label=_("About the club"))
    profile_image = PictureField(label=_("Profile picture"))
    banner_image = PictureField(label=_("Banner"))

    @classmethod
    def initial_of(cls, club: Club):
        values = {name: getattr(club, name) for name in cls.base_fields if name != "categories"}
        return values | {"categories": list(club.categories.all())}


class ActivityForm(Described):
    title = forms.CharField(label=_("Title"), max_length=200)
    intro = forms.CharField(label=_("In one sentence"), max_length=300, required=False)
    club = forms.ModelChoiceField(
        label=_("Club"), queryset=Club.objects.none(), required=False, empty_label=_("Without a club")
    )
    category = forms.ModelChoiceField(label=_("Category"), queryset=Category.objects.all())
    tags = TagsField(label=_("Tags"), required=False, max_length=500, help_text=_("Words, with commas between them."))
    content = RichField(label=_("What happens"))
    region = forms.ModelChoiceField(
        label=_("Region"), queryset=Region.objects.all(), required=False, empty_label=_("Online or everywhere")
    )
    place = forms.CharField(label=_("Place"), max_length=200, required=False)
    recruit_start = forms.DateTimeField(label=_("Recruiting from"), required=False, widget=MomentInput())
    recruit_end = forms.DateTimeField(label=_("Recruiting until"), required=False, widget=MomentInput())
    starts_at = forms.DateTimeField(label=_("Starts"), required=False, widget=MomentInput())
    ends_at = forms.DateTimeField(label=_("Ends"), required=False, widget=MomentInput())
    capacity = forms.IntegerField(
        label=_("Places"), required=False, min_value=1, max_value=100_000, help_text=_("Empty: no limit.")
    )
    needs_approval = forms.BooleanField(label=_("I approve who takes part"), required=False, initial=True)
    thumbnail = PictureField(label=_("Picture"))
    status = forms.ChoiceField(
        label=_("Visible"),
        initial="open",
        choices=[("open", _("For everybody")), ("draft", _("Draft: only for me"))],
    )

    def __init__(self, *args, user, activity=None, **kwargs):
        super().__init__(*args, **kwargs)
        clubs = selectors.clubs_for_organising(user)
        if activity is not None and activity.club_id:
            clubs = clubs | Club.objects.filter(pk=activity.club_id)
        self.fields["club"].queryset = clubs.distinct()

    @classmethod
    def initial_of(cls, activity: Activity):
        return {name: getattr(activity, name) for name in cls.base_fields}


class FilterForm(forms.Form):
    """The filters of a list; what means nothing is named and left out."""

    q = forms.CharField(label=_("Search"), max_length=SEARCH_LENGTH, required=False)
    category = forms.ModelChoiceField(
        label=_("Category"),
        queryset=Category.objects.all(),
        to_field_name="slug",
        required=False,
        empty_label=_("All categories"),
    )
    region = forms.ModelChoiceField(
        label=_("Region"),
        queryset=Region.objects.all(),
        to_field_name="slug",
        required=False,
        empty_label=_("All regions"),
    )
    sorts: dict = selectors.CLUB_SORTS

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        choices = [(name, label) for name, (label, _by) in self.sorts.items()]
        self.fields["sort"] = forms.ChoiceField(label=_("Sort by"), choices=choices, required=False)

    def filters(self):
        """The values that are valid, for a selector."""
        self.is_valid()
        values = {name: value for name, value in self.cleaned_data.items() if value}
        return values | {"sort": values.get("sort") or "latest"}


class ActivityFilterForm(FilterForm):
    sorts = selectors.ACTIVITY_SORTS
    on = forms.DateField(label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    recruiting = forms.BooleanField(label=_("Recruiting now"), required=False)


class CommentForm(forms.Form):
    text = forms.CharField(
        label=_("Comment"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 1000, "placeholder": _("Ask or tell the others")}),
    )


class ReportForm(forms.Form):
    reason = forms.ChoiceField(label=_("What is wrong with it?"), choices=Report.Reason)
    note = forms.CharField(
        label=_("Anything to add?"),
        max_length=REASON_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": REASON_LENGTH}),
    )


class AppealForm(forms.Form):
    text = forms.CharField(
        label=_("Why should it be shown?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": 1000}),
    )
