"""Foods of a file; makers and food types that are not there yet are made."""

import hashlib

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils import timezone
from django.utils.text import slugify

from common import html
from meals.cleaning import fill
from meals.importing.cells import whole
from meals.models import Food, FoodType, Maker
from recommendations.importing import values

FOOD_COLUMNS = ("name_en", "maker", "price", "allergens", "spiciness", "calories", "is_active")
NAMES = {"title": "name", "text": "description"}
NUMBERS = ("price", "spiciness", "calories")
OTHER = "other"
TYPES = 300
WRITE = 500


def import_foods(rows):
    """`Domain.import_items` of foods. A food without maker belongs to one made for the import; one without price costs 0."""
    if not rows:
        return []
    joined = Food.objects.select_related("maker", "food_type").select_for_update(of=("self",))
    known = {food.external_id: food for food in joined.filter(external_id__in=[row["id"] for row in rows])}
    types, makers = FoodTypes(), Makers()
    outcomes, touched = [], set()
    for row in rows:
        try:
            outcomes.append(_one(row, known.get(row["id"]), types, makers, touched))
        except values.BadValue as error:
            outcomes.append(ValidationError(str(error)))
        except ValidationError as error:
            outcomes.append(error)
    good = [outcome for outcome in outcomes if isinstance(outcome, tuple)]
    Food.objects.bulk_create([food for food, done in good if done == "created"], batch_size=WRITE)
    updated = [food for food, done in good if done == "updated"]
    for food in updated:
        food.updated_at = timezone.now()
    if updated:
        Food.objects.bulk_update(updated, sorted({*touched, "updated_at"}), batch_size=WRITE)
    return outcomes


def _one(row, food, types, makers, touched):
    changes = _changes(row, types, makers)
    if food is None:
        created = row.get("created_at") or values.EPOCH
        food = Food(external_id=row["id"], created_at=created, price=0, food_type=None, maker=None)
        if "food_type" not in changes:
            changes["food_type"] = types.find(OTHER)
        if "maker" not in changes:
            changes["maker"] = makers.find("")
        return fill(food, changes), "created"
    if row.get("created_at"):
        changes["created_at"] = row["created_at"]
    before = {field: getattr(food, field) for field in changes}
    fill(food, changes)
    differing = {field for field in changes if getattr(food, field) != before[field]}
    touched |= differing
    return food, "updated" if differing else "unchanged"


def _changes(row, types, makers):
    changes = {}
    for ours, value in row.items():
        if ours in NUMBERS:
            if value or ours != "price":
                number = whole(value, ours)
                changes[ours] = 0 if number is None and ours == "spiciness" else number
        elif ours == "allergens":
            changes[ours] = [name.strip() for name in value.split("|") if name.strip()]
        elif ours == "is_active":
            changes[ours] = values.text(value, ours).casefold() not in ("0", "false", "no", "n")
        elif ours in ("title", "text", "name_en", "tags"):
            changes[NAMES.get(ours, ours)] = value
    if row.get("category"):
        changes["food_type"] = types.find(row["category"])
    if row.get("maker"):
        changes["maker"] = makers.find(row["maker"])
    return changes


class FoodTypes:
    """Food types by slug or name; unknown ones are made."""

    def __init__(self):
        self.known = {}
        for kind in FoodType.objects.order_by("-pk"):
            self.known.update({name.casefold(): kind for name in (kind.name_en, kind.slug, kind.name_ko) if name})

    def find(self, name):
        clean = html.text(name, 100)
        if not clean:
            raise ValidationError(f"category: {name[:40]!r} is no name")
        return self.known.get(clean.casefold()) or self._make(clean)

    def _make(self, name):
        if len({kind.pk for kind in self.known.values()}) >= TYPES:
            raise ValidationError(f"category: there are {TYPES} food types already; is this column one of types?")
        slug = slugify(name, allow_unicode=True)[:60].strip("-_")
        if not slug or slug.casefold() in self.known:
            slug = f"{slug[:50]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}".lstrip("-")
        order = (FoodType.objects.aggregate(last=Max("order"))["last"] or 0) + 1
        kind = FoodType.objects.create(slug=slug, name_ko=name, order=min(order, 32767))
        self.known.update({name.casefold(): kind, slug.casefold(): kind})
        return kind


class Makers:
    """Makers by external id or name; unknown ones are made."""

    UNNAMED = "—"

    def __init__(self):
        self.known = {}
        for maker in Maker.objects.order_by("-pk"):
            self.known.update({name.casefold(): maker for name in (maker.name, maker.external_id) if name})

    def find(self, name):
        clean = html.text(name, 100) or self.UNNAMED
        if clean.casefold() not in self.known:
            self.known[clean.casefold()] = Maker.objects.create(name=clean)
        return self.known[clean.casefold()]
