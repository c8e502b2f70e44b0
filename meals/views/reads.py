"""What the pages of meals show: the menu of one meal as the own model ranks it, a food's next days, orders."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Avg, Count, Max, Q, Sum
from django.utils import timezone
from django.utils.functional import cached_property

from meals.days import today
from meals.models import AutoOrder, DiningType, Food, FoodLike, Group, Holiday, Menu, Order
from meals.views.common import DOMAIN
from recommendations import selectors as recommendations

#: So many days are offered for choice, and as many menus of a food.
DAYS = 14
OFFERS = 10
#: More than any menu has dishes.
MOST = 200
TAGS_SHOWN = 60
SHELVES = ("for-you", "discover", "again", "popular", "healthy", "budget")


@dataclass(frozen=True)
class Slot:
    """One meal of one day of a group."""

    date: dt.date
    dining_type: str
    closes_at: dt.datetime

    @property
    def is_open(self):
        return timezone.now() < self.closes_at

    @property
    def label(self):
        return DiningType(self.dining_type).label

    @property
    def key(self):
        return (self.date, self.dining_type)

    @property
    def query(self):
        return f"date={self.date:%Y-%m-%d}&dining_type={self.dining_type}"


@dataclass
class Entry:
    """One menu as the page shows it to one reader."""

    menu: Menu
    order: Any = None
    reasons: list[str] = field(default_factory=list)
    liked: bool = False
    avoided: list[str] = field(default_factory=list)
    best: bool = False

    @property
    def food(self):
        return self.menu.food

    @cached_property
    def state(self):
        return self.menu.state()

    @property
    def is_ordered(self):
        return self.order is not None and self.order.menu_id == self.menu.pk

    @property
    def share(self):
        """What the member pays, in won."""
        price = self.menu.price
        return self.order.own_share if self.is_ordered else price - self.menu.group.subsidy(price)

    @property
    def can_order(self):
        return self.state == "open" and not self.is_ordered


def slots(group):
    """The meals of the next days that have menus, in order."""
    first = today()
    rows = Menu.objects.filter(group=group, status="offered", date__range=(first, first + dt.timedelta(days=DAYS)))
    found = rows.values_list("date", "dining_type").annotate(closes=Max("closes_at")).order_by("date", "-dining_type")
    return [Slot(*row) for row in found]


def choose(all_slots, date=None, dining_type=None):
    """The slot that was asked for, or the next that can be ordered; None where there is none."""
    fitting = [
        slot
        for slot in all_slots
        if (date is None or slot.date == date) and (not dining_type or slot.dining_type == dining_type)
    ]
    return next((slot for slot in fitting if slot.is_open), fitting[-1] if fitting else None)


def avoided_allergens(user):
    """The allergens that a member told automatic orders to avoid."""
    if user is None:
        return set()
    return {code for row in AutoOrder.objects.filter(user=user) for code in row.exclude_allergens}


def standing_order(user, slot):
    """The member's live order of a slot."""
    if user is None:
        return None
    rows = Order.objects.live().filter(user=user, date=slot.date, dining_type=slot.dining_type)
    return rows.select_related("menu", "food__maker").first()


def entries(who, group, slot, order=None):
    """The menus of a slot: what is ordered first, then as the own model ranks them, then what cannot be had.

    Returns the entries and the recommendation's id ("" where nothing was ranked).
    """
    menus = Menu.objects.for_cards().filter(group=group, date=slot.date, dining_type=slot.dining_type)
    menus = [menu for menu in menus if menu.status == "offered" or (order and order.menu_id == menu.pk)]
    rank, reasons, token = _ranked(who, slot) if slot.is_open else ({}, {}, "")
    user = who["user"]
    liked = _liked(user, menus)
    avoided = avoided_allergens(user)
    found = [
        Entry(
            menu,
            order,
            reasons.get(menu.food_id, []),
            menu.food_id in liked,
            [code for code in menu.food.allergens if code in avoided],
        )
        for menu in menus
    ]
    found.sort(key=lambda entry: (not entry.is_ordered, entry.state != "open", rank.get(entry.menu.food_id, MOST)))
    first = next((entry for entry in found if entry.state == "open"), None)
    if first is not None and order is None and rank and user is not None:
        first.best = True
    return found, token


def _ranked(who, slot):
    options = {"date": slot.date.isoformat(), "dining_type": slot.dining_type}
    result = recommendations.feed(DOMAIN, "today", n=MOST, options=options, **who)
    ids = [int(ranked.id) for ranked in result.items]
    reasons = {int(ranked.id): [str(reason) for reason in ranked.reasons] for ranked in result.items}
    return {pk: place for place, pk in enumerate(ids)}, reasons, result.recommendation_id


def _liked(user, menus):
    if user is None:
        return set()
    foods = [menu.food_id for menu in menus]
    return set(FoodLike.objects.filter(user=user, food__in=foods).values_list("food_id", flat=True))


def offers(user, foods):
    """The next menus of foods for a reader's groups, with the order that stands in each slot, as entries."""
    groups = Group.objects.served(user).values("pk")
    rows = Menu.objects.for_cards().filter(
        group__in=groups, food__in=foods, status="offered", closes_at__gt=timezone.now()
    )
    menus = list(rows.order_by("date", "-dining_type", "pk")[: OFFERS * max(1, len(foods))])
    standing = {}
    if user is not None and menus:
        days = {menu.date for menu in menus}
        live = Order.objects.live().filter(user=user, date__in=days)
        standing = {(order.date, order.dining_type): order for order in live}
    return [Entry(menu, standing.get((menu.date, menu.dining_type))) for menu in menus]


@dataclass(frozen=True)
class Ratings:
    """What members gave a food: how many, the mean, and (stars, how many) from five to one."""

    count: int
    mean: float | None
    stars: list[tuple[int, int]]


def ratings(food):
    rows = Order.objects.filter(food=food, rating__isnull=False).order_by().values_list("rating")
    counts = Counter(dict(rows.annotate(n=Count("pk"))))
    total = sum(counts.values())
    mean = sum(stars * n for stars, n in counts.items()) / total if total else None
    return Ratings(total, mean, [(stars, counts[stars]) for stars in range(5, 0, -1)])


def common_tags():
    """The tags that most foods have, the commonest first."""
    lists = Food.objects.filter(is_active=True).order_by().values_list("tags", flat=True)
    counts = Counter(tag for tags in lists for tag in tags)
    return [tag for tag, _n in counts.most_common(TAGS_SHOWN)]


def own_orders(user):
    return Order.objects.filter(user=user).for_cards()


def month_figures(user):
    """How many meals the member ordered this month, what they pay of them, and the mean of their ratings so far."""
    first = today().replace(day=1)
    month = Q(date__gte=first, date__lte=today()) & ~Q(status="cancelled")
    figures = Order.objects.filter(user=user).aggregate(
        meals=Count("pk", filter=month),
        price=Sum("price", filter=month, default=0),
        subsidy=Sum("subsidy", filter=month, default=0),
        rating=Avg("rating"),
    )
    return {**figures, "own": figures["price"] - figures["subsidy"]}


def holidays(group):
    """The next days without meals of a group."""
    rows = Holiday.objects.filter(Q(group=group) | Q(group=None), date__gte=today())
    return list(rows.order_by("date")[:OFFERS])
