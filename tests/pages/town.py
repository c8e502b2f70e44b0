"""A small town to recommend from: twelve activities of three categories, two clubs, trained bases."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from accounts.models import Category
from activities.models import Activity, Club
from recommendations import services
from recommendations.tasks import train_family

TITLES = {
    "climbing": ["실내 클라이밍 첫걸음", "주말 클라이밍 모임", "볼더링 클라이밍 교실", "한강 러닝과 클라이밍"],
    "cooking": ["파스타 만들기 수업", "김치 담그는 날", "제철 나물 요리", "빵 굽는 토요일"],
    "reading": ["고전 소설 읽기", "시집 낭독의 밤", "과학책 독서 모임", "에세이 쓰기"],
}


def build(*, train: bool = True) -> dict[str, list]:
    """Make and publish the town; returns its activities by theme, and its clubs."""
    now = timezone.now()
    categories = list(Category.objects.order_by("order", "pk")[:3])
    town: dict[str, list] = {}
    for number, (theme, titles) in enumerate(TITLES.items()):
        town[theme] = [
            Activity.objects.create(
                title=title,
                intro=f"{title} 함께해요",
                category=categories[number],
                created_at=now - dt.timedelta(days=number + 3 * place),
                recruit_end=now + dt.timedelta(days=30),
            )
            for place, title in enumerate(titles)
        ]
    rows = [row for theme in TITLES for row in town[theme]]
    town["clubs"] = [
        Club.objects.create(name=f"{name} 클럽", intro="함께해요", category=category)
        for name, category in zip(("암벽", "요리"), categories, strict=False)
    ]
    services.publish("activities", rows)
    services.publish("clubs", town["clubs"])
    if train:
        train_family("activities", "naive_bayes")
        train_family("activities", "popularity")
    return town
