"""Menus of a file or another database: what was or will be offered, where and when."""

from django.core.exceptions import ValidationError

from meals.cleaning import fill
from meals.importing.cells import day, dining_type, whole
from meals.models import Food, Group, Menu
from meals.services import withdraw_menus
from recommendations.importing import values

COLUMNS = ("id", "food", "group", "date", "dining_type", "price", "stock", "status")
REQUIRED = ("id", "food", "group", "date")
STOCK = 1000
WRITE = 500
WITHDRAWN = ("withdrawn", "cancelled", "canceled", "inactive")


def import_menus(rows):
    """Make or update menus; a group that is not there yet is made, without members and closed to the public.

    Returns
    -------
    list : in order, (menu, "created" | "updated" | "unchanged"), or the ValidationError that says why not.
    """
    if not rows:
        return []
    joined = Menu.objects.select_for_update(of=("self",)).select_related("group", "food")
    known = {menu.external_id: menu for menu in joined.filter(external_id__in=[row["id"] for row in rows])}
    foods = Food.objects.in_bulk({row["food"] for row in rows if row.get("food")}, field_name="external_id")
    groups = Groups()
    outcomes, created, gone, taken = [], [], [], _taken(rows, foods)
    for row in rows:
        try:
            menu, done, withdrawn = _one(row, known.get(row["id"]), foods, groups, taken)
        except values.BadValue as error:
            outcomes.append(ValidationError(str(error)))
        except ValidationError as error:
            outcomes.append(error)
        else:
            outcomes.append((menu, done))
            if done == "created":
                created.append(menu)
            if withdrawn:
                gone.append(menu)
    Menu.objects.bulk_create(created, batch_size=WRITE)
    changed = [outcome[0] for outcome in outcomes if isinstance(outcome, tuple) and outcome[1] == "updated"]
    Menu.objects.bulk_update(changed, ["price", "stock", "closes_at"], batch_size=WRITE)
    if gone:
        withdraw_menus(Menu.objects.filter(pk__in=[menu.pk for menu in gone]))
    return outcomes


def _taken(rows, foods):
    """Slots that menus have already, so that a second menu of the same food is a bad row and no broken statement."""
    found = Menu.objects.filter(food__in=foods.values())
    return {
        (m.group_id, m.food_id, m.date, m.dining_type): m.external_id
        for m in found.only("group_id", "food_id", "date", "dining_type", "external_id")
    }


def _one(row, menu, foods, groups, taken):
    """(menu, what is done, whether it is to be withdrawn)."""
    withdrawn = values.text(row.get("status"), "status").casefold() in WITHDRAWN
    changes = {name: number for name in ("price", "stock") if (number := whole(row.get(name), name)) is not None}
    if menu is not None:
        _check_same(row, menu, foods, groups)
        if changes.get("stock", menu.ordered) < menu.ordered:
            raise values.BadValue(f"stock: there are {menu.ordered} orders already")
        before = (menu.price, menu.stock)
        fill(menu, changes)
        withdrawn = withdrawn and menu.status == Menu.Status.OFFERED
        return menu, "updated" if withdrawn or (menu.price, menu.stock) != before else "unchanged", withdrawn
    food = foods.get(row["food"])
    if food is None:
        raise values.BadValue(f"food: there is no food {row['food'][:40]!r}; import the foods first")
    menu = Menu(external_id=row["id"], food=food, group=groups.find(row["group"]))
    changes = {"stock": STOCK, "price": food.price} | changes
    fill(
        menu,
        changes | {"date": day(row["date"], "date"), "dining_type": dining_type(row.get("dining_type"), "dining_type")},
    )
    slot = (menu.group_id, food.pk, menu.date, menu.dining_type)
    if slot in taken:
        raise values.BadValue(f"this food is on that menu already, as {taken[slot]!r}")
    taken[slot] = menu.external_id
    return menu, "created", withdrawn


def _check_same(row, menu, foods, groups):
    """Orders stand on what a menu is: a known one with another food, group or slot is a bad row."""
    food = foods.get(row["food"])
    now = {
        "food": food.pk if food else None,
        "group": getattr(groups.known.get(values.text(row["group"], "group")[:100].casefold()), "pk", None),
        "date": day(row["date"], "date"),
        "dining_type": dining_type(row.get("dining_type"), "dining_type"),
    }
    before = {"food": menu.food_id, "group": menu.group_id, "date": menu.date, "dining_type": menu.dining_type}
    for name, value in now.items():
        if value != before[name] and (name != "dining_type" or row.get(name)):
            raise values.BadValue(f"{name}: a menu keeps its food, group and meal; withdraw it there and make another")


class Groups:
    """Groups by external id or name; unknown ones are made."""

    def __init__(self):
        self.known = {}
        for group in Group.objects.order_by("-pk"):
            self.known.update({name.casefold(): group for name in (group.name, group.external_id) if name})

    def find(self, name):
        clean = values.text(name, "group")[:100]
        if not clean:
            raise values.BadValue("group is empty")
        if clean.casefold() not in self.known:
            self.known[clean.casefold()] = Group.objects.create(name=clean, external_id=clean)
        return self.known[clean.casefold()]
