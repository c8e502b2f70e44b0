"""Pages of meals: what they show, whom they let in, that looking and ordering teach, and what bad input is told."""

import datetime as dt
import json

import pytest
from django.urls import reverse
from django.utils import timezone

from meals import services
from meals.models import FoodLike, Menu, Order
from recommendations.models import Event

HTMX = {"HTTP_HX_REQUEST": "true", "HTTP_ACCEPT_LANGUAGE": "en"}


@pytest.fixture
def as_user(client):
    """Return a function that logs the client in."""

    def login(user):
        client.force_login(user)
        return client

    return login


@pytest.fixture
def public_menu(public, make_menu, make_food):
    """A menu of the public group, for the same meal as the company's."""
    return make_menu(make_food("공개 국수", price=9500), group=public)


def today_url(query=""):
    return reverse("meals:today") + query


def shown(response):
    return [entry.food.name for entry in response.context["entries"]]


def place(client, menu, **data):
    return client.post(reverse("meals:place", args=[menu.pk]), {"back": "day", **data}, **HTMX)


def toast(response):
    return json.dumps(json.loads(response.headers.get("HX-Trigger", "{}")), ensure_ascii=False)


def test_everybody_sees_the_menu_of_their_own_company(client, as_user, alice, charlie, menu, public_menu):
    visitor = client.get(today_url())
    assert (shown(visitor), visitor.context["group"].is_public) == (["공개 국수"], True)
    assert shown(as_user(charlie).get(today_url())) == ["공개 국수"]
    assert shown(as_user(alice).get(today_url())) == ["김치찌개"]


def test_the_page_has_price_share_allergens_and_what_is_left(as_user, alice, make_menu, make_food):
    food = make_food("새우볶음밥", price=12500, allergens=["shrimp"], spiciness=3, calories=640)
    make_menu(food, stock=4)
    services.auto_order_set(user=alice, dining_type="dinner", exclude_allergens=["shrimp"])
    page = as_user(alice).get(today_url(), HTTP_ACCEPT_LANGUAGE="en").content.decode()
    for text in ("12,500 won", "You pay 2,500 won", "Contains shrimp", "4 left", "640 kcal", "3/5", "Orders until"):
        assert text in page, text


def test_the_next_meal_that_can_be_ordered_is_shown_first(as_user, alice, make_menu, make_food, tomorrow):
    over, dinner = make_menu(), make_menu(make_food("저녁상"), dining_type="dinner")
    Menu.objects.filter(pk=over.pk).update(closes_at=timezone.now() - dt.timedelta(minutes=1))
    client = as_user(alice)
    assert client.get(today_url()).context["slot"].key == (tomorrow, "dinner")
    lunch = client.get(today_url(f"?date={tomorrow}&dining_type=lunch"), HTTP_ACCEPT_LANGUAGE="en")
    assert (shown(lunch), lunch.context["entries"][0].state) == (["김치찌개"], "over")
    page = lunch.content.decode()
    assert ("Orders for this meal are closed." in page, "Order this" in page) == (True, False)
    empty = client.get(today_url(f"?date={tomorrow + dt.timedelta(days=3)}"))
    assert (empty.status_code, empty.context["slot"]) == (200, None)
    assert [slot.key for slot in lunch.context["kinds"]] == [(tomorrow, "lunch"), (tomorrow, "dinner")]
    assert dinner.dining_type == "dinner"


@pytest.mark.parametrize(
    ("query", "culprit"),
    [("?date=x", "date"), ("?date=2026-02-30", "date"), ("?dining_type=brunch", "dining_type"), ("?group=x", "group")],
)
def test_addresses_that_mean_nothing_are_named(as_user, alice, menu, query, culprit):
    response = as_user(alice).get(today_url(query))
    assert (response.status_code, list(response.context["form"].errors), shown(response)) == (
        400,
        [culprit],
        ["김치찌개"],
    )


def test_a_fragment_is_no_page(client, public_menu):
    response = client.get(today_url(), **HTMX)
    assert ("<html" in response.content.decode(), 'id="day"' in response.content.decode()) == (False, True)


def test_nothing_planned_is_said(client, public):
    assert client.get(today_url()).status_code == 200
    public.delete()
    assert client.get(today_url()).context["group"] is None
    assert client.get(reverse("meals:group")).status_code == 200


