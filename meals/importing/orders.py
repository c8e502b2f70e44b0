"""Orders of a file or another database, as history: rows, counts and what members' models learn from them."""

import hashlib
from collections import Counter

from django.core.exceptions import ValidationError
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from meals.days import today
from meals.importing.cells import whole
from meals.models import GroupMembership, MakerDay, Menu, Order
from recommendations import bulk
from recommendations.domains import domains
from recommendations.importing import values
from recommendations.importing.events import items_for
from recommendations.importing.members import members_for
from recommendations.models import Event

COLUMNS = ("id", "user", "menu", "price", "status", "placed_by", "created_at", "rating")
REQUIRED = ("id", "user", "menu")
WRITE = 500
CANCELLED = ("cancelled", "canceled", "cancel", "refunded")


def import_orders(rows):
    """Make orders, or cancel known ones that are cancelled there. Users who are not known become placeholders.

    History is fact: an order that came from elsewhere raises a stock that is too small for it.

    Returns
    -------
    list : in order, (order, "created" | "updated" | "unchanged"), or the ValidationError that says why not.
    """
    if not rows:
        return []
    joined = Order.objects.select_for_update(of=("self",)).select_related("menu", "food")
    known = {order.external_id: order for order in joined.filter(external_id__in=[row["id"] for row in rows])}
    wanted = {row["menu"] for row in rows if row.get("menu")}
    menus = Menu.objects.select_related("food__maker", "group").in_bulk(wanted, field_name="external_id")
    users, _new = members_for({row["user"] for row in rows if row["id"] not in known})
    slots = _slots(users, menus)
    live = {key for key, order in known.items() if order.is_live}
    outcomes = []
    for row in rows:
        try:
            outcomes.append(_one(row, known.get(row["id"]), menus, users, slots))
        except values.BadValue as error:
            outcomes.append(ValidationError(str(error)))
    _write([outcome for outcome in outcomes if isinstance(outcome, tuple)], live)
    return outcomes


def _slots(users, menus):
    dates = {menu.date for menu in menus.values()}
    live = Order.objects.live().filter(user__in=users.values(), date__in=dates)
    return set(live.values_list("user_id", "date", "dining_type"))


def _one(row, order, menus, users, slots):
    cancelled = values.text(row.get("status"), "status").casefold() in CANCELLED
    rating = whole(row.get("rating"), "rating")
    if rating is not None and not 1 <= rating <= 5:
        raise values.BadValue(f"rating: {rating} is not a number from 1 to 5")
    if order is not None:
        if row["menu"] != order.menu.external_id:
            raise values.BadValue("menu: an order keeps its menu; cancel it there and make another")
        changed = (cancelled and order.is_live) or (rating is not None and rating != order.rating)
        if cancelled and order.is_live:
            _cancel(order, timezone.now())
            slots.discard((order.user_id, order.date, order.dining_type))  # for one that follows in its place
        order.rating = order.rating if rating is None else rating
        return order, "updated" if changed else "unchanged"
    menu = menus.get(row["menu"])
    if menu is None:
        raise values.BadValue(f"menu: there is no menu {row['menu'][:40]!r}; import the menus first")
    user, slot = users[row["user"]], None
    if not cancelled:
        slot = (user.pk, menu.date, menu.dining_type)
        if slot in slots:
            raise values.BadValue("the member has another order for that meal")
        slots.add(slot)
    price = whole(row.get("price"), "price")
    if price is not None and not 0 <= price <= 10_000_000:
        raise values.BadValue(f"price: {price} is not between 0 and 10,000,000")
    return _order(row, user, menu, menu.price if price is None else price, rating, cancelled), "created"


def _order(row, user, menu, price, rating, cancelled):
    created = row.get("created_at") or min(menu.closes_at, timezone.now())
    status = Order.Status.DELIVERED if menu.date < today() else Order.Status.PLACED
    auto = values.text(row.get("placed_by"), "placed_by").casefold() == "auto"
    order = Order(
        external_id=row["id"],
        user=user,
        menu=menu,
        food=menu.food,
        group=menu.group,
        date=menu.date,
        dining_type=menu.dining_type,
        price=price,
        subsidy=menu.group.subsidy(price),
        status=status,
        placed_by=Order.PlacedBy.AUTO if auto else Order.PlacedBy.SELF,
        created_at=created,
        rating=rating,
    )
    if cancelled:
        _cancel(order, max(created, min(menu.closes_at, timezone.now())))
    return order


def _cancel(order, at):
    order.status, order.reason, order.cancelled_at = Order.Status.CANCELLED, Order.Reason.MEMBER, at


def _write(outcomes, live):
    """`live`: external ids of the orders that were not cancelled before."""
    created = [order for order, done in outcomes if done == "created"]
    updated = [order for order, done in outcomes if done == "updated"]
    pairs = {(order.user_id, order.group_id) for order in created}
    GroupMembership.objects.bulk_create(
        [GroupMembership(user_id=user, group_id=group) for user, group in sorted(pairs)], ignore_conflicts=True
    )
    # Cancelled ones first: a new order may take their slot.
    Order.objects.bulk_update(updated, ["status", "reason", "cancelled_at", "rating"], batch_size=WRITE)
    Order.objects.bulk_create(created, batch_size=WRITE)
    _count([order for order in created if order.is_live], 1)
    _count([order for order in updated if order.external_id in live and not order.is_live], -1)
    _learn(created, updated)


def _count(orders, sign):
    for menu, number in Counter(order.menu_id for order in orders).items():
        total = F("ordered") + sign * number
        Menu.objects.filter(pk=menu).update(ordered=total, stock=Greatest(F("stock"), total))
    days = Counter((order.food.maker_id, order.date) for order in orders)
    for (maker, date), number in days.items():
        day, _created = MakerDay.objects.get_or_create(maker_id=maker, date=date, defaults={"capacity": number})
        total = F("ordered") + sign * number
        MakerDay.objects.filter(pk=day.pk).update(ordered=total, capacity=Greatest(F("capacity"), total))


def _learn(created, updated):
    domain = domains["meals"]
    orders = [*created, *updated]
    refs = items_for(domain, {order.food.external_id for order in orders if order.food.external_id})
    events = [event for order in orders for event in _events(order, refs)]
    keys = [event.client_key for event in events]
    known = set(Event.objects.filter(client_key__in=keys).values_list("user_id", "client_key")) if keys else set()
    fresh = [event for event in events if (event.user_id, event.client_key) not in known]
    bulk.record_many(domain, sorted(fresh, key=lambda event: event.occurred_at))


def _events(order, refs):
    if order.food.external_id not in refs:
        return
    facts = [("order", None, order.created_at)]
    if order.status == Order.Status.CANCELLED:
        facts.append(("cancel", None, order.cancelled_at))
    if order.rating is not None and order.rating != 3:
        facts.append(("like" if order.rating > 3 else "dislike", float(order.rating), timezone.now()))
    for verb, value, at in facts:
        # From what the row says and nothing else: the same row again gives the same key.
        key = hashlib.sha256(f"meals-order\x1f{order.external_id}\x1f{verb}".encode()).hexdigest()
        item_id, ref = refs[order.food.external_id]
        yield Event(
            user_id=order.user_id,
            domain="meals",
            item_id=item_id,
            revision_id=ref,
            verb=verb,
            value=value,
            context=str(order.menu_id),
            occurred_at=min(at, timezone.now()),
            client_key=key,
        )
