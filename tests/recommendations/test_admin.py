"""Staff read the log and the catalogue; nobody edits them."""

import pytest
from django.urls import reverse

from recommendations.services import record_event
from tests.recommendations.conftest import SPORT

PAGES = ["event", "itemrevision", "catalogueentry"]


@pytest.mark.parametrize("name", PAGES)
def test_lists_can_be_read_searched_and_not_changed(client, staff, alice, activities, name):
    record_event(domain="activities", item=activities[SPORT][0], verb="view", user=alice)
    client.force_login(staff)
    url = reverse(f"admin:recommendations_{name}_changelist")
    assert client.get(url).status_code == 200
    assert client.get(url, {"q": "한강"}).status_code == 200
    assert client.get(reverse(f"admin:recommendations_{name}_add")).status_code == 403


@pytest.mark.parametrize("name", PAGES)
def test_members_see_nothing_of_it(client, alice, name):
    client.force_login(alice)
    assert client.get(reverse(f"admin:recommendations_{name}_changelist")).status_code == 302