def test_private_menus_are_hidden_from_others(client, as_user, charlie, alice, company, menu, food, public_menu):
    paths = [today_url(f"?group={company.pk}"), *(reverse(f"meals:{n}", args=[food.pk]) for n in ("food", "similar"))]
    for reader in (client, as_user(charlie)):
        assert [reader.get(path).status_code for path in paths] == [404, 404, 404]
    client = as_user(charlie)
    posts = [reverse("meals:place", args=[menu.pk]), reverse("meals:skip", args=[menu.pk])]
    posts.append(reverse("meals:react", args=[food.pk]))
    assert [client.post(path, {"action": "like"}).status_code for path in posts] == [404, 404, 404]
    page = client.get(reverse("meals:maker", args=[food.maker_id])).content.decode()
    assert (food.name in page, public_menu.food.name in page) == (False, True)
    assert Order.objects.count() == Event.objects.filter(domain="meals", user=charlie).exclude(verb="view").count() == 0
    assert as_user(alice).get(paths[1]).status_code == 200


def test_menus_of_a_public_company_are_seen_but_not_ordered_by_members_of_another(as_user, alice, menu, public_menu):
    client = as_user(alice)
    refused = place(client, public_menu)
    assert (refused.status_code, refused.content.decode()) == (403, "This menu is for another group.")
    assert client.post(reverse("meals:place", args=[public_menu.pk])).status_code == 403
    assert Order.objects.count() == 0


def test_ordering_changing_and_cancelling_on_the_menu(as_user, alice, menu, other_menu):
    client = as_user(alice)
    response = place(client, menu)
    assert (response.status_code, "Ordered: 김치찌개" in toast(response)) == (200, True)
    entries = response.context["entries"]
    assert (entries[0].menu, entries[0].is_ordered, entries[1].can_order) == (menu, True, True)
    page = response.content.decode()
    assert ("Change to this" in page, "Order this" in page, "Cancel order" in page) == (True, False, True)
    assert place(client, menu).status_code == 200
    assert Order.objects.live().count() == 1
    again = place(client, other_menu)
    assert ('"kind": "error"' in toast(again), "change or cancel" in toast(again)) == (True, True)
    changed = place(client, other_menu, change="1")
    assert "Changed: 비빔밥" in toast(changed)
    order = Order.objects.live().get()
    gone = client.post(reverse("meals:order", args=[order.pk]), {"action": "cancel", "back": "day"}, **HTMX)
    assert ("Cancelled: 비빔밥" in toast(gone), gone.context["order"]) == (True, None)
    assert Order.objects.live().count() == 0
    verbs = Event.objects.filter(user=alice, forgotten_at=None).order_by("pk").values_list("verb", "context")
    assert list(verbs) == [
        ("order", str(menu.pk)),
        ("cancel", str(menu.pk)),
        ("order", str(other_menu.pk)),
        ("cancel", str(other_menu.pk)),
    ]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"stock": 0}, "sold out"),
        ({"status": "withdrawn"}, "withdrawn"),
        ({"closes_at": timezone.now() - dt.timedelta(hours=1)}, "closed"),
    ],
    ids=["sold-out", "withdrawn", "over"],
)
def test_what_cannot_be_ordered_is_said(as_user, alice, menu, change, sentence):
    Menu.objects.filter(pk=menu.pk).update(**change)
    client = as_user(alice)
    response = place(client, menu)
    assert (response.status_code, '"kind": "error"' in toast(response), sentence in toast(response)) == (
        200,
        True,
        True,
    )
    followed = client.post(reverse("meals:place", args=[menu.pk]), follow=True, HTTP_ACCEPT_LANGUAGE="en")
    assert sentence in followed.content.decode()
    assert Order.objects.count() == Event.objects.filter(user=alice, verb="order").count() == 0


def test_an_order_of_a_company_that_one_has_left_is_cancelled_all_the_same(as_user, alice, company, menu, public):
    order = services.order_place(user=alice, menu=menu)[0]
    alice.meal_memberships.all().delete()
    response = as_user(alice).post(order.get_absolute_url(), {"action": "cancel", "back": "day"}, **HTMX)
    assert (response.status_code, Order.objects.live().count()) == (200, 0)


@pytest.mark.parametrize("token", ["x", "a:b:c", "가" * 600])
def test_a_recommendation_that_was_none_does_not_keep_anybody_hungry(as_user, alice, menu, token):
    assert place(as_user(alice), menu, recommendation_id=token).status_code == 200
    assert (Order.objects.live().count(), Event.objects.get(verb="order").feed) == (1, "")


