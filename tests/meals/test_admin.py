"""The admin: every page opens; what staff do reaches orders, members and catalogue; CSV and Excel go out."""

import datetime as dt
import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from meals import services
from meals.auto import auto_order
from meals.days import today
from meals.models import (
    AutoOrder,
    AutoOrderResult,
    AutoOrderRun,
    Food,
    FoodLike,
    GroupMembership,
    Holiday,
    MakerDay,
    Menu,
    Order,
)
from recommendations.models import CatalogueEntry

NAMES = (
    "group",
    "groupmembership",
    "holiday",
    "foodtype",
    "maker",
    "food",
    "foodlike",
    "makerday",
    "menu",
    "order",
    "autoorder",
    "autoorderrun",
    "autoorderresult",
)


@pytest.fixture
def boss(client, staff):
    client.force_login(staff)
    return client


@pytest.fixture
def busy(alice, bob, menu, tomorrow):
    """An order of alice's, an automatic one of bob's, a like and a day off."""
    services.order_place(user=alice, menu=menu)
    services.auto_order_set(user=bob, dining_type="lunch", enabled=True)
    auto_order(tomorrow, "lunch")
    services.like(user=alice, food=menu.food)
    Holiday.objects.create(date=tomorrow + dt.timedelta(days=9), name="쉬는 날")
    return menu


def listing(name):
    return reverse(f"admin:meals_{name}_changelist")


@pytest.mark.parametrize("name", NAMES)
def test_lists_and_forms_open(boss, busy, name):
    from django.apps import apps

    model = apps.get_model("meals", name)
    assert boss.get(listing(name)).status_code == 200
    assert boss.get(listing(name) + "?q=a").status_code in (200, 302)
    row = model.objects.first()
    assert boss.get(reverse(f"admin:meals_{name}_change", args=[row.pk])).status_code == 200


@pytest.mark.parametrize("name", ["group", "holiday", "foodtype", "maker", "food", "menu"])
def test_adding_and_importing_open(boss, busy, name):
    for page in ("add", "import", "export"):
        assert boss.get(reverse(f"admin:meals_{name}_{page}")).status_code == 200


@pytest.mark.parametrize(
    "query", ["", "?view=week", "?date=2026-02-01", "?date=nonsense&group=x", "?view=week&date=9999-12-31"]
)
def test_the_calendar_opens(boss, busy, query):
    response = boss.get(reverse("admin:meals_menu_calendar") + query)
    assert response.status_code == 200


def test_the_calendar_shows_menus_orders_and_days_off(boss, busy, company, tomorrow):
    url = reverse("admin:meals_menu_calendar")
    for view in ("month", "week"):
        page = boss.get(f"{url}?view={view}&date={tomorrow}&group={company.pk}").content.decode()
        assert "2/10" in page
    page = boss.get(f"{url}?view=month&date={tomorrow + dt.timedelta(days=9)}").content.decode()
    assert "쉬는 날" in page


def test_the_calendar_is_for_staff_who_may_see_menus(client, alice, busy):
    client.force_login(alice)
    assert client.get(reverse("admin:meals_menu_calendar")).status_code == 302
    alice.is_staff = True
    alice.save()
    assert client.get(reverse("admin:meals_menu_calendar")).status_code == 403


@pytest.mark.parametrize("name", ["order", "menu", "food", "maker", "group"])
def test_tables_go_out_as_csv_and_excel(boss, busy, name):
    for number, kind in enumerate(("csv", "xlsx")):
        response = boss.post(reverse(f"admin:meals_{name}_export"), {"format": str(number), "resource": "0"})
        assert response.status_code == 200
        assert f".{kind}" in response["Content-Disposition"]
        if kind == "xlsx":
            sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
            assert sheet.max_row >= 2
        else:
            assert response.content.decode().count("\n") >= 2


def menu_form(menu, **values):
    return {"price": 8000, "stock": 5, "created_at_0": "2026-01-01", "created_at_1": "10:00", **values}


def test_menus_of_the_past_and_smaller_stocks_are_refused(boss, busy, company, food):
    body = menu_form(
        None, group=company.pk, food=food.pk, date=str(today() - dt.timedelta(days=1)), dining_type="dinner"
    )
    refused = boss.post(reverse("admin:meals_menu_add"), body)
    assert refused.status_code == 200
    assert "date" in refused.context["adminform"].form.errors
    change = reverse("admin:meals_menu_change", args=[busy.pk])
    assert "stock" in boss.post(change, menu_form(busy, stock=1)).context["adminform"].form.errors
    assert "price" in boss.post(change, menu_form(busy, price=-5)).context["adminform"].form.errors
    assert boss.post(change, menu_form(busy, stock=2)).status_code == 302
    busy.refresh_from_db()
    assert (busy.stock, busy.price, Order.objects.first().price) == (2, 8000, 9000)


