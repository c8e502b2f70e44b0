"""What staff change after members have ordered: consistent state, money as agreed, members told."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from meals import links, services
from meals.days import bounds, moment, today
from meals.models import Food, Group, Holiday, MakerDay, Menu, Order


def errors(function, **values):
    with pytest.raises(ValidationError) as caught:
        function(**values)
    error = caught.value
    return sorted(error.message_dict) if hasattr(error, "error_dict") else [error.code]


def test_a_withdrawn_menu_cancels_its_orders_and_tells_the_members(alice, bob, menu):
    for user in (alice, bob):
        services.order_place(user=user, menu=menu)
    assert services.menu_withdraw(menu=menu) == 2
    assert services.menu_withdraw(menu=menu) == 0
    menu.refresh_from_db()
    assert (menu.status, menu.ordered, MakerDay.objects.get().ordered) == ("withdrawn", 0, 0)
    assert set(Order.objects.values_list("status", "reason")) == {("cancelled", "withdrawn")}
    for user in (alice, bob):
        notice = user.notifications.get()
        assert notice.params == {"food": "김치찌개", "date": menu.date.isoformat()}
        assert "김치찌개" in notice.message


def test_orders_move_to_a_replacement_while_it_lasts_at_no_higher_price(alice, bob, menu, make_menu, make_food):
    dear = make_menu(make_food("갈비탕", price=15000), stock=1)
    services.order_place(user=alice, menu=menu)
    services.order_place(user=bob, menu=menu)
    assert services.menu_withdraw(menu=menu, replacement=dear) == 2
    moved = Order.objects.get(user=alice, status="placed")
    assert (moved.menu, moved.price, moved.own_share) == (dear, 9000, 0)
    assert not Order.objects.live().filter(user=bob).exists()
    assert [alice.notifications.get().kind, bob.notifications.get().kind] == ["meal-moved", "meal-withdrawn"]
    dear.refresh_from_db()
    assert (dear.ordered, MakerDay.objects.get().ordered) == (1, 1)


def test_a_replacement_is_of_the_same_slot(menu, make_menu, make_food):
    dinner = make_menu(make_food("국밥"), dining_type="dinner")
    assert errors(services.menu_withdraw, menu=menu, replacement=dinner) == ["replacement"]
    assert errors(services.menu_withdraw, menu=menu, replacement=menu) == ["replacement"]
    Menu.objects.filter(pk=menu.pk).update(date=today() - dt.timedelta(days=1))
    menu.refresh_from_db()
    assert errors(services.menu_withdraw, menu=menu) == ["over"]


def test_a_maker_that_closes_after_orders_were_placed(alice, bob, charlie, maker, menu, make_menu, public, tomorrow):
    later = make_menu(date=tomorrow + dt.timedelta(days=1))
    here, _ = services.order_place(user=alice, menu=menu)
    there, _ = services.order_place(user=charlie, menu=make_menu(group=public))
    kept, _ = services.order_place(user=alice, menu=later)
    assert services.maker_close(maker=maker, day=tomorrow + dt.timedelta(days=1)) == 1
    for order, state in ((here, "placed"), (there, "placed"), (kept, "cancelled")):
        order.refresh_from_db()
        assert order.status == state
    assert services.maker_close(maker=maker) == 2
    assert {order.reason for order in Order.objects.all()} == {"maker_closed"}
    assert charlie.notifications.get().kind == "meal-maker_closed"
    assert not bob.notifications.exists()
    assert errors(
        services.menu_create, group=menu.group, food=Food.objects.get(), date=tomorrow, dining_type="dinner", stock=5
    ) == ["food"]


def test_days_off_of_one_group_and_of_all(alice, charlie, menu, make_menu, public, company, tomorrow):
    services.order_place(user=alice, menu=menu)
    shown = make_menu(group=public)
    services.order_place(user=charlie, menu=shown)
    services.holiday_add(date=tomorrow, group=company, name="창립기념일")
    assert [order.user for order in Order.objects.live()] == [charlie]
    services.holiday_add(date=tomorrow)
    assert not Order.objects.live().exists()
    assert services.holiday_add(date=tomorrow)[1] is False
    assert Holiday.objects.count() == 2


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"date": -1}, ["date"]),
        ({"date": 400}, ["date"]),
        ({"price": -1}, ["price"]),
        ({"stock": -1}, ["stock"]),
        ({"stock": 1.5}, ["stock"]),
        ({"dining_type": "brunch"}, ["dining_type"]),
        ({"stock": -1, "price": "free"}, ["price", "stock"]),
    ],
    ids=["past", "far", "price", "stock", "part", "meal", "two"],
)
def test_bad_menus(company, food, tomorrow, values, fields):
    good = {"group": company, "food": food, "date": tomorrow, "dining_type": "lunch", "stock": 5}
    if "date" in values:
        values = {"date": today() + dt.timedelta(days=values["date"])}
    assert errors(services.menu_create, **{**good, **values}) == fields
    assert not Menu.objects.exists()


def test_menus_need_a_day_a_meal_and_a_maker_that_delivers(company, food, tomorrow, make_menu):
    good = {"group": company, "food": food, "date": tomorrow, "dining_type": "lunch", "stock": 5}
    company.service_days = [day for day in range(7) if day != tomorrow.weekday()]
    assert errors(services.menu_create, **good) == ["date"]
    company.service_days, company.lunch_cutoff = list(range(7)), None
    assert errors(services.menu_create, **good) == ["dining_type"]
    company.lunch_cutoff = dt.time(9)
    food.maker.groups.clear()
    assert errors(services.menu_create, **good) == ["food"]
    food.maker.groups.add(company)
    services.menu_create(**good)
    assert errors(services.menu_create, **good) == ["food"]
    Holiday.objects.create(date=tomorrow + dt.timedelta(days=1), name="휴일")
    assert errors(services.menu_create, **{**good, "date": tomorrow + dt.timedelta(days=1)}) == ["date"]


def test_menus_of_the_past_stay_as_they_were(menu):
    Menu.objects.filter(pk=menu.pk).update(date=today() - dt.timedelta(days=1))
    assert errors(services.menu_edit, menu=menu, price=1) == ["date"]


def test_a_new_cutoff_moves_the_menus_to_come(company, menu):
    company.lunch_cutoff, company.cutoff_days_before = dt.time(18), 1
    company.save()
    assert services.refresh_cutoffs(company) == 1
    menu.refresh_from_db()
    assert menu.closes_at == moment(menu.date - dt.timedelta(days=1), dt.time(18))


def test_days_are_those_of_seoul():
    """15:00 UTC is midnight in Seoul; in the summers of 1987 and 1988 its clocks were an hour ahead."""
    day = dt.date(2026, 5, 1)
    assert bounds(day) == (dt.datetime(2026, 4, 30, 15, tzinfo=dt.UTC), dt.datetime(2026, 5, 1, 15, tzinfo=dt.UTC))
    assert today(dt.datetime(2026, 4, 30, 14, 59, 59, tzinfo=dt.UTC)) == dt.date(2026, 4, 30)
    assert today(dt.datetime(2026, 4, 30, 15, tzinfo=dt.UTC)) == day
    assert moment(dt.date(1988, 7, 1), dt.time(10)) == dt.datetime(1988, 7, 1, 0, tzinfo=dt.UTC)
    assert moment(day, dt.time(10)) == dt.datetime(2026, 5, 1, 1, tzinfo=dt.UTC)
    start, end = bounds(dt.date(1988, 5, 8))  # the clocks went forward
    assert end - start == dt.timedelta(hours=23)


def test_cutoffs_are_kept_in_utc_and_shown_in_seoul(company):
    closes = company.closes_at(dt.date(2026, 1, 1), "lunch")
    assert closes == dt.datetime(2026, 1, 1, 1, tzinfo=dt.UTC)
    assert timezone.localtime(closes).isoformat() == "2026-01-01T10:00:00+09:00"
    company.lunch_cutoff = dt.time(0, 30)  # before midnight in UTC, the day before
    assert company.closes_at(dt.date(2026, 1, 1), "lunch") == dt.datetime(2025, 12, 31, 15, 30, tzinfo=dt.UTC)


def test_menus_written_in_bulk_know_their_cutoff(company, food, tomorrow):
    Menu.objects.bulk_create([Menu(group=company, food=food, date=tomorrow, dining_type="dinner", price=1, stock=1)])
    assert Menu.objects.get().closes_at == company.closes_at(tomorrow, "dinner")
    assert Group.objects.served(None).get().is_public


def test_links_stand_for_one_order(alice, menu):
    order, _ = services.order_place(user=alice, menu=menu)
    text = links.token(order)
    assert links.order_of(text) == order
    assert [links.order_of(bad) for bad in ("", "x", text[:-1], text + "x", "\x00")] == [None] * 5
    order.delete()
    assert links.order_of(text) is None
