"""Feeds of meals: the menu of the day as the member's own model ranks it, and lists with a purpose; none converges."""

from meals.feeds.blend import MealsForYou, Today
from meals.feeds.lists import Again, Budget, Discover, Healthy, PopularInGroup
from recommendations.feeds import Latest, Similar

# A dish eaten last week is no worse for having been seen, and none is better for being new on the card.
# All as `manage.py evaluate meals --protocol menu --tune` finds it (docs/evaluation-meals.md), but for the stated taste: the
# demo's members state tastes in clubs only, so nothing could be found for it.
CALM = {"seen": 0.0, "fresh": 0.03, "text": 0.22, "popular": 0.13, "popular_cold": 0.0, "taste": 0.1}
#: what `Domain.feeds` lists; the first is the default one
FEEDS = (
    MealsForYou(**CALM),
    Today(**CALM),
    Discover(),
    Again(),
    PopularInGroup(),
    Healthy(),
    Budget(),
    Latest(),
    Similar(),
)
#: what `Domain.families` must have for them
FAMILIES = (
    "naive_bayes",
    "item_item",
    "popularity",
    "content",
    "content_choice",
    "boosting",
    "neural_cf",
    "deepfm_choice",
)
