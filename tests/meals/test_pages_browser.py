"""Ordering in a real browser. The page fixture refuses console and CSP errors."""

import pytest
from django.test import Client
from playwright.sync_api import expect

from accounts.services import ensure_reference_data
from meals import links, services
from meals.models import Menu, Order
from tests.support.browser import PHONE

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


@pytest.fixture(autouse=True)
def _reference_data(transactional_db):
    ensure_reference_data()


@pytest.fixture
def log_in(live_server):
    """Return a function that gives a page the session of a member."""

    def run(page, user):
        client = Client()
        client.force_login(user)
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
        page.context.add_cookies([cookie])

    return run


def test_order_change_and_cancel_on_a_phone(phone, live_server, log_in, alice, menu, other_menu):
    log_in(phone, alice)
    phone.goto(live_server.url + "/meals/")
    card = phone.locator(".day-item").filter(has_text="김치찌개")
    card.get_by_role("button", name="주문하기").click()
    expect(phone.locator(".day-item.is-ordered")).to_contain_text("김치찌개")
    expect(phone.locator("#day [data-until]").first).to_contain_text("남음")
    phone.locator(".day-item").filter(has_text="비빔밥").get_by_role("button", name="이걸로 바꾸기").click()
    expect(phone.locator(".day-item.is-ordered")).to_contain_text("비빔밥")
    phone.get_by_role("button", name="주문 취소").click()
    expect(phone.locator(".day-item.is-ordered")).to_have_count(0)
    assert Order.objects.live().count() == 0


def test_nothing_is_wider_than_a_phone(phone, live_server, log_in, alice, make_menu, make_food):
    food = make_food("아주" + "긴" * 120, description="x" * 300, allergens=["egg", "milk", "wheat", "soybean", "pork"])
    order = services.order_place(user=alice, menu=make_menu(food))[0]
    make_menu(make_food("다른 것" * 30))
    log_in(phone, alice)
    addresses = ["/meals/", "/meals/makers/", "/meals/group/", "/meals/orders/", "/meals/auto/"]
    addresses += [food.get_absolute_url(), f"/meals/makers/{food.maker_id}/", order.get_absolute_url()]
    for address in [*addresses, links.page("order-link", links.token(order))]:
        phone.goto(live_server.url + address)
        assert phone.evaluate("document.documentElement.scrollWidth") == PHONE["width"], address


def test_meals_are_ordered_without_script(new_page, live_server, log_in, alice, menu):
    plain = new_page(java_script_enabled=False)
    log_in(plain, alice)
    plain.goto(live_server.url + "/meals/")
    plain.get_by_role("button", name="주문하기").click()
    expect(plain.locator(".is-ordered")).to_contain_text("김치찌개")


def test_a_star_is_one_click(page, live_server, log_in, alice, menu):
    order = services.order_place(user=alice, menu=menu)[0]
    Menu.objects.update(date="2026-01-05", closes_at="2026-01-05T01:00:00Z")
    Order.objects.update(date="2026-01-05", status="delivered")
    log_in(page, alice)
    page.goto(live_server.url + "/meals/orders/")
    page.locator(f"label[for=star-{order.pk}-4]").click()
    expect(page.locator(".toast")).to_contain_text("내 AI가 배웠어요")
    expect(page.locator(f"#star-{order.pk}-4")).to_be_checked()
    order.refresh_from_db()
    assert order.rating == 4
