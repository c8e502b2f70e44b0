"""Planning in the admin: the page of a day, stocks and prices on it, withdrawing, adding several foods, copying a week."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from meals import services
from meals.days import today
from meals.models import Holiday, Menu, Order

COPY = "/admin/meals/menu/copy/"
DAY = "/admin/meals/menu/day/"


@pytest.fixture
def boss(client, staff):
    client.force_login(staff)
    return client


def texts(response):
    return " ".join(str(message) for message in response.context["messages"])


def test_the_day_shows_its_menus_by_meal_and_group(boss, menu, other_menu, company, public, alice):
    services.order_place(user=alice, menu=menu)
    page = boss.get(f"{DAY}?date={menu.date}")
    assert [(name, len(rows), ordered) for _meal, name, rows, ordered in page.context["slots"]] == [
        (company.name, 2, 1)
    ]
    assert boss.get(f"{DAY}?date={menu.date}&group={public.pk}").context["slots"] == []


def test_stock_price_and_withdrawal_in_one_form(boss, menu, other_menu, alice):
    services.order_place(user=alice, menu=other_menu)
    data = {f"stock-{menu.pk}": 33, f"price-{menu.pk}": 8500, f"withdraw-{other_menu.pk}": "on"}
    page = boss.post(f"{DAY}?date={menu.date}", data, follow=True)
    menu.refresh_from_db(), other_menu.refresh_from_db()
    assert (menu.stock, menu.price, other_menu.status) == (33, 8500, "withdrawn")
    assert Order.objects.get().reason == "withdrawn"
    assert alice.notifications.count() == 1
    assert "취소하고 알린 주문: 1건" in texts(page)


@pytest.mark.parametrize(("name", "value"), [("stock", "0"), ("stock", "-3"), ("price", "-1"), ("price", "x")])
def test_what_is_refused_is_said_beside_the_menu_and_kept_in_the_form(boss, menu, alice, name, value):
    services.order_place(user=alice, menu=menu)
    page = boss.post(f"{DAY}?date={menu.date}", {f"{name}-{menu.pk}": value})
    row = page.context["slots"][0][2][0]
    assert (page.status_code, getattr(row, f"shown_{name}")) == (400, value)
    assert row.error
    menu.refresh_from_db()
    assert (menu.stock, menu.price) == (10, 9000)


def test_adding_several_foods_makes_those_that_can_be(boss, company, make_food, menu, tomorrow):
    new, known = make_food("갈비탕", price=13000), menu.food
    data = {
        "add": 1,
        "group": company.pk,
        "dining_type": "lunch",
        "foods": [new.pk, known.pk],
        "stock": 20,
        "price": "",
    }
    page = boss.post(f"{DAY}?date={tomorrow}", data)
    assert page.status_code == 400
    assert "김치찌개" in page.context["form"].errors["foods"][0]
    assert Menu.objects.values_list("price", "stock").get(food=new) == (13000, 20)


def test_a_day_that_is_over_offers_nothing_to_change(boss, menu, tomorrow):
    past = today() - dt.timedelta(days=1)
    Menu.objects.filter(pk=menu.pk).update(date=past)
    page = boss.get(f"{DAY}?date={past}")
    assert (page.context["may_add"], page.context["may_change"]) == (False, False)
    assert boss.post(f"{DAY}?date={past}", {f"stock-{menu.pk}": 99}).status_code == 400


def test_copying_a_week(boss, menu, other_menu, company, public, make_menu):
    make_menu(group=public)
    week = dt.timedelta(days=7)
    data = {"source": menu.date, "target": menu.date + week, "group": company.pk}
    page = boss.post(COPY, data, follow=True)
    copied = Menu.objects.filter(date=menu.date + week)
    assert {(row.group, row.food, row.stock, row.price, row.ordered) for row in copied} == {
        (company, one.food, one.stock, one.price, 0) for one in (menu, other_menu)
    }
    assert "2" in texts(page)
    boss.post(COPY, data)
    assert copied.count() == 2


def test_copying_leaves_out_what_cannot_be_and_says_why(menu, other_menu, make_menu, make_food, tomorrow):
    week = dt.timedelta(days=7)
    services.menu_withdraw(menu=other_menu)
    dinner = make_menu(make_food("저녁 정식"), dining_type="dinner")
    services.food_save(dinner.food, is_active=False)
    assert services.copy_week(source=tomorrow, target=tomorrow + week)[0] == 1
    Holiday.objects.create(date=tomorrow + 2 * week, name="쉬는 날")
    made, left_out = services.copy_week(source=tomorrow, target=tomorrow + 2 * week)
    assert (made, {row.food.name for row, _text in left_out}) == (0, {"김치찌개", "저녁 정식"})
    with pytest.raises(ValidationError):
        services.copy_week(source=tomorrow, target=tomorrow)
    assert services.copy_week(source=tomorrow, target=tomorrow - 2 * week)[0] == 0


def test_planning_is_for_staff_with_the_permission(client, alice, menu):
    alice.is_staff = True
    alice.save()
    client.force_login(alice)
    assert client.get(DAY).status_code == 403
    assert client.post(COPY, {"source": menu.date, "target": menu.date}).status_code == 403


def test_the_day_costs_no_more_with_more_menus(boss, menu, make_menu, make_food, django_assert_num_queries):
    """Session, member, groups, menus, days off; the form's groups."""
    url = f"{DAY}?date={menu.date}"
    boss.get(url)
    with django_assert_num_queries(6):
        boss.get(url)
    for number in range(6):
        make_menu(make_food(f"음식 {number}"))
    with django_assert_num_queries(6):
        boss.get(url)
