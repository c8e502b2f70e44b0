"""Own orders by page, and by the link of a mail: never anybody else's."""

import datetime as dt

import pytest
from django.core import signing
from django.urls import reverse
from django.utils import timezone

from meals import links, services
from meals.models import Menu, Order
from recommendations.models import Event

HTMX = {"HTTP_HX_REQUEST": "true", "HTTP_ACCEPT_LANGUAGE": "en"}


@pytest.fixture
def order(alice, menu):
    return services.order_place(user=alice, menu=menu)[0]


@pytest.fixture
def eaten(order):
    """The order, a day after its meal."""
    past = timezone.localdate() - dt.timedelta(days=1)
    Menu.objects.filter(pk=order.menu_id).update(date=past, closes_at=timezone.now() - dt.timedelta(days=1))
    Order.objects.filter(pk=order.pk).update(date=past, status="delivered")
    order.refresh_from_db()
    return order


def close(menu):
    Menu.objects.filter(pk=menu.pk).update(closes_at=timezone.now() - dt.timedelta(minutes=1))


def test_nobody_sees_or_touches_anothers_order(client, alice, bob, charlie, staff, order):
    url, rate = order.get_absolute_url(), reverse("meals:rate", args=[order.pk])
    for user in (bob, charlie, staff):
        client.force_login(user)
        assert [
            client.get(url).status_code,
            client.post(url, {"action": "cancel"}).status_code,
            client.post(url, {"action": "cancel", "back": "day"}, **HTMX).status_code,
            client.post(rate, {"rating": "1"}).status_code,
        ] == [404] * 4
        assert order.food.name not in client.get(reverse("meals:orders")).content.decode()
    client.logout()
    assert "login" in client.get(url).url
    order.refresh_from_db()
    assert (order.status, order.rating) == ("placed", None)


@pytest.mark.parametrize("key", [0, 10**17, 10**30])
def test_orders_that_never_were(client, alice, company, key):
    client.force_login(alice)
    assert client.get(f"/meals/orders/{key}/").status_code == 404
    assert client.post(f"/meals/menus/{key}/order/").status_code == 404


