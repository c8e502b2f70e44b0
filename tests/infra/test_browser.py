"""Pages of other people's making under this site's content security policy, in a real browser."""

import pytest

from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]


def test_the_api_documentation_works(page, live_server):
    page.goto(f"{live_server.url}/api/docs/")
    page.locator(".opblock-summary").first.wait_for()
    assert page.locator(".info .title").inner_text().startswith("Moa API")


def test_staff_can_log_in_to_the_admin(page, live_server, staff):
    page.goto(f"{live_server.url}/admin/")
    page.fill("input[name=username]", staff.email)
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url(f"{live_server.url}/admin/")
    page.goto(f"{live_server.url}/admin/django_q/schedule/")
    assert page.locator("h1, h2").first.is_visible()
