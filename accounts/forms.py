"""Forms of the account pages. Nothing here may import allauth's forms: they import this module."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import pictures, validators
from accounts.models import LANGUAGES, Category, Region, User


class ChoicesField(forms.ModelMultipleChoiceField):
    """Several rows; SQLite fails on a number too large for it, which no row can have."""

    def clean(self, value):
        for key in value if isinstance(value, (list, tuple)) else ():
            if len(str(key)) > 18:
                raise forms.ValidationError(self.error_messages["invalid_choice"], params={"value": str(key)[:20]})
        return super().clean(value)


class NicknameForm(forms.Form):
    """The part that sign-up adds to allauth's own, with a password and with a social account alike."""

    nickname = forms.CharField(
        label=_("Nickname"),
        max_length=validators.NICKNAME_LENGTH,
        validators=[validators.validate_nickname],
        help_text=_("What others see. 2 to 30 characters."),
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )
    field_order = ("nickname", "email", "password1")

    def clean_nickname(self):
        nickname = validators.clean_text(self.cleaned_data["nickname"])
        if User.objects.filter(nickname__iexact=nickname).exists():
            raise forms.ValidationError(_("This nickname is already taken."))
        return nickname

    def signup(self, request, user):
        """Do nothing more: the adapter has saved the nickname with the user."""


class ProfileForm(forms.Form):
    """What members say about themselves."""

    nickname = forms.CharField(
        label=_("Nickname"), max_length=validators.NICKNAME_LENGTH, validators=[validators.validate_nickname]
    )
    region = forms.ModelChoiceField(Region.objects.all(), label=_("Region"), required=False, empty_label=_("Not said"))
    categories = ChoicesField(
        Category.objects.all(),
        label=_("Favourite categories"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    keywords = forms.CharField(
        label=_("Keywords"),
        required=False,
        max_length=80,
        help_text=_("Up to three, separated by commas."),
    )
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("As in the browser")), *LANGUAGES]
    )
    avatar = forms.ImageField(label=_("Picture"), required=False, help_text=_("JPEG, PNG or WebP, up to 5 MB."))

    def __init__(self, *args, user, **kwargs):
        self.user = user
        kwargs["initial"] = {
            "nickname": user.nickname,
            "region": user.region_id,
            "categories": [category.pk for category in user.categories.all()],
            "keywords": ", ".join(user.keywords),
            "language": user.language,
        }
        super().__init__(*args, **kwargs)

    def clean_nickname(self):
        nickname = validators.clean_text(self.cleaned_data["nickname"])
        if User.objects.filter(nickname__iexact=nickname).exclude(pk=self.user.pk).exists():
            raise forms.ValidationError(_("This nickname is already taken."))
        return nickname

    def clean_keywords(self):
        keywords = validators.clean_keywords(self.cleaned_data["keywords"].replace("，", ",").split(","))
        validators.validate_keywords(keywords)
        return keywords

    def clean_avatar(self):
        picture = self.cleaned_data["avatar"]
        return pictures.square(picture) if picture else None


class EraseForm(forms.Form):
    """Confirms that the one who deletes an account is its owner."""

    password = forms.CharField(
        label=_("Password"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    sure = forms.BooleanField(label=_("I understand that this cannot be undone."))

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        if not user.has_usable_password():
            del self.fields["password"]
