"""Taking data along and being erased."""

import json

from django.core.serializers.json import DjangoJSONEncoder

from accounts.hooks import hooks
from accounts.services import erase
from meals import services
from meals.auto import auto_order
from meals.models import AutoOrder, AutoOrderResult, FoodLike, GroupMembership, MakerDay, Menu, Order
from recommendations.models import Event


def fill(user, menu, tomorrow):
    services.auto_order_set(user=user, dining_type="lunch", enabled=True, exclude_allergens=["milk"])
    auto_order(tomorrow, "lunch")
    services.like(user=user, food=menu.food)


def test_export_has_everything(alice, bob, menu, tomorrow):
    fill(alice, menu, tomorrow)
    services.order_place(user=bob, menu=menu)
    found = hooks.export(alice)["meals"]
    assert {name: len(rows) for name, rows in found.items()} == {
        "groups": 1,
        "orders": 1,
        "likes": 1,
        "automatic_orders": 1,
        "automatic_order_results": 1,
        "spending_forecast": 0,
    }
    assert found["orders"][0]["food__name"] == "김치찌개"
    assert "bob" not in json.dumps(found, cls=DjangoJSONEncoder)


def test_erasing_leaves_nothing_and_gives_the_meal_back(alice, bob, menu, tomorrow):
    fill(alice, menu, tomorrow)
    services.order_place(user=bob, menu=menu)
    erase(alice)
    menu.refresh_from_db()
    menu.food.refresh_from_db()
    assert (menu.ordered, MakerDay.objects.get().ordered, menu.food.like_count) == (1, 1, 0)
    assert [Order.objects.count(), Menu.objects.count()] == [1, 1]
    for model in (FoodLike, AutoOrder, AutoOrderResult):
        assert not model.objects.exists()
    assert not GroupMembership.objects.filter(user_id=alice.pk).exists()
    assert set(Event.objects.values_list("user_id", flat=True)) == {bob.pk}
