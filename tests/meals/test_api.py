"""REST of meals: what one may see and do, and what bad input is answered with."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from meals import services
from meals.models import AutoOrder, FoodLike, Menu, Order
from recommendations.models import Event

API = "/api/v1/"


def post(client, path, **data):
    return client.post(f"{API}{path}", data, format="json")


def ids(response):
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["results"]]


def count_queries(client, path):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(API + path).status_code == 200
    return len(queries)


def test_an_order_from_menu_to_rating(api_for, alice, menu, other_menu):
    client = api_for(alice)
    day = client.get(f"{API}meals/menus/", {"date": menu.date.isoformat(), "dining_type": "lunch"})
    assert ids(day) == [menu.pk, other_menu.pk]
    row = day.json()["results"][0]
    assert (row["state"], row["left"], row["food"]["category"]["name"], row["closes_at"][-1]) == (
        "open",
        10,
        "한식",
        "Z",
    )

    placed = post(client, "meals/orders/", menu=menu.pk)
    assert placed.status_code == 201, placed.content
    order = placed.json()
    assert (order["menu"], order["price"], order["own_share"], order["can_change"]) == (menu.pk, 9000, 0, True)
    assert post(client, "meals/orders/", menu=menu.pk).status_code == 200
    taken = post(client, "meals/orders/", menu=other_menu.pk)
    assert (taken.status_code, taken["Content-Type"], taken.json()["code"]) == (
        409,
        "application/problem+json",
        "has_order",
    )
    changed = post(client, f"meals/orders/{order['id']}/change/", menu=other_menu.pk)
    assert (changed.status_code, changed.json()["own_share"]) == (200, 2000)
    assert post(client, f"meals/orders/{changed.json()['id']}/rate/", rating=5).json()["code"] == "early"
    gone = post(client, f"meals/orders/{changed.json()['id']}/cancel/")
    assert (gone.status_code, gone.json()["status"], gone.json()["reason"]) == (200, "cancelled", "member")
    assert len(ids(client.get(f"{API}meals/orders/"))) == 2
    assert len(ids(client.get(f"{API}meals/orders/?status=placed"))) == 0
    Order.objects.filter(pk=order["id"]).update(status="delivered", cancelled_at=None)
    Menu.objects.update(closes_at=timezone.now())
    assert post(client, f"meals/orders/{order['id']}/rate/", rating=4, comment="좋아요").json()["rating"] == 4
    assert FoodLike.objects.count() == 1


def test_nobody_sees_the_orders_of_others(api, api_for, alice, bob, menu):
    order, _ = services.order_place(user=bob, menu=menu)
    client = api_for(alice)
    assert ids(client.get(f"{API}meals/orders/")) == []
    assert client.get(f"{API}meals/orders/{order.pk}/").status_code == 404
    for action in ("cancel", "change", "rate"):
        assert post(client, f"meals/orders/{order.pk}/{action}/", menu=menu.pk, rating=5).status_code == 404
    assert api.get(f"{API}meals/orders/").status_code == 401
    assert post(api, "meals/orders/", menu=menu.pk).status_code == 401
    order.refresh_from_db()
    assert order.status == "placed"


def test_private_menus_stay_private(api, api_for, alice, charlie, menu, make_menu, make_food, public):
    secret = make_menu(make_food("비밀 메뉴"))
    shown = make_menu(group=public)
    assert ids(api.get(f"{API}meals/menus/")) == [shown.pk]
    assert ids(api_for(charlie).get(f"{API}meals/menus/")) == [shown.pk]
    assert set(ids(api_for(alice).get(f"{API}meals/menus/"))) == {menu.pk, secret.pk}
    for client in (api, api_for(charlie)):
        assert client.get(f"{API}meals/menus/{secret.pk}/").status_code == 404
        assert client.get(f"{API}meals/foods/{secret.food_id}/").status_code == 404
        assert secret.food_id not in ids(client.get(f"{API}meals/foods/"))
        assert client.get(f"{API}meals/menus/?group={menu.group_id}").status_code == 400
    refused = post(api_for(charlie), "meals/orders/", menu=secret.pk)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["menu"])
    assert post(api_for(charlie), f"meals/menus/{secret.pk}/skip/").status_code == 404
    event = {"domain": "meals", "item": secret.food_id, "verb": "view"}
    assert post(api_for(charlie), "events/", **event).status_code in (400, 404)
    assert post(api_for(alice), "events/", **event).status_code in (200, 201)
    assert post(api_for(alice), "meals/orders/", menu=shown.pk).status_code == 403


def test_feeds_offer_what_can_be_ordered(api, api_for, alice, menu, make_menu, make_food, public):
    shown = make_menu(make_food("공개 메뉴"), group=public)
    make_menu(make_food("매진"), stock=0)

    def feed(client, name="latest"):
        response = client.get(f"{API}recommendations/meals/?feed={name}")
        assert response.status_code == 200
        return [row["id"] for row in response.json()["items"]]

    assert feed(api) == feed(api, "for-you") == [str(shown.food_id)]
    assert feed(api_for(alice)) == feed(api_for(alice), "for-you") == [str(menu.food_id)]
    services.menu_withdraw(menu=menu)
    assert feed(api_for(alice)) == []


@pytest.mark.parametrize(
    "body",
    [{}, {"menu": None}, {"menu": "x"}, {"menu": 10**30}, {"menu": -1}, {"menu": True}, {"menu": [1]}],
    ids=["nothing", "null", "text", "huge", "negative", "boolean", "list"],
)
def test_bad_orders(api_for, alice, menu, body):
    response = post(api_for(alice), "meals/orders/", **body)
    assert response.status_code == 400
    assert "menu" in response.json()["errors"]
    assert not Order.objects.exists()


def test_refusals_say_why(api_for, alice, bob, menu, make_menu, make_food):
    client = api_for(alice)
    sold = make_menu(make_food("하나뿐"), stock=1)
    services.order_place(user=bob, menu=sold)
    assert post(client, "meals/orders/", menu=sold.pk).json()["code"] == "sold_out"
    order, _ = services.order_place(user=alice, menu=menu)
    Menu.objects.filter(pk=menu.pk).update(closes_at=timezone.now() - dt.timedelta(seconds=1))
    for action in ("cancel", "change"):
        response = post(client, f"meals/orders/{order.pk}/{action}/", menu=sold.pk)
        assert (response.status_code, response.json()["code"]) == (409, "over")
    assert Event.objects.filter(user=alice).count() == 1


@pytest.mark.parametrize(
    "query",
    ["date=tomorrow", "dining_type=brunch", "group=x", "max_price=-1", "exclude_allergens=stone", "orderable=perhaps"],
)
def test_bad_filters_are_errors(api, menu, query):
    assert api.get(f"{API}meals/menus/?{query}").status_code == 400


def test_filters(api_for, alice, make_menu, make_food, salad):
    plain = make_menu(make_food("두부", allergens=["soybean"], price=5000))
    green = make_menu(make_food("샐러드", food_type=salad, spiciness=1, calories=300))
    client = api_for(alice)

    def found(query):
        return ids(client.get(f"{API}meals/menus/?{query}"))

    assert found("exclude_allergens=대두") == found("category=salad") == [green.pk]
    assert found("max_price=6000") == [plain.pk]
    assert found(f"food={plain.food_id}&orderable=true") == [plain.pk]
    assert found("orderable=false") == []
    foods = client.get(f"{API}meals/foods/?category=salad&max_calories=300&on_offer=true&ordering=cheap&q=샐러드")
    assert ids(foods) == [green.food_id]
    assert ids(client.get(f"{API}meals/makers/?q=한솔")) == [plain.food.maker_id]


def test_automatic_order_settings(api, api_for, alice, bob, food):
    client = api_for(alice)
    assert api.get(f"{API}me/auto-order/").status_code == 401
    empty = client.get(f"{API}me/auto-order/").json()
    assert (empty["dining_type"], empty["enabled"], empty["max_price"], empty["exclude_types"]) == (
        "lunch",
        False,
        None,
        [],
    )
    body = {
        "dining_type": "dinner",
        "enabled": True,
        "max_price": 9000,
        "exclude_allergens": ["땅콩", "milk"],
        "exclude_types": ["한식"],
        "weekdays_off": [4],
        "days_off": ["2999-12-31"],
    }
    saved = client.put(f"{API}me/auto-order/", body, format="json")
    assert saved.status_code == 200, saved.content
    expected = {**body, "exclude_allergens": ["peanut", "milk"], "exclude_types": ["korean"]}
    assert saved.json() == client.get(f"{API}me/auto-order/").json() == expected
    assert client.get(f"{API}me/auto-order/?dining_type=lunch").json()["enabled"] is False
    assert client.put(f"{API}me/auto-order/", {"dining_type": "dinner", "enabled": False}, format="json").json() == {
        **expected,
        "enabled": False,
    }
    assert not AutoOrder.objects.filter(user=bob).exists()


@pytest.mark.parametrize(
    "bad",
    [
        {"dining_type": "brunch"},
        {"max_price": -1},
        {"max_price": 1.5},
        {"max_price": 10**12},
        {"enabled": "perhaps"},
        {"exclude_allergens": ["stone"]},
        {"exclude_allergens": "milk"},
        {"exclude_types": ["없는 음식"]},
        {"weekdays_off": [7]},
        {"weekdays_off": [1, 1]},
        {"days_off": ["yesterday"]},
    ],
    ids=lambda bad: f"{next(iter(bad))}={next(iter(bad.values()))}",
)
def test_bad_settings_are_named(api_for, alice, food, bad):
    body = {"dining_type": "lunch", "enabled": True, **bad}
    response = api_for(alice).put(f"{API}me/auto-order/", body, format="json")
    assert response.status_code == 400
    assert any(name.startswith(next(iter(bad))) for name in response.json()["errors"])
    assert not AutoOrder.objects.exists()


def test_only_staff_plan(api, api_for, alice, staff, company, food, maker, tomorrow, korean):
    body = {"group": company.pk, "food": food.pk, "date": str(tomorrow), "dining_type": "lunch", "stock": 5}
    for client, code in ((api, 401), (api_for(alice), 403)):
        assert post(client, "meals/menus/", **body).status_code == code
        assert post(client, "meals/makers/", name="x").status_code == code
        assert post(client, f"meals/makers/{maker.pk}/close/").status_code == code
        assert client.patch(f"{API}meals/foods/{food.pk}/", {"price": 1}, format="json").status_code == code
    client = api_for(staff)
    made = post(client, "meals/menus/", **body)
    assert (made.status_code, made.json()["price"]) == (201, 9000)
    assert post(client, "meals/menus/", **body).status_code == 400
    path = f"{API}meals/menus/{made.json()['id']}/"
    assert client.patch(path, {"stock": 7, "price": 0}, format="json").json()["stock"] == 7
    order, _ = services.order_place(user=alice, menu=Menu.objects.get())
    assert client.patch(path, {"stock": 0}, format="json").status_code == 400
    assert post(client, f"meals/menus/{made.json()['id']}/withdraw/").json() == {"orders": 1}
    new = {"maker": maker.pk, "name": "새 음식", "food_type": korean.pk, "price": 7000, "allergens": ["우유"]}
    assert post(client, "meals/foods/", **new).json()["allergens"] == ["milk"]
    assert post(client, f"meals/makers/{maker.pk}/close/", date=str(tomorrow)).json() == {"orders": 0}
    assert post(client, f"meals/makers/{maker.pk}/reopen/").json()["closed_from"] is None
    order.refresh_from_db()
    assert order.reason == "withdrawn"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("date", "2020-01-01"),
        ("date", "2999-01-01"),
        ("stock", -1),
        ("price", -100),
        ("dining_type", "brunch"),
        ("food", 0),
    ],
)
def test_bad_menus_are_named(api_for, staff, company, food, tomorrow, field, value):
    body = {"group": company.pk, "food": food.pk, "date": str(tomorrow), "dining_type": "lunch", "stock": 5}
    response = post(api_for(staff), "meals/menus/", **{**body, field: value})
    assert response.status_code == 400
    assert field in response.json()["errors"]
    assert not Menu.objects.exists()


def test_lists_cost_the_same_for_one_row_and_for_many(api_for, alice, make_menu, make_food):
    client = api_for(alice)
    for n in range(3):
        make_menu(make_food(f"메뉴 {n}"))
    services.order_place(user=alice, menu=Menu.objects.first())
    assert count_queries(client, "meals/menus/") == 1
    assert count_queries(client, "meals/foods/") == 1
    assert count_queries(client, "meals/makers/") == 1
    assert count_queries(client, "meals/orders/") == 1
    assert count_queries(client, "meals/groups/") == 1


def test_likes(api_for, alice, menu):
    client, path = api_for(alice), f"{API}meals/foods/{menu.food_id}/like/"
    assert client.post(path).json() == client.post(path).json() == {"liked": True, "like_count": 1}
    assert client.get(f"{API}meals/foods/{menu.food_id}/").json()["liked"] is True
    assert client.delete(path).json() == {"liked": False, "like_count": 0}
    assert Event.objects.filter(user=alice, forgotten_at=None).count() == 0


def test_results_of_automatic_orders_are_told(api_for, alice, bob, menu, tomorrow):
    from meals.auto import auto_order

    services.auto_order_set(user=alice, dining_type="lunch", enabled=True, max_price=1)
    auto_order(tomorrow, "lunch")
    [row] = api_for(alice).get(f"{API}me/auto-order/results/").json()["results"]
    assert (row["outcome"], row["reason"], row["order"]) == ("skipped", "limits", None)
    assert api_for(bob).get(f"{API}me/auto-order/results/").json()["results"] == []
