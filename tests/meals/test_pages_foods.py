"""The page of all foods: filters, who sees what, pages, bad input, queries."""

import pytest
from django.urls import reverse

from meals import services
from meals.models import FoodType

URL = "/meals/foods/"


@pytest.fixture
def dishes(make_food, make_menu, public, salad):
    """Four foods on the public menu; names tell what they are."""
    foods = {
        "찌개": make_food("찌개", price=9000, tags=["국물"], allergens=["pork"], spiciness=3, calories=500),
        "냉면": make_food("냉면", price=11000, tags=["차가운", "국물"], allergens=["wheat", "egg"], calories=450),
        "샐러드": make_food("샐러드", price=8000, tags=["채식"], food_type=salad, calories=300),
        "포케": make_food("포케", price=12000, allergens=["soybean"], food_type=salad, spiciness=1),
    }
    for name, food in foods.items():
        make_menu(food, group=public, stock=0 if name == "포케" else 10)
    return foods


def names(response):
    return {food.name for food in response.context["page"]}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"찌개", "냉면", "샐러드", "포케"}),
        ("q=냉", {"냉면"}),
        ("kind=salad", {"샐러드", "포케"}),
        ("tag=국물", {"찌개", "냉면"}),
        ("tag=%23국물", {"찌개", "냉면"}),
        ("tag=국", set()),
        ("max_price=9000", {"찌개", "샐러드"}),
        ("spiciness=0", {"냉면", "샐러드"}),
        ("spiciness=2", {"냉면", "샐러드", "포케"}),
        ("without=egg&without=soybean", {"찌개", "샐러드"}),
        ("on_offer=on", {"찌개", "냉면", "샐러드"}),
        ("kind=salad&max_price=9000&without=milk", {"샐러드"}),
    ],
)
@pytest.mark.postgres
def test_filters(client, dishes, query, expected):
    response = client.get(f"{URL}?{query}")
    assert (response.status_code, names(response)) == (200, expected)


def test_by_restaurant_and_in_order(client, dishes, maker):
    response = client.get(f"{URL}?maker={maker.pk}&sort=cheap")
    assert [food.name for food in response.context["page"]] == ["샐러드", "찌개", "냉면", "포케"]
    light = client.get(f"{URL}?sort=light").context["page"]
    assert [food.name for food in light] == ["샐러드", "냉면", "찌개", "포케"]  # without calories: last


def test_only_what_the_reader_may_see(client, dishes, make_food, make_menu, alice, charlie):
    make_menu(make_food("사내 특식"))  # of the private company
    make_food("아직 없는 메뉴")
    services.food_save(dishes["찌개"], is_active=False)
    assert names(client.get(URL)) == {"냉면", "샐러드", "포케"}
    client.force_login(charlie)
    assert names(client.get(URL)) == {"냉면", "샐러드", "포케"}
    client.force_login(alice)
    assert names(client.get(URL)) == {"냉면", "샐러드", "포케", "사내 특식"}


@pytest.mark.parametrize(
    "query", ["kind=nothing", "maker=999", "maker=x", "max_price=-1", "spiciness=9", "without=gold"]
)
def test_bad_filters_are_named_and_the_rest_is_shown(client, dishes, query):
    response = client.get(f"{URL}?{query}")
    assert response.status_code == 400
    assert query.split("=")[0] in response.content.decode()
    assert len(names(response)) == 4


def test_htmx_gets_the_list_only(client, dishes):
    part = client.get(URL, HTTP_HX_REQUEST="true").content.decode()
    assert part.startswith('<section id="results"')
    assert "<html" not in part


def test_a_food_links_to_its_kind_and_tags(client, dishes):
    page = client.get(dishes["냉면"].get_absolute_url()).content.decode()
    assert f"{reverse('meals:foods')}?kind=korean" in page
    assert "?tag=%EA%B5%AD%EB%AC%BC" in page


def test_queries_do_not_grow(client, dishes, make_food, make_menu, public, django_assert_num_queries):
    """Food types, restaurants, how many, foods, tags."""
    client.get(URL)
    with django_assert_num_queries(5):
        client.get(URL)
    for number in range(8):
        make_menu(make_food(f"음식 {number}", tags=[f"태그{number}"]), group=public)
        FoodType.objects.create(slug=f"type{number}", name_ko=f"종류{number}")
    with django_assert_num_queries(5):
        client.get(URL)
