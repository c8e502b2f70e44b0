"""Rows and cards of feeds: compiled once and kept, and always what the database holds now."""

import datetime as dt

import pytest
from django.test.utils import override_settings
from django.utils import timezone, translation

from accounts.models import Category
from activities.models import Activity, Club
from common.prepared import Prepared
from recommendations import cards
from recommendations.domains import domains
from tests.recommendations.conftest import SPORT

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
URL = "/api/v1/recommendations/activities/?feed=latest&n=50"


def plain(kind, request, at=None):
    """Cards as the domain's own query and serializer give them."""
    rows = kind.get_queryset(at=at)
    return {row["id"]: row for row in kind.serializer_class(rows, many=True, context={"request": request}).data}


def shown(client, **headers):
    answer = client.get(URL, **headers)
    assert answer.status_code == 200
    return {int(item["id"]): item["item"] for item in answer.json()["items"]}, answer.wsgi_request


@pytest.fixture
def listed(activities, alice):
    """Activities that everybody may join, one of them a club's."""
    row = activities[SPORT][0]
    club = Club.objects.create(name="달리기", owner=alice, category=row.category)
    Activity.objects.filter(pk=row.pk).update(club=club)
    return list(Activity.objects.recruiting().for_cards().order_by("pk"))


def changes(row):
    """Everything that a card shows, each changed behind the site's back."""
    club = Club.objects.filter(activities=row).first()
    yield "like_count", lambda: Activity.objects.filter(pk=row.pk).update(like_count=7)
    assert club is not None
    yield "club", lambda: Club.objects.filter(pk=club.pk).update(name="Another club")
    yield "title", lambda: Activity.objects.filter(pk=row.pk).update(title="Another title")
    yield "tags", lambda: Activity.objects.filter(pk=row.pk).update(tags=["one", "two"])
    yield "thumbnail", lambda: Activity.objects.filter(pk=row.pk).update(thumbnail="activities/x.png")
    yield "recruiting", lambda: Activity.objects.filter(pk=row.pk).update(capacity=1, participant_count=1)
    yield "category", lambda: Category.objects.filter(pk=row.category_id).update(name_ko="다른 이름", name_en="Other")


def test_a_change_of_anything_that_a_card_shows_is_shown_at_once(client, listed):
    row = listed[0]
    for field, change in changes(row):
        before, _ = shown(client)
        change()
        after, request = shown(client)
        assert after == plain(domains["activities"], request), field
        assert after[row.pk][field] != before[row.pk][field]
        assert shown(client)[0] == after


def test_a_value_that_comes_back_brings_its_card_back(client, listed):
    row = listed[0]
    first, _ = shown(client)
    for count in (5, row.like_count):
        Activity.objects.filter(pk=row.pk).update(like_count=count)
        assert shown(client)[0][row.pk]["like_count"] == count
    assert shown(client)[0] == first


@pytest.mark.parametrize("change", [{"status": "closed"}, {"status": "draft"}, {"recruit_end": "past"}])
def test_what_is_closed_is_shown_to_nobody_though_its_card_is_kept(client, listed, change):
    row = listed[0]
    assert row.pk in shown(client)[0]
    past = {"recruit_start": None, "recruit_end": timezone.now() - dt.timedelta(seconds=1)}
    Activity.objects.filter(pk=row.pk).update(**(past if "recruit_end" in change else change))  # nobody publishes it
    assert row.pk not in shown(client)[0]


def test_cards_are_kept_by_language_and_address(client, listed):
    Activity.objects.filter(pk=listed[0].pk).update(thumbnail="activities/x.png")
    with override_settings(ALLOWED_HOSTS=["one.example", "two.example"]):
        found = {
            (language, host): shown(client, HTTP_HOST=host, HTTP_ACCEPT_LANGUAGE=language)[0][listed[0].pk]
            for language in ("ko", "en")
            for host in ("one.example", "two.example")
        }
    for (language, host), card in found.items():
        with translation.override(language):
            assert card["category"]["name"] == listed[0].category.name
        assert card["thumbnail"] == f"http://{host}/media/activities/x.png"


@pytest.mark.parametrize("name", ["activities", "clubs"])
def test_instances_of_prepared_rows_equal_those_of_the_query(listed, name):
    kind, at = domains[name], timezone.now()
    known = {str(row.pk): row for row in kind.get_queryset(at=at)}
    found = cards.find(kind, [*known, "999999"], user=None, at=at)
    assert found.keys() == known.keys()
    for key, row in known.items():
        assert {**found[key].row.__dict__, "_state": None} == {**row.__dict__, "_state": None}
        assert found[key].row.get_deferred_fields() == row.get_deferred_fields()
        assert found[key].row.category.name == row.category.name


def test_no_more_cards_are_kept_than_asked_for(client, listed, monkeypatch):
    monkeypatch.setattr(cards, "KEPT", 3)
    shown(client)
    assert len(cards._kept.cards) <= 3


def test_a_prepared_query_takes_lists_of_any_length(listed):
    query = Prepared(lambda ids: Activity.objects.filter(pk__in=ids).order_by().values_list("pk"))
    everything = [row.pk for row in listed]
    for n in (1, 2, len(everything)):
        assert {pk for (pk,) in query.rows(ids=everything[:n])} == set(everything[:n])
    assert query.rows(ids=everything * 60) == query.rows(ids=everything)


def test_an_argument_that_the_query_is_derived_from_is_refused():
    query = Prepared(lambda at: Activity.objects.filter(created_at__lt=at.replace(hour=0)).values_list("pk"))
    with pytest.raises(TypeError, match="as they are: at"):
        query.rows(at=timezone.now())
