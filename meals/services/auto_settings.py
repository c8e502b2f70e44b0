"""What a member lets the site order for them."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from meals.cleaning import clean_allergens, clean_dates, clean_number
from meals.models import AutoOrder, DiningType, Food, FoodType
from meals.validators import validate_weekdays

FIELDS = ("enabled", "max_price", "exclude_allergens", "exclude_types", "weekdays_off", "days_off")
MAX_PRICE = 10_000_000


def auto_order_settings(user):
    """The member's settings, one for each dining type, saved or not."""
    saved = {row.dining_type: row for row in AutoOrder.objects.filter(user=user)}
    return [saved.get(kind) or AutoOrder(user=user, dining_type=kind) for kind in DiningType.values]


def auto_order_set(*, user, dining_type, **values):
    """Change what the member allows for one dining type; what is left out stays."""
    unknown = set(values) - set(FIELDS)
    if unknown:
        raise TypeError(f"An automatic order has no field {', '.join(sorted(unknown))} to set.")
    errors, cleaned = {}, {}
    if dining_type not in DiningType.values:
        errors["dining_type"] = ValidationError(_("Choose lunch or dinner."), code="choice")
    for field, value in values.items():
        try:
            cleaned[field] = _clean(field, value)
        except ValidationError as error:
            errors[field] = error.error_list
    if errors:
        raise ValidationError(errors)
    with transaction.atomic():
        AutoOrder.objects.get_or_create(user=user, dining_type=dining_type)
        row = AutoOrder.objects.select_for_update().get(user=user, dining_type=dining_type)
        for field, value in cleaned.items():
            setattr(row, field, value)
        row.save()
    return row


def _clean(field, value):
    if field == "enabled":
        if not isinstance(value, bool):
            raise ValidationError(_("Say true or false."), code="type")
        return value
    if field == "max_price":
        return clean_number(value, MAX_PRICE)
    if field == "exclude_allergens":
        return clean_allergens(value)
    if field == "exclude_types":
        return clean_types(value)
    if field == "weekdays_off":
        validate_weekdays(value)
        return sorted(value)
    return clean_dates(value)


def clean_types(values):
    """Slugs of food types and tags of foods, from slugs, names or tags; one that no food has is refused, with what there is."""
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValidationError(_("Food types are a list of names."), code="type")
    if len(values) > 50:
        raise ValidationError(_("Up to %(max)s food types."), code="count", params={"max": 50})
    if not values:
        return []
    types = list(FoodType.objects.all())
    known = {name.casefold(): row.slug for row in types for name in (row.name_en, row.name_ko, row.slug) if name}
    found = {}
    for value in values:
        slug = known.get(value.strip().casefold())
        if slug is None:
            slug = _tags().get(value.strip().casefold())
        if slug is None:
            raise ValidationError(
                _("“%(value)s” is no food type; there are: %(known)s."),
                code="unknown",
                params={"value": value[:40], "known": ", ".join(row.slug for row in types)},
            )
        found[slug] = True
    return list(found)


def _tags():
    """All tags of foods, by their folded form."""
    return {tag.casefold(): tag for tags in Food.objects.values_list("tags", flat=True) for tag in tags}
