"""Lunch: automatic orders for all members before the cutoff, and one member's way from an order to the next ranking."""

from __future__ import annotations

import datetime as dt
import time

import numpy as np

from benchmarks.timing import p50, p95, show, side_by_side, verdict

MEMBERS = (600, 10_000)
GROUPS, MAKERS, FOODS, ON_MENU, EVENTS = 4, 25, 250, 20, 100
#: those of a smoke test; a full run trains all of the domain
FAMILIES = ("naive_bayes", "item_item", "popularity", "content")
SECONDS = 60


def main(size: int, *, quick: bool = False) -> None:
    from django.conf import settings
    from django.core.management import call_command

    from meals.days import today
    from recommendations.domains import domains

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"  # the letters are written, not sent
    call_command("migrate", verbosity=0)
    day = today() + dt.timedelta(days=1)
    kitchen(day)
    train(FAMILIES if quick else domains["meals"].families)
    rows = [automatic(count, day, n) for n, count in enumerate((30, 60) if quick else MEMBERS)]
    show(
        f"Automatic orders: members with models of {EVENTS} events each, {ON_MENU} menus a group (target: 10,000 in {SECONDS} s)",
        "members|plan and rank, s|all, s|members per second|ordered|target",
        rows,
    )
    taken = side_by_side(one_order(day), 5 if quick else 50)
    show(
        "One member: an order, learned, and the ranking after it",
        "what|p50, ms|p95, ms",
        [[name, p50(times), p95(times)] for name, times in taken.items()],
    )


def kitchen(day: dt.date) -> None:
    """Groups, makers, foods and the menus of one lunch."""
    from meals.models import Food, FoodType, Group, Maker, Menu
    from recommendations.services import publish

    rng = np.random.default_rng(7)
    types = [FoodType.objects.create(slug=f"type{n}", name_ko=f"종류 {n}", order=n) for n in range(10)]
    every = list(range(7))
    groups = [Group.objects.create(name=f"회사 {n}", service_days=every, is_public=n == 0) for n in range(GROUPS)]
    makers = [Maker.objects.create(name=f"식당 {n}", capacity=100_000) for n in range(MAKERS)]
    for maker in makers:
        maker.groups.set(groups)
    foods = [
        Food(
            maker=makers[n % MAKERS],
            food_type=types[rng.integers(10)],
            name=f"음식 {n}",
            description=" ".join(f"맛{word}" for word in rng.integers(0, 300, 12)),
            price=int(rng.integers(60, 150) * 100),
        )
        for n in range(FOODS)
    ]
    Food.objects.bulk_create(foods)
    publish("meals", foods)
    for group in groups:
        for n in rng.choice(FOODS, ON_MENU, replace=False):
            food = foods[n]
            Menu.objects.create(group=group, food=food, date=day, dining_type="lunch", price=food.price, stock=100_000)


def train(families) -> None:
    """Bases from 6,000 orders of 200 members off 60 menus of a day."""
    from ml import registry, training
    from ml.families.items import TrainingData
    from ml.families.verbs import code
    from recommendations import catalogue

    rng, n, days = np.random.default_rng(8), 6000, 60
    snapshot = catalogue.current("meals")
    items = [snapshot.item(position) for position in range(len(snapshot))]
    menus = np.array([rng.choice(len(items), ON_MENU, replace=False) for _day in range(days)])
    day = np.sort(rng.integers(0, days, n))
    place = (rng.beta(1, 3, n) * ON_MENU).astype(int)
    offers = {
        "context": [f"{d}-{p}" for d in range(days) for p in range(ON_MENU)],
        "slot": [d for d in range(days) for _p in range(ON_MENU)],
        "item": [items[food].id for food in menus.ravel()],
        "weekday": [d % 7 for d in range(days) for _p in range(ON_MENU)],
    }
    data = TrainingData(
        items,
        rng.integers(0, 200, n).astype(np.int32),
        menus[day, place].astype(np.int32),
        np.full(n, 5.0, np.float32),
        time.time() - (days - day) * 86_400.0,
        verb=np.full(n, code("order"), np.int16),
        context=np.array([f"{d}-{p}" for d, p in zip(day, place, strict=True)], object),
        extra={"offers": offers},
    )
    for family in families:
        registry.promote(training.train("meals", family, data))


def members(count: int) -> list:
    """New members who opted in, each with a model of `EVENTS` orders, written in bulk and without a log of its own."""
    from accounts.models import User
    from meals.models import AutoOrder, Group, GroupMembership
    from ml.families.history import History, fixed
    from ml.families.trace import Trace
    from ml.families.verbs import code
    from ml.store import stores
    from recommendations import catalogue, personal

    rng = np.random.default_rng(9)
    snapshot = catalogue.current("meals")
    refs = np.array([snapshot.item(position).ref for position in range(len(snapshot))])
    mark = User.objects.count()
    users = [
        User(email=f"lunch{mark + k}@moa.example", nickname=f"lunch{mark + k}", password="!") for k in range(count)
    ]
    User.objects.bulk_create(users, batch_size=1000)
    groups = list(Group.objects.order_by("pk"))
    GroupMembership.objects.bulk_create(
        [GroupMembership(user=user, group=groups[user.pk % GROUPS]) for user in users], batch_size=1000
    )
    AutoOrder.objects.bulk_create([AutoOrder(user=user, dining_type="lunch", enabled=True) for user in users])
    now = int(time.time())
    for user in users:
        history, trace = History(), Trace()
        for ref in rng.choice(refs, EVENTS):
            history.add(int(ref), fixed(5))
            trace.add(now - int(rng.integers(86_400, 100 * 86_400)), int(ref), code("order"), fixed(5))
        state = personal.new_state("meals")
        state |= {"sequence": EVENTS, "events": EVENTS, "delta": {"history": history.pack(), "trace": trace.pack()}}
        stores["default"].put(personal.key(user.pk, "meals"), state)
    return users


def automatic(count: int, day: dt.date, turn: int) -> list:
    from meals.auto import auto_order
    from meals.models import AutoOrder

    AutoOrder.objects.all().delete()
    members(count)
    start = time.perf_counter()
    planned = auto_order(day, "lunch", dry_run=True)
    ranked = time.perf_counter() - start
    start = time.perf_counter()
    done = auto_order(day, "lunch")
    whole = time.perf_counter() - start
    assert planned.counts == done.counts == {"ordered": count, "skipped": 0}
    reached = verdict(whole < SECONDS) if count == MEMBERS[-1] else "—"
    return [count, ranked, whole, count / whole, len(done.ordered), reached]


def one_order(day: dt.date) -> dict:
    """Tasks: order and cancel a meal; rank the day's menus; both after one another, as a request does."""
    from meals import services
    from meals.models import GroupMembership, Menu
    from recommendations import selectors

    [user] = members(1)
    menu = Menu.objects.filter(date=day, group__in=GroupMembership.objects.filter(user=user).values("group")).first()

    def order() -> None:
        placed, _new = services.order_place(user=user, menu=menu)
        services.order_cancel(user=user, order=placed)

    def rank() -> None:
        assert selectors.feed("meals", "for-you", user=user, n=8).items

    def both() -> None:
        order()
        rank()

    return {"order and cancel": order, "ranking": rank, "order, cancel, ranking": both}
