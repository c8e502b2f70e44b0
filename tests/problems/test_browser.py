"""Solving in a real browser. The page fixture refuses console and CSP errors."""

import pytest
from django.test import Client
from playwright.sync_api import expect

from accounts.services import ensure_reference_data
from problems import reference, tasks
from problems.models import Tag, TestCase
from tests.problems import make
from tests.support.browser import PHONE

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
EDITOR = ".cm-content"


@pytest.fixture(autouse=True)
def _reference_data(transactional_db):
    ensure_reference_data()
    Tag.objects.bulk_create(
        [Tag(slug=slug, name_ko=ko, name_en=en) for slug, ko, en in reference.TAGS], ignore_conflicts=True
    )


@pytest.fixture
def log_in(live_server):
    """Return a function that gives a page the session of a member."""

    def run(page, user):
        client = Client()
        client.force_login(user)
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
        page.context.add_cookies([cookie])

    return run


def code(page) -> str:
    return page.evaluate("document.querySelector('textarea[data-code]').value")


def test_statement_formulas_and_languages(page, live_server):
    problem = make.problem()
    page.goto(live_server.url + problem.get_absolute_url())
    expect(page.locator("#statement .katex").first).to_be_visible()
    assert page.locator("#statement .math.block svg").first.bounding_box()["width"] < 20  # the arrow of \vec
    expect(page.locator("h1")).to_have_text("두 수의 합")
    page.locator("#statement .segmented a[lang=en]").click()
    expect(page.locator("h1")).to_have_text("Sum of two")
    expect(page.locator("#statement .katex")).to_have_count(2)
    assert page.url.endswith("?lang=en")


def test_the_editor_indents_keeps_the_draft_and_lets_the_keyboard_leave(page, live_server, log_in, bob):
    problem = make.problem()
    log_in(page, bob)
    page.goto(live_server.url + problem.get_absolute_url())
    page.locator(EDITOR).click()
    page.keyboard.type("if x:")
    page.keyboard.press("Enter")
    page.keyboard.type("y")
    page.keyboard.press("Tab")
    page.keyboard.type("# 한글")
    assert code(page) == "if x:\n    y   # 한글"
    expect(page.locator("[data-draft-hint]")).not_to_be_empty()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.code-mount') === null")
    page.reload()
    expect(page.locator(EDITOR)).to_contain_text("# 한글")
    assert code(page) == "if x:\n    y   # 한글"


def test_drafts_are_one_problems_and_one_members(page, live_server, log_in, alice, bob):
    first, second = make.problem(), make.problem("other")
    log_in(page, alice)
    page.goto(live_server.url + first.get_absolute_url())
    page.locator(EDITOR).click()
    page.keyboard.type("mine")
    page.wait_for_timeout(600)
    page.goto(live_server.url + second.get_absolute_url())
    assert code(page) == ""
    log_in(page, bob)
    page.goto(live_server.url + first.get_absolute_url())
    assert code(page) == ""


def test_samples_are_run_and_the_verdict_comes_by_itself(page, live_server, log_in, bob):
    problem = make.problem()
    hidden = TestCase(problem=problem, name="secret/1", order=9)
    hidden.input, hidden.answer = b"20 22\n", b"42\n"
    hidden.save()
    log_in(page, bob)
    page.goto(live_server.url + problem.get_absolute_url())
    page.locator(EDITOR).click()
    page.keyboard.type("print(3)")
    page.locator("button[value=run]").click()
    expect(page.locator("#outcome [aria-busy=true]")).to_be_visible()
    tasks.judge_waiting()
    expect(page.locator("#outcome .run-case .badge")).to_have_text("AC")
    page.locator("button[value=submit]").click()
    expect(page.locator("#own .submission-row")).to_have_count(0)
    tasks.judge_waiting()
    expect(page.locator("#outcome .verdict-l")).to_have_text("WA")
    expect(page.locator("#outcome .dot")).to_have_count(2)
    expect(page.locator("#own .submission-row")).to_have_count(1)
    page.locator(EDITOR).click()
    page.keyboard.press("Control+a")
    page.keyboard.type("print(sum(map(int, input().split()")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#outcome [aria-busy=true]")).to_be_visible()
    tasks.judge_waiting()
    expect(page.locator("#outcome .verdict-l")).to_have_text("AC")
    expect(page.locator("#own .submission-row")).to_have_count(2)
    assert problem.attempts.get().is_solved


def test_a_refusal_is_told_and_nothing_is_lost(page, live_server, log_in, bob):
    problem = make.problem()
    log_in(page, bob)
    page.goto(live_server.url + problem.get_absolute_url())
    page.locator("button[value=submit]").click()
    expect(page.locator("#outcome [role=alert]")).to_be_visible()
    expect(page.locator("button[value=submit]")).to_be_enabled()


def test_samples_are_copied(new_page, live_server):
    problem = make.problem()
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(live_server.url + problem.get_absolute_url())
    page.locator("[data-copy]").first.click()
    assert page.evaluate("navigator.clipboard.readText()") == "1 2\n"


def test_shelves_load_when_they_come_into_view(page, live_server):
    for number in range(3):
        make.problem(f"p-{number}")
    page.goto(live_server.url + "/problems/")
    expect(page.locator(".shelf[aria-labelledby] .feed-item").first).to_be_visible()
    waiting = page.locator(".shelf[aria-busy]")
    assert waiting.count() > 0
    for _shelf in range(40):
        page.evaluate("document.querySelector('.shelf[aria-busy]')?.scrollIntoView()")
        page.wait_for_timeout(100)
    expect(waiting).to_have_count(0)


def test_filters_keep_the_page(page, live_server):
    make.problem()
    make.problem("hard", level=12, tags=("dp",))
    page.goto(live_server.url + "/problems/list/")
    page.locator("[name=tier]").select_option("gold")
    expect(page.locator("#results .problem-row")).to_have_count(1)
    page.locator(".tag-filter summary").click()
    page.locator(".tag-filter label").filter(has_text="수학").click()
    expect(page.locator("#results .problem-row")).to_have_count(0)
    assert "tier=gold" in page.url
    assert "tag=math" in page.url


def test_nothing_is_wider_than_a_phone(phone, live_server, log_in, alice):
    problem = make.problem(statement_ko=make.STATEMENT + "\n\n" + "긴" * 300 + "\n\n    " + "x" * 300)
    make.solved(alice, problem)
    sent = make.submission(alice, problem, code="x = '" + "y" * 300 + "'")
    log_in(phone, alice)
    addresses = ["/problems/", "/problems/list/", "/problems/progress/", "/problems/submissions/", "/problems/roadmap/"]
    addresses += [problem.get_absolute_url(), sent.get_absolute_url(), problem.get_absolute_url() + "roadmap/"]
    for address in addresses:
        phone.goto(live_server.url + address)
        assert phone.evaluate("document.documentElement.scrollWidth") == PHONE["width"], address


def test_a_problem_is_readable_and_sendable_without_script(new_page, live_server, log_in, bob):
    problem = make.problem()
    plain = new_page(java_script_enabled=False)
    log_in(plain, bob)
    plain.goto(live_server.url + problem.get_absolute_url())
    expect(plain.locator("#statement .math").first).to_have_text("a")
    expect(plain.locator("textarea[name=code]")).to_be_visible()
