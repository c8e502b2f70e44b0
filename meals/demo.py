"""Loads the synthetic demo set of meals (fixtures/README.md) in bulk: companies, restaurants, menus, orders and models."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable

from accounts.models import User
from fixtures.load import raw
from fixtures.meals import orders, world
from meals import days
from meals.models import (
    AutoOrder,
    DiningType,
    Food,
    FoodLike,
    FoodType,
    Group,
    GroupMembership,
    Maker,
    Menu,
    Order,
)
from recommendations.bulk import record_many, refs_of
from recommendations.domains import domains
from recommendations.models import Event
from recommendations.publishing import publish_all

MARK = "demo-"
BATCH = 2000
SPARE, STOCK = 30, 60  # meals left of a past menu, and on an upcoming one
AUTOMATIC = 7  # each seventh member has meals ordered automatically
Say = Callable[[str], None]


def is_loaded() -> bool:
    return Food.objects.filter(external_id=f"{MARK}1").exists()


def load_all(say: Say) -> None:
    """Write everything; the caller opens the transaction. Days count from today; some members are those of the activities."""
    histories = orders.Histories(days.today())
    groups = _groups()
    foods = _foods(groups)
    users = _members(groups, histories)
    acts = list(histories.acts())
    menus = _menus(histories, groups, foods, acts)
    say(f"{len(groups)} companies, {len(foods)} foods, {len(menus)} dishes on menus")
    publish_all(domains["meals"])
    rows = _orders(acts, users, menus)
    events = _events(acts, users, menus)
    record_many(domains["meals"], events)
    say(f"{len(rows)} orders, {len(events)} events on meals of {len(users)} members")


def _groups() -> list[Group]:
    rows = []
    for number, (name, address, public, dinner, service, budget) in enumerate(world.GROUPS, 1):
        rows.append(
            Group(
                external_id=f"{MARK}{number}",
                name=name,
                address=address,
                is_public=public,
                service_days=list(service),
                dinner_cutoff=dt.time(16) if dinner else None,
                budget=budget,
            )
        )
    return Group.objects.bulk_create(rows)


def _foods(groups: list[Group]) -> list[Food]:
    kinds = {}
    for order, (slug, (ko, en)) in enumerate(world.TYPES.items(), 1):
        kinds[slug], _created = FoodType.objects.get_or_create(
            slug=slug, defaults={"name_ko": ko, "name_en": en, "order": order}
        )
    makers = Maker.objects.bulk_create(
        Maker(
            external_id=f"{MARK}{number}",
            name=house.name,
            description=house.description,
            address=house.address,
            capacity=150,
        )
        for number, house in enumerate(world.makers(), 1)
    )
    through = Maker.groups.through
    through.objects.bulk_create(through(maker=maker, group=group) for maker in makers for group in groups)
    created = days.moment(days.today() - dt.timedelta(days=orders.DAYS + 10), dt.time(9))
    return Food.objects.bulk_create(
        Food(
            external_id=f"{MARK}{number}",
            maker=makers[food.maker],
            name=food.name,
            name_en=food.name_en,
            description=food.description,
            food_type=kinds[food.dish.kind],
            tags=list(food.dish.tags),
            allergens=list(food.dish.allergens),
            price=food.price,
            spiciness=food.dish.spiciness,
            calories=food.dish.calories,
            created_at=created + dt.timedelta(minutes=number),
        )
        for number, food in enumerate(world.foods(), 1)
    )


def _members(groups: list[Group], histories: orders.Histories) -> list[User]:
    """The members of the activities' demo, and as many more as are missing; who logs in belongs to the public company."""
    names = [row["nickname"] for row in raw("members")]
    known = {user.nickname: user for user in User.objects.filter(nickname__in=names)}
    users = [known[name] for name in names if name in known][: world.MEMBERS]
    more = [
        User(
            email=f"lunch{number:03}@example.com",
            nickname=f"점심회원{number}",
            date_joined=days.moment(days.today(), dt.time()),
        )
        for number in range(1, world.MEMBERS - len(users) + 1)
    ]
    for user in more:
        user.set_unusable_password()
    users += User.objects.bulk_create(more)
    joined = [days.moment(days.today() + dt.timedelta(days=int(day)), dt.time(9)) for day in histories.joined]
    GroupMembership.objects.bulk_create(
        GroupMembership(group=groups[group], user=user, joined_at=at)
        for user, group, at in zip(users, histories.tastes.group.tolist(), joined, strict=True)
    )
    AutoOrder.objects.bulk_create(
        AutoOrder(user=user, dining_type=DiningType.LUNCH, enabled=True, exclude_allergens=["peanut"] * (n % 2))
        for n, user in enumerate(users[AUTOMATIC::AUTOMATIC])
    )
    return users


