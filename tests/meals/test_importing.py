"""Foods, menus and orders from files."""

import pytest
from django.core.management import CommandError, call_command

from meals.models import Food, FoodLike, FoodType, Group, Maker, MakerDay, Menu, Order
from recommendations.domains import domains
from recommendations.models import CatalogueEntry, Event
from recommendations.verification import difference

FOODS = """id,title,text,category,tags,maker,price,allergens,spiciness,calories
f1,김치찌개,묵은지,한식,찌개|매운맛,한솔,9000,대두|pork,3,450
f2,Salad <b>big</b>,fresh,Salad,,Green,8500,,,
f3,도깨비,,한식,,한솔,-5,,,
f4,돌,,한식,,한솔,100,stone,,
f5,불,,한식,,한솔,100,,9,
"""
MENUS = """id,food,group,date,dining_type,price,stock,status
m1,f1,다온,2026-03-02,점심,,10,
m2,f2,다온,20260302,lunch,8000,1,
m3,f1,다온,2026-03-02,lunch,,5,
m4,f9,다온,2026-03-02,lunch,,5,
m5,f1,다온,2026-13-02,lunch,,5,
m6,f1,다온,2026-03-02,brunch,,5,
"""
ORDERS = """id,user,menu,price,status,created_at,rating
o1,kim,m1,9000,,2026-03-02T00:30:00Z,5
o2,lee,m2,,,2026-03-02T00:31:00Z,
o3,park,m2,,delivered,2026-03-02T00:32:00Z,1
o4,kim,m2,,,2026-03-02T00:33:00Z,
o5,choi,m1,,cancelled,2026-03-02T00:34:00Z,
o6,choi,m9,,,2026-03-02T00:35:00Z,
o7,choi,m1,-1,,2026-03-02T00:36:00Z,
o8,choi,m1,,,2026-03-02T00:36:00Z,7
"""


@pytest.fixture
def load(db, tmp_path, capsys):
    def run(command, text, *options):
        path = tmp_path / f"{command}.csv"
        path.write_text(text, encoding="utf-8")
        call_command(command, *options, str(path))
        return capsys.readouterr()

    return run


def everything(load):
    load("import_items", FOODS, "meals")
    load("import_menus", MENUS)
    return load("import_orders", ORDERS)


def test_foods(load):
    told = load("import_items", FOODS, "meals")
    assert "2 created, 0 updated, 0 unchanged, 0 duplicates, 3 bad" in told.out
    for field in ("price", "allergens", "spiciness"):
        assert f": {field}: " in told.err
    food = Food.objects.select_related("maker", "food_type").get(external_id="f1")
    assert (food.maker.name, food.food_type.name_ko, food.tags, food.allergens) == (
        "한솔",
        "한식",
        ["찌개", "매운맛"],
        ["soybean", "pork"],
    )
    assert Food.objects.get(external_id="f2").name == "Salad big"
    assert (FoodType.objects.count(), Maker.objects.count()) == (2, 2)
    assert CatalogueEntry.objects.filter(domain="meals").count() == 2
    assert "0 created, 0 updated, 2 unchanged" in load("import_items", FOODS, "meals").out
    assert "1 updated" in load("import_items", "id,title,price\nf1,김치찌개,9500\n", "meals").out
    assert Food.objects.get(external_id="f1").price == 9500


def test_titles_alone_suffice(load):
    load("import_items", "id,title\n1,국수\n", "meals")
    food = Food.objects.select_related("food_type").get()
    assert (food.price, food.food_type.slug) == (0, "other")


def test_menus(load):
    load("import_items", FOODS, "meals")
    told = load("import_menus", MENUS)
    assert "2 created" in told.out
    for word in ("already, as 'm1'", "no food 'f9'", "2026-13-02", "brunch"):
        assert word in told.err
    menu = Menu.objects.get(external_id="m1")
    assert (menu.price, menu.stock, menu.group, str(menu.date)) == (9000, 10, Group.objects.get(), "2026-03-02")
    again = load(
        "import_menus",
        "id,food,group,date,stock,status\nm1,f1,다온,2026-03-02,20,\nm2,f2,다온,2026-03-02,1,withdrawn\n",
    )
    assert "2 updated" in again.out
    assert dict(Menu.objects.values_list("external_id", "status")) == {"m1": "offered", "m2": "withdrawn"}


