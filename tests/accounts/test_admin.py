"""The admin's pages of accounts."""

import pytest
from django.urls import reverse

from accounts import services
from accounts.models import Category, User
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", ["user", "category", "region", "notification"])
def test_lists_searches_and_forms_open(client, staff, alice, model):
    services.notify(alice, "note", "Look")
    client.force_login(staff)
    base = f"admin:accounts_{model}"
    row = {"user": alice, "notification": alice.notifications.get()}.get(model, Category.objects.first())
    for url in (reverse(f"{base}_changelist"), reverse(f"{base}_add"), reverse(f"{base}_change", args=[row.pk])):
        assert client.get(url).status_code == 200
    assert client.get(reverse(f"{base}_changelist"), {"q": "a"}).status_code == 200


def test_members_do_not_get_in(client, alice):
    client.force_login(alice)
    assert client.get(reverse("admin:accounts_user_changelist")).status_code == 302


def test_staff_make_a_member(client, staff):
    client.force_login(staff)
    data = {"email": "New@moa.example", "nickname": "newbie", "password1": PASSWORD, "password2": PASSWORD}
    response = client.post(reverse("admin:accounts_user_add"), data | {"usable_password": "true"})
    assert response.status_code == 302, response.context["adminform"].form.errors
    assert User.objects.get(nickname="newbie").email == "new@moa.example"


def test_deleting_in_the_admin_reaches_what_other_apps_hold(client, staff, alice, calls):
    client.force_login(staff)
    client.post(reverse("admin:accounts_user_delete", args=[alice.pk]), {"post": "yes"})
    assert calls["erase"] == [alice.pk]


def test_staff_log_a_member_out(client, staff, alice, bearer, tokens):
    access = tokens(alice)["access"]
    client.force_login(staff)
    client.post(
        reverse("admin:accounts_user_changelist"), {"action": "log_out_everywhere", "_selected_action": [alice.pk]}
    )
    assert bearer(access).get("/api/v1/me/").status_code == 401


def test_changes_of_a_category_are_kept(client, staff):
    client.force_login(staff)
    food = Category.objects.get(slug="food")
    data = {"slug": "food", "name_ko": "맛집", "name_en": "Food", "order": 4}
    client.post(reverse("admin:accounts_category_change", args=[food.pk]), data)
    assert list(food.history.values_list("name_ko", "history_user__nickname")) == [("맛집", "staff")]