def _menus(histories, groups, foods, acts) -> dict[tuple[int, int], Menu]:
    """(offer's number, food's number) → menu, with as many ordered as there are orders that were not cancelled."""
    today = histories.today
    taken = Counter((act.offer, act.food) for act in acts if act.order and not act.cancelled)
    found = {}
    for number, offer in enumerate(histories.offers):
        group, date = groups[offer.group], today + dt.timedelta(days=offer.day)
        for food in offer.foods:
            ordered = taken[number, food]
            found[number, food] = Menu(
                group=group,
                date=date,
                dining_type=offer.kind,
                food=foods[food],
                price=foods[food].price,
                stock=ordered + SPARE if offer.day < 0 else STOCK,
                ordered=ordered,
                closes_at=group.closes_at(date, offer.kind),
            )
    Menu.objects.bulk_create(found.values(), batch_size=BATCH)
    return found


def _moment(today: dt.date, second: int) -> dt.datetime:
    return days.moment(today, dt.time()) + dt.timedelta(seconds=second)


def _orders(acts, users, menus) -> list[Order]:
    today, rows, stars = days.today(), [], {(a.member, a.offer): a for a in acts if a.stars}
    for act in acts:
        if not act.order:
            continue
        menu, at, rated = menus[act.offer, act.food], _moment(today, act.second), stars.get((act.member, act.offer))
        cancelled = Order.Status.CANCELLED if act.cancelled else Order.Status.DELIVERED
        rows.append(
            Order(
                user=users[act.member],
                menu=menu,
                group=menu.group,
                food=menu.food,
                date=menu.date,
                dining_type=menu.dining_type,
                price=menu.price,
                subsidy=menu.group.subsidy(menu.price),
                status=cancelled,
                created_at=at,
                cancelled_at=at + dt.timedelta(minutes=5) if act.cancelled else None,
                reason=Order.Reason.MEMBER if act.cancelled else "",
                rating=rated.stars if rated else None,
                rated_at=_moment(today, rated.second) if rated else None,
            )
        )
    return Order.objects.bulk_create(rows, batch_size=BATCH)


def _events(acts, users, menus) -> list[Event]:
    """What the site records: a good rating is a like, once for each dish; a bad one a dislike."""
    domain, today = domains["meals"], days.today()
    refs = refs_of(domain, {str(menu.food_id) for menu in menus.values()})
    liked: dict[tuple[int, int], FoodLike] = {}
    found = []
    for act in sorted(acts, key=lambda act: act.second):
        menu, verb = menus[act.offer, act.food], act.verb
        user, at = users[act.member], _moment(today, act.second)
        if verb == "rate":
            verb = "like" if act.stars >= 4 else "dislike" if act.stars <= 2 else ""
        if not verb or (verb == "like" and (act.member, act.food) in liked):
            continue
        if verb == "like":
            liked[act.member, act.food] = FoodLike(food=menu.food, user=user, created_at=at)
        item = str(menu.food_id)
        fields = {"item_id": item, "revision_id": refs[item], "verb": verb, "occurred_at": at}
        value = float(act.stars) if act.stars else None
        found.append(Event(user=user, domain=domain.name, context=str(menu.pk), value=value, **fields))
    FoodLike.objects.bulk_create(liked.values(), batch_size=BATCH)
    likes = Counter(like.food_id for like in liked.values())
    foods = list({menu.food_id: menu.food for menu in menus.values()}.values())
    for food in foods:
        food.like_count = likes[food.pk]
    Food.objects.bulk_update(foods, ["like_count"])
    return found
