"""What the pages of meals accept from the address bar and from members."""

import datetime as dt

from django import forms
from django.db.models import F
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meals.allergens import ALLERGENS
from meals.days import today
from meals.models import DiningType, FoodType
from meals.models.foods import SPICIEST
from meals.querysets import SEARCH_LENGTH
from meals.validators import DATES, TAG_LENGTH, TAGS

STARS = [(str(number), str(number)) for number in range(1, 6)]
LONGEST = 60  # days off at a time
NUMBER = forms.NumberInput(attrs={"step": 500, "inputmode": "numeric"})
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class SlotForm(forms.Form):
    """Which menu to show; a value that means nothing is named, and the next meal is shown."""

    date = forms.DateField(
        required=False,
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": _("Give a date such as 2026-05-01.")},
    )
    dining_type = forms.ChoiceField(
        required=False, choices=DiningType.choices, error_messages={"invalid_choice": _("Choose lunch or dinner.")}
    )
    group = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)

    def wanted(self):
        """Keyword arguments for the day's page."""
        return {name: value for name, value in self.cleaned_data.items() if value}


class MakerFilterForm(forms.Form):
    """Filters of the restaurants."""

    q = forms.CharField(label=_("Search"), max_length=SEARCH_LENGTH, required=False)
    everywhere = forms.BooleanField(label=_("Also those that do not deliver to us"), required=False)


class FoodFilterForm(forms.Form):
    """Filters of the foods; what a reader may see is the view's to say."""

    SORTS = [("", _("Popular")), ("latest", _("Latest")), ("cheap", _("Cheapest")), ("light", _("Fewest calories"))]

    q = forms.CharField(label=_("Search"), max_length=SEARCH_LENGTH, required=False)
    kind = forms.ChoiceField(label=_("Food type"), required=False)
    sort = forms.ChoiceField(label=_("Order by"), choices=SORTS, required=False)
    on_offer = forms.BooleanField(label=_("Can be ordered now"), required=False)
    maker = forms.ModelChoiceField(label=_("Restaurant"), queryset=None, empty_label=_("any"), required=False)
    tag = forms.CharField(label=_("Tag"), max_length=TAG_LENGTH, required=False)
    max_price = forms.IntegerField(
        label=_("Up to (won)"), min_value=0, max_value=10_000_000, required=False, widget=NUMBER
    )
    spiciness = forms.ChoiceField(label=_("Spiciness"), required=False)
    without = forms.MultipleChoiceField(
        label=_("Without these allergens"),
        choices=ALLERGENS.items(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    MORE = ("maker", "tag", "max_price", "spiciness", "without")

    def __init__(self, *args, makers, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("any")), *_type_choices()]
        self.fields["maker"].queryset = makers
        degrees = [(str(n), gettext("up to %(n)d") % {"n": n}) for n in range(1, SPICIEST)]
        self.fields["spiciness"].choices = [("", _("any")), ("0", _("not spicy")), *degrees]

    @property
    def has_more(self):
        """Whether one of the filters that are folded away is set."""
        return any(self.data.get(name) for name in self.MORE)

    def rows(self, foods):
        """The foods that fit; a filter that means nothing is left out (and named by `errors`)."""
        values = self.cleaned_data
        foods = foods.search(values.get("q", "")).free_of(values.get("without", []))
        if tag := values.get("tag", "").lstrip("#").strip():
            foods = foods.tagged(tag)
        for name, lookup in (("kind", "food_type__slug"), ("maker", "maker"), ("spiciness", "spiciness__lte")):
            if values.get(name):
                foods = foods.filter(**{lookup: values[name]})
        if values.get("max_price") is not None:
            foods = foods.filter(price__lte=values["max_price"])
        orders = {"latest": ("-created_at",), "cheap": ("price",), "light": (F("calories").asc(nulls_last=True),)}
        return foods.order_by(*orders.get(values.get("sort"), ("-like_count",)), "-pk")


class RatingForm(forms.Form):
    """One to five, and a line."""

    rating = forms.TypedChoiceField(
        label=_("How was it?"),
        choices=STARS,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("A rating is a number from 1 to 5."),
            "invalid_choice": _("A rating is a number from 1 to 5."),
        },
    )
    comment = forms.CharField(label=_("A word about it"), max_length=500, required=False)

    @classmethod
    def of(cls, order):
        """The form with what the member said before."""
        return cls(initial={"rating": order.rating, "comment": order.comment}, auto_id=f"id_{order.pk}_%s")


