"""Members and roles in the admin: deleting reaches what nobody may delete by itself; permissions stand there in words."""

from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from meals.models import Order
from recommendations.models import Event
from tests.support import rows


def test_a_member_with_events_and_orders_is_deleted_by_who_may(client, staff):
    member = rows.make(Order, 1)[0].user
    Event.objects.create(user=member, domain="meals", item_id="1", verb="view", occurred_at=member.date_joined)
    client.force_login(staff)
    address = reverse("admin:accounts_user_delete", args=[member.pk])
    assert "perms_lacking" in client.get(address).context
    assert client.get(address).context["perms_lacking"] == set()
    assert client.post(address, {"post": "yes"}).status_code == 302
    assert not User.objects.filter(pk=member.pk).exists()


def test_who_may_not_delete_members_is_refused(client, make_user, alice):
    viewer = make_user("viewer", is_staff=True)
    viewer.groups.add(Group.objects.get(name="viewer"))
    client.force_login(viewer)
    assert client.post(reverse("admin:accounts_user_delete", args=[alice.pk]), {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=alice.pk).exists()


def test_permissions_are_named_in_korean(client, staff, django_assert_max_num_queries):
    client.force_login(staff)
    with translation.override("ko"), django_assert_max_num_queries(12):
        page = client.get(reverse("admin:auth_group_change", args=[Group.objects.get(name="editor").pk]))
    names = [name for _value, name in page.context["adminform"].form.fields["permissions"].choices]
    assert "클럽과 활동 · 활동: 고치기" in names
    assert [name for name in names if name.startswith("Can ")] == []
