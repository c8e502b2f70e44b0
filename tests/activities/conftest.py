"""Clubs and activities for tests: alice owns, bob is a member, charlie is a stranger."""

import datetime as dt
import io

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from accounts.models import Category, Region
from activities import services


@pytest.fixture
def hobby(db):
    return Category.objects.get(slug="hobby")


@pytest.fixture
def sports(db):
    return Category.objects.get(slug="sports")


@pytest.fixture
def seoul(db):
    return Region.objects.get(slug="seoul")


@pytest.fixture
def club(alice, bob, hobby, seoul):
    """Alice's club with bob as an approved member."""
    club = services.club_create(user=alice, name="보드게임 모임", intro="매주 만나요", category=hobby, region=seoul)
    membership, _ = services.membership_request(user=bob, club=club)
    services.membership_approve(user=alice, membership=membership)
    club.refresh_from_db()
    return club


@pytest.fixture
def make_activity(alice, club, seoul):
    """Return a function that makes an activity of alice's club, recruiting now."""

    def make(title="한강 달리기", user=alice, **values):
        now = timezone.now()
        values = {
            "club": club,
            "intro": "같이 달려요",
            "content": "<p>천천히</p>",
            "region": seoul,
            "place": "여의도",
            "recruit_start": now - dt.timedelta(days=1),
            "recruit_end": now + dt.timedelta(days=7),
            "starts_at": now + dt.timedelta(days=8),
            "ends_at": now + dt.timedelta(days=8, hours=2),
            "capacity": 10,
            **values,
        }
        return services.activity_create(user=user, title=title, **values)

    return make


@pytest.fixture
def activity(make_activity):
    return make_activity()


@pytest.fixture
def picture():
    """Return a function that makes an uploaded picture."""

    def make(name="a.png", size=(40, 30), kind="PNG", **save):
        buffer = io.BytesIO()
        Image.new("RGB", size, (200, 30, 60)).save(buffer, kind, **save)
        return SimpleUploadedFile(name, buffer.getvalue(), content_type=f"image/{kind.lower()}")

    return make


@pytest.fixture
def moderator(make_user, db):
    user = make_user("moderator", is_staff=True)
    user.groups.add(Group.objects.get(name="moderator"))
    return user


@pytest.fixture
def say(activity, bob):
    """Return a function that comments as bob: `say("text", user=…)`."""

    def make(text="다음 주에도 같이 달려요", user=bob, **values):
        return services.comment_create(user=user, activity=activity, text=text, **values)

    return make
