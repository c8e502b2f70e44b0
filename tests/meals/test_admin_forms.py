"""Forms of the admin: weekdays and allergens are ticked, tags written with commas; what is wrong stands beside its field."""

import io

import pytest
from django.urls import reverse
from PIL import Image

from meals.models import Food, Group, Maker


@pytest.fixture
def boss(client, staff):
    client.force_login(staff)
    return client


ORIGIN = {"external_id": "", "created_at_0": "2026-01-01", "created_at_1": "10:00"}
GROUP = {
    "name": "새 회사",
    "address": "서울 중구 세종대로 110",
    "is_active": "on",
    "service_days": ["0", "2"],
    "lunch_cutoff": "10:30",
    "dinner_cutoff": "",
    "cutoff_days_before": "1",
    "budget": "9000",
    "holidays-TOTAL_FORMS": "0",
    "holidays-INITIAL_FORMS": "0",
    **ORIGIN,
}


def errors(response):
    assert response.status_code == 200
    return response.context["adminform"].form.errors


def photo():
    data = io.BytesIO()
    Image.new("RGB", (640, 400), "tomato").save(data, "JPEG")
    data.seek(0)
    data.name = "dish.jpg"
    return data


def test_a_group_with_ticked_weekdays(boss, db):
    assert boss.post(reverse("admin:meals_group_add"), GROUP).status_code == 302
    group = Group.objects.get()
    assert (group.service_days, group.lunch_cutoff.hour, group.dinner_cutoff, group.budget) == ([0, 2], 10, None, 9000)
    page = boss.get(reverse("admin:meals_group_change", args=[group.pk]))
    assert page.context["adminform"].form["service_days"].value() == [0, 2]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("service_days", ["9"]),
        ("service_days", []),
        ("budget", "-1"),
        ("cutoff_days_before", "8"),
        ("lunch_cutoff", "25:00"),
    ],
)
def test_what_is_wrong_with_a_group_stands_beside_the_field(boss, db, field, value):
    found = errors(boss.post(reverse("admin:meals_group_add"), {**GROUP, field: value}))
    assert list(found) == [field] or (field == "cutoff_days_before" and list(found) == ["__all__"])
    assert not Group.objects.exists()


def food_data(maker, kind, **values):
    data = {
        "maker": maker.pk,
        "food_type": kind.pk,
        "name": "갈비탕",
        "name_en": "Short rib soup",
        "description": "푹 끓인",
    }
    data |= {"price": "13000", "spiciness": "0", "calories": "640", "is_active": "on", **ORIGIN}
    return {**data, "tags": "국물, 고기， 국물", "allergens": ["beef", "soybean"], **values}


def test_a_food_with_all_fields_and_a_photo(boss, maker, korean, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    response = boss.post(reverse("admin:meals_food_add"), food_data(maker, korean, photo=photo()))
    assert response.status_code == 302
    food = Food.objects.get()
    assert (food.tags, food.allergens, food.price) == (["국물", "고기"], ["beef", "soybean"], 13000)
    assert Image.open(food.photo).width == 640
    form = boss.get(reverse("admin:meals_food_change", args=[food.pk])).context["adminform"].form
    assert 'value="국물, 고기"' in str(form["tags"])
    cleared = boss.post(
        reverse("admin:meals_food_change", args=[food.pk]), food_data(maker, korean, tags="", allergens=[])
    )
    assert cleared.status_code == 302
    food.refresh_from_db()
    assert (food.tags, food.allergens) == ([], [])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("price", "-5"),
        ("price", ""),
        ("spiciness", "6"),
        ("calories", "99999"),
        ("allergens", ["gold"]),
        ("tags", "x" * 51),
        ("tags", ",".join(f"t{n}" for n in range(21))),
    ],
)
def test_what_is_wrong_with_a_food_stands_beside_the_field(boss, maker, korean, field, value):
    assert field in errors(boss.post(reverse("admin:meals_food_add"), food_data(maker, korean, **{field: value})))
    assert not Food.objects.exists()


def test_a_photo_that_is_none_is_refused(boss, maker, korean):
    fake = io.BytesIO(b"<svg onload=alert(1)>")
    fake.name = "dish.jpg"
    assert "photo" in errors(boss.post(reverse("admin:meals_food_add"), food_data(maker, korean, photo=fake)))


def test_a_maker_delivers_to_ticked_groups(boss, public, company):
    data = {"name": "새 식당", "capacity": "40", "groups": [company.pk], **ORIGIN}
    assert boss.post(reverse("admin:meals_maker_add"), data).status_code == 302
    maker = Maker.objects.get()
    assert (maker.capacity, list(maker.groups.all())) == (40, [company])
    assert "capacity" in errors(boss.post(reverse("admin:meals_maker_add"), {**data, "capacity": "-1"}))