def test_orders_are_history(load):
    told = everything(load)
    assert "4 created, 0 updated, 0 unchanged, 0 duplicates, 4 bad" in told.out
    for word in ("another order for that meal", "no menu 'm9'", "price: -1", "rating: 7"):
        assert word in told.err
    menu = Menu.objects.get(external_id="m2")
    assert (menu.ordered, menu.stock) == (2, 2)  # history is fact: the stock was raised
    assert sum(MakerDay.objects.values_list("ordered", flat=True)) == 3
    kim = Order.objects.get(external_id="o1")
    assert (kim.status, kim.price, kim.user.is_placeholder, kim.rating) == ("delivered", 9000, True, 5)
    verbs = sorted(Event.objects.values_list("user__external_id", "verb"))
    assert verbs == [
        ("choi", "cancel"),
        ("choi", "order"),
        ("kim", "like"),
        ("kim", "order"),
        ("lee", "order"),
        ("park", "dislike"),
        ("park", "order"),
    ]
    assert {difference(user, domains["meals"]) for user in Order.objects.values_list("user_id", flat=True)} == {""}
    again = load("import_orders", "id,user,menu,status\no1,kim,m1,\no2,lee,m2,cancelled\n")
    assert "0 created, 1 updated, 1 unchanged" in again.out
    menu.refresh_from_db()
    assert menu.ordered == 1
    assert Event.objects.count() == 8


def test_a_meal_cancelled_and_ordered_anew_in_one_file(load):
    everything(load)
    told = load("import_orders", "id,user,menu,status\no1,kim,m1,cancelled\no9,kim,m2,\n")
    assert "1 created, 1 updated" in told.out
    assert dict(Menu.objects.values_list("external_id", "ordered")) == {"m1": 0, "m2": 3}
    assert Order.objects.live().get(user__external_id="kim").external_id == "o9"


def test_what_is_said_of_a_cancelled_order_counts_nothing_twice(load):
    everything(load)
    for rating in (2, 4):
        assert "1 updated" in load("import_orders", f"id,user,menu,status,rating\no5,choi,m1,cancelled,{rating}\n").out
    assert Menu.objects.get(external_id="m1").ordered == 1


def test_an_order_or_menu_that_became_another_one_is_named(load):
    everything(load)
    told = load("import_orders", "id,user,menu\no1,kim,m2\no2,lee,m2\n")
    assert "cancel it there and make another" in told.err
    same = "m1,f1,다온,2026-03-02,"
    rows = "m2,f1,다온,2026-03-02,lunch\nm2,f2,다온,2026-03-09,lunch\nm2,f2,다른 곳,2026-03-02,\nm2,f2,다온,2026-03-02,dinner\n"
    for row, word in zip(rows.splitlines(), ("food", "date", "group", "dining_type"), strict=True):
        told = load("import_menus", f"id,food,group,date,dining_type\n{row}\n{same}\n")
        assert f"{word}: a menu keeps" in told.err
    assert str(Menu.objects.get(external_id="m2").date) == "2026-03-02"
    assert Group.objects.count() == 1


def test_events(load):
    load("import_items", FOODS, "meals")
    events = "user,item,verb,occurred_at\nkim,f1,order,2026-03-02T00:30:00Z\nkim,f1,like,2026-03-02T00:31:00Z\n"
    assert "2 recorded" in load("import_events", events, "meals").out
    assert "0 recorded" in load("import_events", events, "meals").out
    assert FoodLike.objects.count() == Food.objects.get(external_id="f1").like_count == 1


def test_missing_columns_are_named(load):
    with pytest.raises(CommandError, match="missing: food"):
        load("import_menus", "id,group,date\n1,a,2026-01-01\n")
