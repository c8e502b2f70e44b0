"""From a visitor's first look to a model of their own, in a real browser. Fixtures refuse console and CSP errors."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from recommendations.models import Event
from tests.support.browser import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

FEED = "#feed .feed-item"
PASSWORD = "a-Long-pass-word-9"


def ids(page) -> list[str]:
    return page.eval_on_selector_all(FEED, "cards => cards.map(card => card.dataset.item)")


def test_a_visitor_becomes_a_member_with_a_model(page, live_server, town):
    cooking = town["cooking"][0]

    page.goto(live_server.url)
    expect(page.locator(FEED)).to_have_count(12)
    before = ids(page)
    page.locator(f'{FEED}[data-item="{cooking.pk}"] .card-title a').click()
    expect(page.locator("h1")).to_contain_text(cooking.title)

    page.goto(f"{live_server.url}/accounts/signup/")
    page.fill("input[name=email]", "dana@moa.example")
    page.fill("input[name=nickname]", "다나")
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    page.click("main form button[type=submit]")
    page.wait_for_url(lambda url: "signup" not in url)

    page.goto(live_server.url)
    expect(page.locator(FEED)).to_have_count(12)
    for row in town["cooking"][1:]:
        button = page.locator(f'{FEED}[data-item="{row.pk}"] .feed-like')
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")
    # What is liked has a list of its own; the rest is in another order.
    page.goto(live_server.url)
    expect(page.locator(FEED)).to_have_count(9)
    after = ids(page)
    assert set(before) - set(after) == {str(row.pk) for row in town["cooking"][1:]}
    assert after != [item for item in before if item in after]

    page.goto(f"{live_server.url}/me/ai/activities/")
    expect(page.locator("#history .row-item")).to_have_count(4)
    page.locator("#history form button").first.click()
    expect(page.locator("#history .is-forgotten")).to_have_count(1)
    expect(page.locator("#history form button")).to_have_count(3)
    assert Event.objects.filter(verb="like", forgotten_at=None).count() == 2


def test_tabs_kinds_and_going_back(page, live_server, town):
    page.goto(live_server.url)
    expect(page.locator(FEED)).to_have_count(12)
    page.locator(".tabs a").nth(2).click()
    expect(page.locator(".tabs a").nth(2)).to_have_attribute("aria-current", "page")
    assert "tab=latest" in page.url
    assert ids(page)[0] == str(town["climbing"][0].pk)
    page.locator(".chips a").nth(1).click()
    expect(page.locator(FEED)).to_have_count(2)
    page.go_back()
    expect(page.locator(FEED)).to_have_count(12)
    expect(page.locator("header.header")).to_have_count(1)


def test_why_opens_a_dialog_and_escape_closes_it(page, live_server, town, alice, log_in):
    log_in(page, alice)
    page.goto(live_server.url)
    page.locator(f"{FEED} .why").first.click()
    expect(page.locator("dialog[open] h2")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_not_interested_and_back(page, live_server, town, alice, log_in):
    log_in(page, alice)
    page.goto(live_server.url)
    card = page.locator(f'{FEED}[data-item="{town["reading"][0].pk}"]')
    card.locator('button[value="dislike"]').click()
    expect(page.locator(".dismissed")).to_have_count(1)
    expect(page.locator(".toast")).to_have_count(1)
    page.locator(".dismissed button").click()
    expect(page.locator(".dismissed")).to_have_count(0)
    assert Event.objects.filter(user=alice, verb="dislike").count() == 0


def test_impressions_are_posted(page, live_server, town, alice, log_in):
    log_in(page, alice)
    page.goto(live_server.url)
    expect(page.locator(FEED)).to_have_count(12)
    with page.expect_response("**/api/v1/events/") as posted:
        page.wait_for_timeout(3500)
    assert posted.value.status in (200, 201)
    assert Event.objects.filter(user=alice, verb="impression", feed="for-you").exists()


def test_theme_is_switched_and_kept(page, live_server, town):
    page.goto(f"{live_server.url}/about/")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click("[data-theme-toggle]")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert light != dark
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark


def test_nothing_is_wider_than_a_phone(phone, live_server, town, alice, log_in):
    addresses = ["/", "/?tab=latest", "/about/", "/search/?q=클라이밍", "/nothing/", "/me/ai/", "/me/ai/activities/"]
    log_in(phone, alice)
    for address in addresses:
        phone.goto(live_server.url + address)
        if address == "/":
            expect(phone.locator(FEED)).to_have_count(12)
        assert phone.evaluate("document.documentElement.scrollWidth") == PHONE["width"], address
        expect(phone.locator(".tabbar")).to_be_visible()
    assert phone.screenshot(full_page=True)


def test_the_main_page_works_without_script(new_page, live_server, town):
    plain = new_page(java_script_enabled=False)
    plain.goto(f"{live_server.url}/")
    expect(plain.locator(FEED)).to_have_count(12)
    plain.goto(f"{live_server.url}/?tab=popular")
    expect(plain.locator(FEED)).to_have_count(12)
