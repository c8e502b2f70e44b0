"""Liking, joining, commenting and writing in a real browser. The page fixture refuses console and CSP errors."""

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from accounts.services import ensure_reference_data
from activities import services
from activities.models import Activity, Like, ModerationDecision, Participation

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


def test_buttons_change_their_part_of_the_page(page, live_server, log_in, bob, make_activity):
    activity, _other = make_activity(), make_activity("강변 달리기")
    log_in(page, bob)
    page.goto(live_server.url + activity.get_absolute_url())
    page.locator("#like button").click()
    expect(page.locator("#like button")).to_have_attribute("aria-pressed", "true")
    page.locator("#join button").click()
    expect(page.locator("#join .notice")).to_be_visible()
    page.locator("#comments textarea").first.fill("<b>같이</b> 가요 <3")
    page.locator("#comments form button").first.click()
    expect(page.locator(".comment-text")).to_have_text("같이 가요 <3")
    page.locator("footer").scroll_into_view_if_needed()
    expect(page.locator("#similar-title")).to_be_visible()
    assert (Like.objects.count(), Participation.objects.count()) == (1, 1)


def test_the_editor_writes_what_the_server_keeps(page, live_server, log_in, bob):
    log_in(page, bob)
    page.goto(live_server.url + "/activities/new/")
    page.locator("[name=title]").fill("글쓰기")
    page.locator("[name=category]").select_option(index=1)
    area = page.locator(".editor-area")
    area.click()
    page.locator(".editor-bar button").first.click()
    page.keyboard.type("굵게")
    page.locator("main form button.btn-primary").click()
    expect(page.locator("h1")).to_have_text("글쓰기")
    expect(page.locator(".prose b, .prose strong")).to_have_text("굵게")
    assert "script" not in Activity.objects.get().content


def test_filters_keep_the_page(page, live_server, make_activity):
    make_activity()
    page.goto(live_server.url + "/activities/")
    expect(page.locator("#results .card")).to_have_count(1)
    page.locator("[name=category]").select_option("sports")
    expect(page.locator("#results .card")).to_have_count(0)
    assert "category=sports" in page.url


def test_moderators_decide_with_keys(page, live_server, log_in, bob, make_user, make_activity):
    moderator = make_user("moderator", is_staff=True, is_superuser=True)
    activity = make_activity()
    for text in ("이 병신아 꺼져라", "개새끼들 지랄하네"):
        comment = services.comment_create(user=bob, activity=activity, text=text)
        services.comment_appeal(user=bob, comment=comment, text="농담")
    log_in(page, moderator)
    page.goto(live_server.url + reverse("admin:activities_queuedcomment_review"))
    said = page.locator(".moderate-text")
    first = said.inner_text()
    page.keyboard.press("s")
    expect(said).not_to_have_text(first)
    page.keyboard.press("f")
    expect(page.get_by_text("판정했습니다: 문제없음")).to_be_visible()
    page.keyboard.press("u")
    expect(page.get_by_text("취소했습니다.", exact=False)).to_be_visible()
    page.keyboard.press("a")
    page.keyboard.type("f 1 u")  # letters that are keys elsewhere
    page.keyboard.press("Enter")
    expect(page.get_by_text("판정했습니다: 악성")).to_be_visible()
    found = [(row.verdict, row.reason, row.reverted_at is None) for row in ModerationDecision.objects.order_by("pk")]
    assert found == [("fine", "", False), ("abusive", "f 1 u", True)]
