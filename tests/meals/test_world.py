"""The demo's restaurants and foods: as many as the site promises, each with what its page shows."""

from fixtures.meals import world


def test_restaurants_have_names_descriptions_and_addresses():
    houses = world.makers()
    assert len({house.name for house in houses}) == len(houses) >= 25
    assert len({house.address for house in houses}) == len(houses)
    assert all(house.description and set(house.kinds) <= set(world.TYPES) for house in houses)


def test_foods_are_of_their_restaurants_kinds():
    foods = world.foods()
    assert len({food.name for food in foods}) == len(foods) >= 250
    assert all(food.dish.kind in world.makers()[food.maker].kinds for food in foods)
