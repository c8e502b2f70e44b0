"""A small catalogue of activities in two tastes, and what members do with it."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import Category
from activities.models import Activity
from recommendations import catalogue
from recommendations.bulk import refs_of
from recommendations.domains import domains
from recommendations.models import Event
from recommendations.publishing import publish_rows

SPORT, FOOD = "운동·액티비티", "푸드·드링크"
TEXTS = {
    SPORT: [
        "한강 러닝 모임",
        "실내 클라이밍 체험",
        "주말 등산 산행",
        "테니스 초보 레슨",
        "새벽 수영 강습",
        "농구 한 게임",
    ],
    FOOD: ["와인 시음회", "홈베이킹 클래스", "동네 맛집 탐방", "커피 핸드드립", "전통주 빚기", "비건 요리 교실"],
}


@pytest.fixture(autouse=True)
def _empty_memory():
    catalogue.forget_all()
    yield
    catalogue.forget_all()


@pytest.fixture
def make_activity(db):
    """Return a function that makes a published activity: `make_activity("한강 러닝", SPORT)`."""

    def make(title, category=SPORT, *, age=1.0, **fields):
        created = timezone.now() - dt.timedelta(days=age)
        values = {
            "intro": f"{title} 함께해요",
            "category": Category.objects.get(name_ko=category),
            "created_at": created,
            **fields,
        }
        row = Activity.objects.create(title=title, **values)
        publish_rows(domains["activities"], [row])
        return row

    return make


@pytest.fixture
def activities(make_activity):
    """Twelve activities: six of sport, six of food."""
    return {
        category: [make_activity(title, category, age=n + 1) for n, title in enumerate(titles)]
        for category, titles in TEXTS.items()
    }


@pytest.fixture
def trained(activities):
    """The same with bases in production."""
    from recommendations.tasks import train_family

    for family in ("naive_bayes", "popularity"):
        train_family("activities", family)
    return activities


def unsaved(user, row, verb, at):
    """An event as bulk loads make it, before it has a number and a weight."""
    ref = refs_of(domains["activities"], [str(row.pk)])[str(row.pk)]
    fields = {"item_id": str(row.pk), "revision_id": ref, "verb": verb, "occurred_at": at}
    return Event(user=user, domain="activities", **fields)
