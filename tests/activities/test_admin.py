"""The admin: every page opens, searches and filters; what staff do reaches counts and catalogue."""

import pytest
from django.urls import reverse

from activities import services
from activities.models import Activity, Comment, Like, Membership, Participation
from recommendations.models import CatalogueEntry

NAMES = ("club", "membership", "activity", "participation", "like", "comment")


@pytest.fixture
def boss(client, staff):
    client.force_login(staff)
    return client


@pytest.fixture
def full(activity, bob):
    services.like(user=bob, activity=activity)
    services.participation_request(user=bob, activity=activity)
    services.comment_create(user=bob, activity=activity, text="안녕")
    return activity


@pytest.mark.parametrize("name", NAMES)
def test_lists_and_forms_open(boss, full, name):
    url = reverse(f"admin:activities_{name}_changelist")
    assert boss.get(url).status_code == 200
    assert boss.get(url + "?q=a").status_code == 200
    model = {"membership": Membership, "participation": Participation, "like": Like, "comment": Comment}.get(name)
    row = model.objects.first() if model else (full if name == "activity" else full.club)
    assert boss.get(reverse(f"admin:activities_{name}_change", args=[row.pk])).status_code == 200


@pytest.mark.parametrize("name", ["club", "activity"])
def test_add_history_and_autocomplete_open(boss, full, name):
    row = full if name == "activity" else full.club
    assert boss.get(reverse(f"admin:activities_{name}_add")).status_code == 200
    assert boss.get(reverse(f"admin:activities_{name}_history", args=[row.pk])).status_code == 200
    assert boss.get(reverse(f"admin:activities_{name}_export")).status_code == 200
    assert boss.get(reverse(f"admin:activities_{name}_import")).status_code == 200


def form_of(activity, **values):
    return {
        "title": activity.title,
        "category": activity.category_id,
        "tags": "[]",
        "status": "open",
        "content": "",
        "created_at_0": "2026-01-01",
        "created_at_1": "10:00",
        **values,
    }


def test_saving_cleans_and_publishes(boss, activity):
    before = CatalogueEntry.objects.get(domain="activities").revision_id
    url = reverse("admin:activities_activity_change", args=[activity.pk])
    response = boss.post(url, form_of(activity, title="새 이름", content="<p>a</p><script>x</script>", capacity="3"))
    assert response.status_code == 302
    activity.refresh_from_db()
    assert (activity.title, activity.content, activity.content_text) == ("새 이름", "<p>a</p>", "a")
    assert CatalogueEntry.objects.get(domain="activities").revision_id != before


def test_the_admin_cannot_oversell_either(boss, alice, bob, charlie, make_activity):
    activity = make_activity(needs_approval=False)
    for user in (bob, charlie):
        services.participation_request(user=user, activity=activity)
    url = reverse("admin:activities_activity_change", args=[activity.pk])
    assert boss.post(url, form_of(activity, capacity="1")).status_code == 200
    activity.refresh_from_db()
    assert (activity.capacity, activity.participant_count) == (10, 2)


def test_deleting_reaches_counts_and_catalogue(boss, full):
    for name, model in (("like", Like), ("participation", Participation)):
        row = model.objects.get()
        boss.post(reverse(f"admin:activities_{name}_delete", args=[row.pk]), {"post": "yes"})
        assert model.objects.count() == 0
    full.refresh_from_db()
    assert (full.like_count, full.participant_count) == (0, 0)
    boss.post(reverse("admin:activities_activity_delete", args=[full.pk]), {"post": "yes"})
    assert Activity.objects.count() == 0
    assert CatalogueEntry.objects.get(domain="activities").listed is False


def test_actions(boss, full):
    boss.post(reverse("admin:activities_activity_changelist"), {"action": "close", "_selected_action": [full.pk]})
    comment = Comment.objects.get()
    boss.post(
        reverse("admin:activities_comment_changelist"),
        {"action": "abusive", "reason": "욕설", "_selected_action": [comment.pk]},
    )
    full.refresh_from_db()
    comment.refresh_from_db()
    assert (full.status, comment.state) == ("closed", "hidden")


def test_import_cleans_and_publishes(hobby, seoul):
    from tablib import Dataset

    from activities.admin.content import ActivityResource

    rows = Dataset(headers=["external_id", "title", "content", "category", "region", "capacity", "like_count"])
    rows.append(["x-1", "산책", "<p>가요</p><script>x</script>", "hobby", "seoul", "5", "99"])
    for _ in range(2):
        result = ActivityResource().import_data(rows, raise_errors=True)
    activity = Activity.objects.get(external_id="x-1")
    assert (result.totals["update"] + result.totals["skip"], activity.content) == (1, "<p>가요</p>")
    assert activity.like_count == 0
    assert CatalogueEntry.objects.filter(domain="activities", item_id=str(activity.pk), listed=True).count() == 1
    bad = Dataset(headers=["external_id", "title", "category", "capacity"])
    bad.append(["x-2", "x", "nosuch", "0"])
    assert ActivityResource().import_data(bad).has_errors() is True
    assert Activity.objects.count() == 1
