"""A lunch service for tests: alice and bob belong to a private company, charlie to the public group."""

import datetime as dt

import pytest

from meals import services
from meals.days import today
from meals.models import Food, FoodType, Group, Maker


@pytest.fixture
def tomorrow():
    return today() + dt.timedelta(days=1)


@pytest.fixture
def public(db):
    return Group.objects.create(name="모아 데모 회사", is_public=True, service_days=list(range(7)), budget=9000)


@pytest.fixture
def company(public, alice, bob, charlie):
    """A private company with alice and bob; charlie stays in the public group only."""
    company = Group.objects.create(name="다온 소프트", service_days=list(range(7)), budget=10000)
    for user in (alice, bob):
        user.meal_memberships.all().delete()
        services.group_join(user=user, group=company)
    services.join_public(charlie)
    return company


@pytest.fixture
def korean(db):
    return FoodType.objects.create(slug="korean", name_ko="한식", name_en="Korean", order=1)


@pytest.fixture
def salad(db):
    return FoodType.objects.create(slug="salad", name_ko="샐러드", name_en="Salad", order=2)


@pytest.fixture
def maker(public, company):
    maker = Maker.objects.create(name="한솔식당", capacity=100)
    maker.groups.set([public, company])
    return maker


@pytest.fixture
def make_food(maker, korean):
    """Return a function that makes a published food."""

    def make(name="김치찌개", **values):
        values = {"description": "묵은지로 끓인 찌개", "price": 9000, **values}
        food = Food(maker=values.pop("maker", maker), food_type=values.pop("food_type", korean))
        return services.food_save(food, name=name, **values)

    return make


@pytest.fixture
def food(make_food):
    return make_food()


@pytest.fixture
def make_menu(company, food, tomorrow):
    """Return a function that makes a menu of the company, for tomorrow's lunch."""

    def make(dish=None, **values):
        values = {"group": company, "date": tomorrow, "dining_type": "lunch", "stock": 10, **values}
        return services.menu_create(food=dish or food, **values)

    return make


@pytest.fixture
def menu(make_menu):
    return make_menu()


@pytest.fixture
def other_menu(make_menu, make_food):
    """Another dish of the same slot."""
    return make_menu(make_food("비빔밥", price=12000))
