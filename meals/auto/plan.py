"""Who is to get which menus at most: everything that is known before any model is asked."""

from collections import defaultdict
from dataclasses import dataclass, field

from meals.models import AutoOrder, AutoOrderResult, GroupMembership, Menu, Order

Reason = AutoOrderResult.Reason
#: Cancellations that the site made: the member still wants a meal.
BY_SITE = (Order.Reason.WITHDRAWN, Order.Reason.MAKER_CLOSED)


@dataclass
class Wish:
    """One opted-in member: what they allow, and either the menus they may get (food id → menus) or why none."""

    settings: AutoOrder
    reason: str = ""
    menus: dict[str, list[Menu]] = field(default_factory=dict)
    group: int = 0

    @property
    def user(self):
        return self.settings.user


@dataclass
class Day:
    """What is offered for one meal of one day, by group, and what of it can be ordered."""

    menus: dict[int, list[Menu]]
    open: dict[int, list[Menu]]

    @classmethod
    def load(cls, date, dining_type, now):
        menus, orderable = defaultdict(list), defaultdict(list)
        offered = Menu.objects.for_cards().filter(date=date, dining_type=dining_type, status=Menu.Status.OFFERED)
        for menu in offered.order_by("pk"):
            menus[menu.group_id].append(menu)
            if menu.state(now) == "open":
                orderable[menu.group_id].append(menu)
        return cls(menus, orderable)

    def why_none(self, groups, now):
        """Why a member of these groups can be served nothing at all; empty where they can."""
        if not groups:
            return Reason.NO_GROUP
        if any(self.open.get(group) for group in groups):
            return ""
        menus = [menu for group in groups for menu in self.menus.get(group, ())]
        if not menus:
            return Reason.NO_MENU
        return Reason.CLOSED if all(now >= menu.closes_at for menu in menus) else Reason.SOLD_OUT


def wishes(date, dining_type, now, only=None):
    """A `Wish` for every opted-in member; `only`: keys of groups, whose members alone are looked at."""
    day = Day.load(date, dining_type, now)
    groups = _groups(dining_type, only)
    standing, cancelled = _orders(date, dining_type)
    rows = AutoOrder.objects.filter(dining_type=dining_type, enabled=True, user__is_active=True)
    if only is not None:
        rows = rows.filter(user__meal_memberships__group__in=only).distinct()
    found = []
    for row in rows.select_related("user").order_by("user_id").iterator(chunk_size=2000):
        own = groups.get(row.user_id, ())
        wish = Wish(row, group=own[0] if own else 0)
        if row.user_id in standing:
            wish.reason = Reason.HAS_ORDER
        elif row.user_id in cancelled:
            wish.reason = Reason.CANCELLED
        elif date.weekday() in row.weekdays_off or date.isoformat() in row.days_off:
            wish.reason = Reason.DAY_OFF
        else:
            wish.reason = day.why_none(own, now) or _allow(
                wish, [menu for group in own for menu in day.open.get(group, ())]
            )
        found.append(wish)
    return found


def _allow(wish, menus):
    """Give the wish the menus within its limits; the reason where there are none."""
    for menu in menus:
        if within(wish.settings, menu):
            wish.menus.setdefault(str(menu.food_id), []).append(menu)
    return "" if wish.menus else Reason.LIMITS


def within(settings, menu):
    """Whether a menu keeps to a member's limits. Without a highest price of their own it is what the company pays."""
    limit = menu.group.budget if settings.max_price is None else settings.max_price
    return (
        (limit is None or menu.price <= limit)
        and not set(settings.exclude_allergens) & set(menu.food.allergens)
        and not set(settings.exclude_types) & set(menu.food.types)
    )


def _groups(dining_type, only=None):
    """Member → the active groups that they belong to, the one they joined first first."""
    found = defaultdict(list)
    rows = GroupMembership.objects.filter(
        group__is_active=True, user__auto_orders__dining_type=dining_type, user__auto_orders__enabled=True
    )
    if only is not None:
        rows = rows.filter(group__in=only)
    for user_id, group_id in rows.order_by("joined_at", "pk").values_list("user_id", "group_id"):
        found[user_id].append(group_id)
    return found


def _orders(date, dining_type):
    """Members with a live order for the slot, and those who cancelled one and have none."""
    rows = Order.objects.filter(date=date, dining_type=dining_type).order_by()
    standing, cancelled = set(), set()
    for user_id, status, reason in rows.values_list("user_id", "status", "reason"):
        if status != Order.Status.CANCELLED:
            standing.add(user_id)
        elif reason not in BY_SITE:
            cancelled.add(user_id)
    return standing, cancelled