def _type_choices():
    return [(row.slug, row.name) for row in FoodType.objects.all()]


class AutoOrderForm(forms.Form):
    """What a member allows for one dining type; `row` is what they allowed so far."""

    enabled = forms.BooleanField(label=_("Order for me when I forget"), required=False)
    max_price = forms.IntegerField(
        label=_("Highest price (won)"),
        min_value=0,
        max_value=10_000_000,
        required=False,
        help_text=_("Empty: the company's budget."),
    )
    exclude_allergens = forms.MultipleChoiceField(
        label=_("Allergens to avoid"),
        choices=ALLERGENS.items(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Dishes with these are marked on every menu, too."),
    )
    exclude_types = forms.MultipleChoiceField(
        label=_("Food types never wanted"), required=False, widget=forms.CheckboxSelectMultiple
    )
    tags = forms.CharField(
        label=_("Other things never wanted"),
        max_length=TAGS * (TAG_LENGTH + 2),
        required=False,
        help_text=_("Tags of foods, separated by commas."),
    )
    weekdays_off = forms.TypedMultipleChoiceField(
        label=_("Weekdays off"),
        choices=list(WEEKDAYS.items()),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    days_off = forms.MultipleChoiceField(
        label=_("Days off"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Days that you untick are ordered for again."),
    )
    off_from = forms.DateField(label=_("Away from"), required=False, widget=DAY)
    off_until = forms.DateField(label=_("until"), required=False, widget=DAY)

    def __init__(self, *args, row, **kwargs):
        self.row = row
        types = _type_choices()
        slugs = {slug for slug, _name in types}
        days = [day for day in row.days_off if day >= today().isoformat()]
        kwargs["initial"] = {
            "enabled": row.enabled,
            "max_price": row.max_price,
            "exclude_allergens": row.exclude_allergens,
            "exclude_types": [name for name in row.exclude_types if name in slugs],
            "tags": ", ".join(name for name in row.exclude_types if name not in slugs),
            "weekdays_off": row.weekdays_off,
            "days_off": days,
        }
        super().__init__(*args, auto_id=f"id_{row.dining_type}_%s", **kwargs)
        self.fields["exclude_types"].choices = types
        self.fields["days_off"].choices = [(day, day) for day in days]
        if not days:
            del self.fields["days_off"]

    def clean(self):
        values = super().clean()
        first, last = values.get("off_from"), values.get("off_until")
        if last and not first:
            self.add_error("off_from", _("Say from when."))
        elif first and first < today():
            self.add_error("off_from", _("That day is over."))
        elif first and last and last < first:
            self.add_error("off_until", _("The last day is before the first."))
        elif first and last and (last - first).days >= LONGEST:
            self.add_error("off_until", _("Up to %(max)s days at a time.") % {"max": LONGEST})
        return values

    def values(self):
        """What `auto_order_set` takes."""
        data = self.cleaned_data
        tags = [tag.strip() for tag in data["tags"].replace("，", ",").split(",") if tag.strip()]
        days = {*data.get("days_off", ()), *self._away(data["off_from"], data["off_until"])}
        return {
            "enabled": data["enabled"],
            "max_price": data["max_price"],
            "exclude_allergens": data["exclude_allergens"],
            "exclude_types": [*data["exclude_types"], *tags],
            "weekdays_off": data["weekdays_off"],
            "days_off": sorted(days)[:DATES],
        }

    @staticmethod
    def _away(first, last):
        if first is None:
            return []
        number = ((last or first) - first).days + 1
        return [(first + dt.timedelta(days=step)).isoformat() for step in range(number)]