def test_an_order_remembers_the_list_it_came_from(as_user, alice, menu):
    client = as_user(alice)
    place(client, menu, recommendation_id=client.get(today_url()).context["recommendation_id"])
    assert Event.objects.get(verb="order").feed == "today"


def test_not_this_one(as_user, alice, menu):
    response = as_user(alice).post(reverse("meals:skip", args=[menu.pk]), **HTMX)
    assert "dismissed" in response.content.decode()
    assert Event.objects.get(user=alice).verb == "skip"


def test_visitors_are_sent_to_the_login(client, public_menu):
    url = reverse("meals:place", args=[public_menu.pk])
    assert "login" in client.post(url, **HTMX)["HX-Redirect"]
    for name in ("orders", "auto"):
        assert "login" in client.get(reverse(f"meals:{name}")).url
    page = client.get(today_url(), HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert "Log in to order" in page


def test_a_food(client, as_user, alice, bob, menu, food):
    services.order_place(user=bob, menu=menu)
    Order.objects.update(rating=4, rated_at=timezone.now())
    client = as_user(alice)
    response = client.get(food.get_absolute_url(), HTTP_ACCEPT_LANGUAGE="en")
    ratings = response.context["ratings"]
    assert (ratings.count, ratings.mean, ratings.stars[1]) == (1, 4.0, (4, 1))
    assert [entry.can_order for entry in response.context["offers"]] == [True]
    assert Event.objects.filter(user=alice, verb="view").count() == 1
    placed = place(client, menu, back="food")
    assert 'id="offers"' in placed.content.decode()
    assert Order.objects.live().filter(user=alice).count() == 1
    assert "<html" not in client.get(reverse("meals:similar", args=[food.pk]), **HTMX).content.decode()


def test_like_and_not_interested(as_user, alice, menu, food):
    client, url = as_user(alice), reverse("meals:react", args=[food.pk])
    assert client.post(url, {"action": "like"}, **HTMX).content.decode().count('aria-pressed="true"') == 1
    assert client.post(url, {"action": "unlike", "small": "1"}, **HTMX).content.decode().count("<button") == 1
    assert client.post(url, {"action": "dislike"}, **HTMX).content.decode().count('aria-pressed="true"') == 1
    assert client.post(url, {"action": "undislike"}).url == food.get_absolute_url()
    assert '"kind": "error"' in toast(client.post(url, {"action": "eat"}, **HTMX))
    left = Event.objects.filter(user=alice, forgotten_at=None, verb__in=("like", "dislike"))
    assert (FoodLike.objects.count(), left.count()) == (0, 0)


def test_restaurants(client, maker, menu, public_menu, public):
    from meals.models import Maker

    Maker.objects.create(name="먼 식당", is_open=False)
    url = reverse("meals:makers")
    assert [row.name for row in client.get(url).context["page"]] == ["한솔식당"]
    assert [row.name for row in client.get(url + "?everywhere=on&q=먼", **HTMX).context["page"]] == ["먼 식당"]
    assert client.get(url + "?q=" + "x" * 101).status_code == 400
    response = client.get(reverse("meals:maker", args=[maker.pk]))
    assert [entry.menu for entry in response.context["entries"]] == [public_menu]
    assert client.get(reverse("meals:maker", args=[10**18])).status_code == 404


def test_the_own_company(as_user, alice, company, maker):
    services.holiday_add(date=timezone.localdate() + dt.timedelta(days=9), group=company, name="창립기념일")
    page = as_user(alice).get(reverse("meals:group"), HTTP_ACCEPT_LANGUAGE="en").content.decode()
    for text in ("다온 소프트", "orders until 10:00", "up to 10,000 won", "창립기념일", "한솔식당"):
        assert text in page, text
    assert "모아 데모 회사" not in page


def test_meals_stand_on_the_main_page_and_in_the_navigation(client, public_menu):
    page = client.get("/?domain=meals&tab=latest", HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert f'href="{reverse("meals:today")}"' in page
    assert "9,500 won" in page
    for name in ("popular", "discover", "healthy", "budget", "for-you"):
        fragment = client.get(reverse("pages:shelf", args=["meals", name]), **HTMX)
        assert fragment.status_code == 200
