"""What the families of choices are told of menus: for each order, which foods stood on the same menu."""

from collections import defaultdict

from meals.models import Menu
from recommendations.domains import Offer


def slot_of(group, date, dining_type):
    """The number of one menu of one day."""
    return (group * 100_000 + date.toordinal() % 100_000) * 2 + (dining_type == "dinner")


def past_offers():
    """`Domain.past_offers`: a menu's key → the foods of that meal of that day for that group."""
    found = offers()
    foods, contexts = defaultdict(set), {}
    for slot, item, weekday, group in zip(*(found[name] for name in ("slot", "item", "weekday", "group")), strict=True):
        foods[slot].add(item)
        contexts[slot] = {"weekday": weekday, "group": group}
    made = {slot: Offer(frozenset(items), contexts[slot]) for slot, items in foods.items()}
    return {context: made[slot] for context, slot in zip(found["context"], found["slot"], strict=True)}


def offers(until=None):
    """`TrainingData.extra["offers"]`: all menus of which orders closed before `until` (None: all), withdrawn ones too.

    `context` is what the event of an order names (the menu's key), `slot` the menu of a group and day, `item` the food,
    `weekday` the day's (Monday is 0), `group` the key of whose menu it is.
    """
    rows = Menu.objects.order_by("pk").values_list("pk", "group_id", "date", "dining_type", "food_id")
    if until is not None:
        rows = rows.filter(closes_at__lt=until)
    found = {"context": [], "slot": [], "item": [], "weekday": [], "group": []}
    for pk, group, date, dining_type, food in rows.iterator(chunk_size=10_000):
        found["context"].append(str(pk))
        found["slot"].append(slot_of(group, date, dining_type))
        found["item"].append(str(food))
        found["weekday"].append(date.weekday())
        found["group"].append(group)
    return found