def test_withdrawing_and_cancelling(boss, busy, alice, bob):
    mine = Order.objects.get(user=alice)
    boss.post(listing("order"), {"action": "cancel", "_selected_action": [mine.pk]})
    mine.refresh_from_db()
    assert (mine.status, mine.reason) == ("cancelled", "staff")
    boss.post(listing("menu"), {"action": "withdraw", "_selected_action": [busy.pk]})
    assert Menu.objects.get().status == "withdrawn"
    assert Order.objects.get(user=bob).reason == "withdrawn"
    assert {notice.kind for notice in bob.notifications.all()} == {"meal-ordered", "meal-withdrawn"}


def test_closing_a_maker(boss, busy, maker):
    boss.post(listing("maker"), {"action": "close", "_selected_action": [maker.pk]})
    maker.refresh_from_db()
    assert maker.closed_from == today()
    assert not Order.objects.live().exists()
    assert MakerDay.objects.get().ordered == 0
    boss.post(listing("maker"), {"action": "reopen", "_selected_action": [maker.pk]})
    maker.refresh_from_db()
    assert maker.closed_from is None


def test_saving_a_food_cleans_and_publishes(boss, busy, food):
    before = CatalogueEntry.objects.get(domain="meals").revision_id
    body = {
        "maker": food.maker_id,
        "name": "김치찌개 <b>특</b>",
        "food_type": food.food_type_id,
        "tags": "#찌개, 찌개",
        "allergens": ["두유"],
        "price": 9500,
        "spiciness": 3,
        "is_active": "on",
        "created_at_0": "2026-01-01",
        "created_at_1": "10:00",
    }
    url = reverse("admin:meals_food_change", args=[food.pk])
    assert "allergens" in boss.post(url, body).context["adminform"].form.errors
    assert boss.post(url, {**body, "allergens": ["milk"]}).status_code == 302
    food.refresh_from_db()
    assert (food.name, food.tags, food.allergens, food.price) == ("김치찌개 특", ["찌개"], ["milk"], 9500)
    assert CatalogueEntry.objects.get(domain="meals").revision_id != before


def test_a_day_off_cancels_and_tells(boss, busy, tomorrow):
    boss.post(reverse("admin:meals_holiday_add"), {"date": str(tomorrow), "name": "창립기념일"})
    assert not Order.objects.live().exists()
    assert Menu.objects.get().status == "withdrawn"


def test_members_taken_out_and_likes(boss, busy, alice, company):
    boss.post(
        listing("foodlike"),
        {"action": "delete_selected", "_selected_action": [FoodLike.objects.get().pk], "post": "yes"},
    )
    assert Food.objects.get().like_count == 0
    row = GroupMembership.objects.get(user=alice, group=company)
    boss.post(reverse("admin:meals_groupmembership_delete", args=[row.pk]), {"post": "yes"})
    assert Order.objects.get(user=alice).status == "cancelled"


def test_what_only_services_write_cannot_be_changed(boss, busy):
    for name, model in (
        ("order", Order),
        ("autoorder", AutoOrder),
        ("autoorderrun", AutoOrderRun),
        ("autoorderresult", AutoOrderResult),
    ):
        assert boss.get(reverse(f"admin:meals_{name}_add")).status_code == 403
        assert (
            boss.post(
                reverse(f"admin:meals_{name}_delete", args=[model.objects.first().pk]), {"post": "yes"}
            ).status_code
            == 403
        )


@pytest.mark.parametrize("name", ["order", "menu", "food", "autoorderresult", "groupmembership"])
def test_lists_cost_no_more_with_more_rows(boss, company, make_user, make_menu, make_food, tomorrow, name):
    """No query for each row: three rows cost as many as nine."""

    def grow(numbers):
        for number in numbers:
            user = make_user(f"eater{number}")
            services.group_join(user=user, group=company)
            services.auto_order_set(user=user, dining_type="lunch", enabled=True)
            make_menu(make_food(f"음식 {number}"))
        auto_order(tomorrow, "lunch")

    def cost():
        boss.get(listing(name))
        with CaptureQueriesContext(connection) as queries:
            assert boss.get(listing(name)).status_code == 200
        return len(queries)

    grow(range(3))
    few = cost()
    grow(range(3, 9))
    assert cost() == few
