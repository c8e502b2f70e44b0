"""The real files that the site is held to, where they are there."""

import itertools

import pytest

from accounts.models import Category
from activities.models import Activity, Like
from recommendations.models import Event
from tests.recommendations.importing.conftest import SHARED
from tests.recommendations.importing.test_import_events import assert_models_equal_their_log

MOVIES, RATINGS = SHARED / "ml-latest-small/movies.csv", SHARED / "ml-latest-small/ratings.csv"
YNAT = SHARED / "ynat/train.csv"
RATING_ARGS = [
    "--map",
    "userId=user",
    "--map",
    "movieId=item",
    "--map",
    "rating=value",
    "--map",
    "timestamp=occurred_at",
    "--verb",
    "like",
    "--min-value",
    "4",
    "--time-unit",
    "s",
]


def head(path, lines):
    if not path.exists():
        pytest.skip("shared/data is not there")
    with path.open(encoding="utf-8") as file:
        return "".join(itertools.islice(file, lines))


def test_movielens_loads_as_activities(import_items, import_events, make_file):
    movies = make_file("movies.csv", head(MOVIES, 10_000))
    assert import_items(movies, "--map", "movieId=id", "--map", "genres=tags").bad == []
    assert Activity.objects.count() == 9742
    toy = Activity.objects.get(external_id="1")
    assert (toy.title, toy.category.name_ko) == ("Toy Story (1995)", "Adventure")
    assert toy.tags == ["Adventure", "Animation", "Children", "Comedy", "Fantasy"]
    assert Activity.objects.filter(category=Category.objects.get(name_ko="(no genres listed)")).count() == 34

    ratings = make_file("ratings.csv", head(RATINGS, 1001))
    outcome = import_events(ratings, *RATING_ARGS)
    assert outcome.bad == []
    liked = sum(float(line.split(",")[2]) >= 4 for line in ratings.read_text().splitlines()[1:])
    assert Event.objects.filter(verb="like", weight=3000, value__gte=4).count() == Like.objects.count() == liked
    assert_models_equal_their_log()
    again = import_events(ratings, *RATING_ARGS)
    counts = f"0 recorded, {liked} known already, {1000 - liked} left out, 0 bad, 0 members"
    assert again.summary == f"activities: 1,000 read, {counts}"


def test_ynat_loads_as_activities(import_items, make_file):
    path = make_file("train.csv", head(YNAT, 1001))
    outcome = import_items(path, "--map", "index=id", "--map", "topic_idx=category")
    assert outcome.summary == "activities: 1,000 read, 1,000 created, 0 updated, 0 unchanged, 0 duplicates, 0 bad"
    topics = {line.rpartition(",")[2] for line in path.read_text(encoding="utf-8").splitlines()[1:]}
    assert set(Activity.objects.values_list("category__slug", flat=True)) == topics