def test_an_order_is_changed_and_cancelled_on_its_page(client, alice, order, other_menu):
    client.force_login(alice)
    page = client.get(order.get_absolute_url())
    assert (page.context["can_change"], [entry.menu for entry in page.context["others"]]) == (True, [other_menu])
    moved = client.post(order.get_absolute_url(), {"action": "change", "menu": other_menu.pk})
    new = Order.objects.live().get()
    assert (moved.url, new.menu) == (new.get_absolute_url(), other_menu)
    client.post(new.get_absolute_url(), {"action": "cancel"})
    assert Order.objects.live().count() == 0


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "cancel, change"),
        ({"action": "eat"}, "cancel, change"),
        ({"action": "change"}, "Choose one of the menus."),
        ({"action": "change", "menu": "x"}, "Choose one of the menus."),
    ],
)
def test_actions_that_are_none_change_nothing(client, alice, order, data, sentence):
    client.force_login(alice)
    page = client.post(order.get_absolute_url(), data, follow=True, HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert sentence in page
    assert Order.objects.live().count() == 1


def test_past_the_cutoff_nothing_changes_and_it_is_said(client, alice, order, menu, other_menu):
    close(menu)
    close(other_menu)
    client.force_login(alice)
    url = order.get_absolute_url()
    assert client.get(url).context["can_change"] is False
    for data in ({"action": "cancel"}, {"action": "change", "menu": other_menu.pk}):
        page = client.post(url, data, follow=True, HTTP_ACCEPT_LANGUAGE="en").content.decode()
        assert "too late" in page
    assert Order.objects.live().get().menu == menu


def test_the_list_has_what_is_to_come_what_was_and_when_to_eat_it_again(
    client, alice, eaten, make_menu, food, tomorrow
):
    again = make_menu(food, date=tomorrow + dt.timedelta(days=1))
    other = make_menu(food, date=tomorrow + dt.timedelta(days=2))
    services.order_place(user=alice, menu=other)
    client.force_login(alice)
    response = client.get(reverse("meals:orders"))
    assert [row.menu for row in response.context["upcoming"]] == [other]
    past = list(response.context["page"])
    assert ([row.pk for row in past], past[0].again.menu) == ([eaten.pk], again)
    figures = response.context["figures"]
    assert figures["own"] + figures["subsidy"] == figures["price"]


def test_rating(client, alice, eaten):
    client.force_login(alice)
    url = reverse("meals:rate", args=[eaten.pk])
    response = client.post(url, {"rating": "5", "small": "1"}, **HTMX)
    assert 'value="5" checked' in response.content.decode()
    eaten.refresh_from_db()
    assert (eaten.rating, Event.objects.filter(user=alice, verb="like", forgotten_at=None).count()) == (5, 1)
    client.post(url, {"rating": "1", "comment": "짜요"})
    eaten.refresh_from_db()
    assert (eaten.rating, eaten.comment) == (1, "짜요")
    for bad in ("0", "6", "x", "", "1.5"):
        assert "from 1 to 5" in client.post(url, {"rating": bad}, **HTMX)["HX-Trigger"]
    eaten.refresh_from_db()
    assert eaten.rating == 1


def test_a_meal_is_not_rated_before_it_was_eaten(client, alice, order):
    client.force_login(alice)
    response = client.post(reverse("meals:rate", args=[order.pk]), {"rating": "5"}, **HTMX)
    assert "once orders for it are closed" in response["HX-Trigger"]
    assert Event.objects.filter(verb="like").count() == 0


def test_the_link_of_a_mail_changes_and_cancels_without_login(client, order, menu, other_menu):
    url = reverse("meals:order-link", args=[links.token(order)])
    assert links.order_link(order).endswith(url)
    page = client.get(url)
    assert (page.status_code, page.context["linked"], page.context["can_change"]) == (200, True, True)
    assert Order.objects.live().get().menu == menu  # looking changes nothing
    assert "no-cache" in page["Cache-Control"]
    changed = client.post(url, {"action": "change", "menu": other_menu.pk})
    new = Order.objects.live().get()
    assert (new.menu, changed.url) == (other_menu, reverse("meals:order-link", args=[links.token(new)]))
    assert client.get(url).context["order"] == new  # the mail leads to the meal that stands now
    client.post(url, {"action": "cancel"})
    assert Order.objects.live().count() == 0
    page = client.post(changed.url, {"action": "change", "menu": menu.pk}, follow=True, HTTP_ACCEPT_LANGUAGE="en")
    assert "is cancelled" in page.content.decode()


def test_a_link_opens_no_other_companys_menu_and_nothing_past_the_cutoff(
    client, order, menu, make_menu, make_food, public
):
    url = reverse("meals:order-link", args=[links.token(order)])
    foreign = make_menu(make_food("공개 국수"), group=public)
    assert client.post(url, {"action": "change", "menu": foreign.pk}).status_code == 403
    close(menu)
    page = client.post(url, {"action": "cancel"}, follow=True, HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert "too late" in page
    assert Order.objects.live().get().menu == menu


def test_links_that_this_site_did_not_make(client, alice, bob, order):
    forged = signing.dumps([order.pk, bob.pk], salt=links.SALT)
    for token in ("x", links.token(order)[:-1], signing.dumps([order.pk, alice.pk], salt="other"), forged):
        response = client.get(reverse("meals:order-link", args=[token]))
        assert response.status_code == 404
        assert client.post(reverse("meals:order-link", args=[token]), {"action": "cancel"}).status_code == 404
    alice.is_active = False
    alice.save()
    assert client.get(reverse("meals:order-link", args=[links.token(order)])).status_code == 404
    assert Order.objects.live().count() == 1
