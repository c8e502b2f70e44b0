"""Feeds of meals: the menu of the day as the member's own model ranks it, and lists with a purpose; none converges."""

from meals.feeds.blend import MealsForYou, Today
from meals.feeds.lists import Again, Budget, Discover, Healthy, PopularInGroup
from recommendations.feeds import Latest, Similar

# A dish eaten last week is no worse for having been seen, and none is better for being new on the card.
# Text counts a little, for the days on which nothing else is trained yet.
CALM = {"seen": 0.0, "fresh": 0.0, "text": 0.05, "popular": 0.0}
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
