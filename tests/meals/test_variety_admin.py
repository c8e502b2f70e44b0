"""Accuracy over variety: measured by replay, shown with the point in force, measured anew by who may."""

import datetime as dt

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from meals import tasks, variety_curve
from meals.models import Food, VarietyCurve
from ml import parameters
from recommendations.domains import domains
from recommendations.publishing import publish_all
from tests.meals.past import eat

PAGE, MEASURE = "admin:meals_varietycurve_changelist", "admin:meals_varietycurve_measure"
HEAVY = ("habit", "sequence", "moment")  # families that take long to train


@pytest.fixture
def boss(client, staff):
    client.force_login(staff)
    return client


@pytest.fixture
def helper(make_user):
    def make(*names):
        user = make_user(f"helper{len(names)}", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(content_type__app_label="meals", codename__in=names))
        return user

    return make


@pytest.fixture
def eaten(company, make_food, salad):
    """Three weeks of menus with six dishes, two of them much alike; ranked by the light families."""
    names = ("김치찌개", "된장찌개", "비빔밥", "연어 샐러드", "닭 샐러드", "콩 샐러드")
    stews = [make_food(name, tags=["찌개"] if "찌개" in name else [name]) for name in names[:3]]
    foods = stews + [make_food(name, food_type=salad, tags=[name]) for name in names[3:]]
    Food.objects.update(created_at=timezone.now() - dt.timedelta(days=90))
    publish_all(domains["meals"])
    for name in HEAVY:
        parameters.set("meals.today", name, 0.0)
        parameters.set("meals.for-you", name, 0.0)
    return eat(company, foods, members=20, length=40, events=True)


def point(strength, **values):
    return {
        "strength": strength, "hit": [0.7, 0.6, 0.8], "ndcg": [0.6, 0.5, 0.7], "distance": 0.8 + strength / 50,
        "coverage": 0.9, "gini": 0.5, "repeat": 0.3, **values,
    }  # fmt: skip


@pytest.fixture
def curve(db):
    measured = {"orders": 600, "members": 300, "days": 14, "until": "2026-01-01", "own_repeat": 0.345, "seconds": 9}
    points = [point(0.0), point(0.3), point(5.0, hit=[0.5, 0.4, 0.6])]
    return VarietyCurve.objects.create(feed="today", points=points, measured=measured, made_at=timezone.now())


def text(client, **query):
    response = client.get(reverse(PAGE), query)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("feed", variety_curve.FEEDS)
def test_the_curve_is_measured_on_past_menus(eaten, feed):
    parameters.set(f"meals.{feed}", "diversity", 0.42)
    made = tasks.diversity_curve(feed)
    assert VarietyCurve.objects.get(feed=feed).error == ""
    assert made == len(variety_curve.STRENGTHS) + 1
    found = VarietyCurve.objects.get(feed=feed)
    assert (found.error, found.queued_at, found.is_waiting) == ("", None, False)
    strengths = [row["strength"] for row in found.points]
    assert strengths == sorted({*variety_curve.STRENGTHS, 0.42})
    first, last = found.points[0], found.points[-1]
    assert first["distance"] < last["distance"]
    assert first["hit"][0] > last["hit"][0] > 0
    for row in found.points:
        assert row["ndcg"][0] <= row["hit"][0] <= 1
        assert row["hit"][1] <= row["hit"][0] <= row["hit"][2]
        assert 0 <= row["gini"] <= 1
        assert 0 < row["coverage"] <= 1
    assert found.measured["orders"] > 50
    assert 0.5 < found.measured["own_repeat"] <= 1
    before = found.points
    tasks.diversity_curve(feed)
    assert VarietyCurve.objects.get(feed=feed).points == before


def test_too_little_to_measure_is_said(company, boss):
    assert tasks.diversity_curve() == 0
    assert "no events to measure on" in VarietyCurve.objects.get().error
    assert "no events to measure on" in text(boss)


def test_unknown_lists_are_named(db):
    with pytest.raises(ValueError, match="'nothing' is no list with a curve; there are: today, for-you"):
        tasks.diversity_curve("nothing")


def test_before_the_first_measurement(boss):
    page = text(boss)
    assert '<svg class="moa-chart"' not in page
    assert reverse(MEASURE) in page


def test_the_point_in_force_is_marked(boss, curve):
    page = text(boss)
    assert page.count('<svg class="moa-chart"') == 2
    assert page.count('class="marked"') == 5
    assert f"{reverse('admin:ml_parametervalue_changelist')}#meals-today" in page
    assert boss.get(reverse(PAGE)).context["is_measured"]
    parameters.set("meals.today", "diversity", 1.7)
    response = boss.get(reverse(PAGE))
    assert (response.context["strength"], response.context["is_measured"]) == (1.7, False)
    assert 'class="marked"' not in response.content.decode()


@pytest.mark.parametrize("feed", ["for-you", "nonsense", ""])
def test_other_lists(boss, curve, feed):
    assert boss.get(reverse(PAGE), {"feed": feed}).context["feed"] == ("for-you" if feed == "for-you" else "today")


def test_measuring_anew_is_queued_once(boss, eaten, curve):
    VarietyCurve.objects.update(queued_at=timezone.now())
    boss.post(reverse(MEASURE), {"feed": "today"})
    assert VarietyCurve.objects.get().points == curve.points
    VarietyCurve.objects.update(queued_at=timezone.now() - dt.timedelta(hours=2))  # a worker died
    assert boss.post(reverse(MEASURE), {"feed": "today"}).status_code == 302
    found = VarietyCurve.objects.get()
    assert len(found.points) >= len(variety_curve.STRENGTHS)
    assert found.made_at > curve.made_at
    assert not found.is_waiting


def test_access(client, alice, helper, curve):
    assert client.get(reverse(PAGE)).status_code == 302
    client.force_login(alice)
    assert client.get(reverse(PAGE)).status_code == 302
    client.force_login(helper())
    assert client.get(reverse(PAGE)).status_code == 403
    assert client.post(reverse(MEASURE)).status_code == 403
    client.force_login(helper("view_varietycurve"))
    page = text(client)
    assert reverse(MEASURE) not in page
    assert "parametervalue" not in page
    assert client.get(reverse(MEASURE)).status_code == 405
    assert client.post(reverse(MEASURE)).status_code == 403
    assert VarietyCurve.objects.get().queued_at is None
