"""The admin's first page and its sidebar: few queries, what needs somebody, each role's pages, both languages."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from common.dashboard import Tile
from ml import drafts, roles
from recommendations.watch import alerts
from recommendations.watch.models import Drift, WatchDay

pytestmark = pytest.mark.django_db
QUERIES = 34  # 15 that read, and a savepoint around each card: as many with a million events as with none


@pytest.fixture
def client():
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def shown():
    today = timezone.localdate()
    for n in range(40):
        row = {"domain": "activities", "feed": "for-you", "day": today - dt.timedelta(days=n)}
        WatchDay.objects.create(**row, model_version="a", shown=100, clicked=10, followed=2)


def test_a_tile_for_each_domain_in_few_queries(client, staff, shown, django_assert_num_queries):
    client.force_login(staff)
    client.get("/admin/")
    with django_assert_num_queries(QUERIES):
        page = client.get("/admin/").content.decode()
    for text in ("Activities", "Clubs", "Meals", "Problems", "700", "10.0 %", "2.0 %", "Nothing waits."):
        assert text in page
    assert page.count("<polyline") == 4


def test_nothing_to_do_is_said_and_so_is_what_waits(client, staff):
    client.force_login(staff)
    assert "Nothing needs you now" in client.get("/admin/").content.decode()
    Drift.objects.create(domain="activities", day=timezone.localdate(), cause="label", psi=0.5, judged=True, over=True)
    alerts.check()
    page = client.get("/admin/").content.decode()
    assert "Needs somebody" in page
    assert "Open warnings" in page


def test_the_sidebar_speaks_korean_and_has_each_page_once(client, staff):
    client.force_login(staff)
    page = client.get("/admin/", headers={"accept-language": "ko"}).content.decode()
    for text in ("추천 조정", "메뉴 찾기…", "대시보드", "지켜보기", "로그인 시도", "예약된 작업"):
        assert text in page
    sidebar = page.split('id="nav-sidebar-apps"')[1].split('id="content"')[0]
    links = [part.split('"')[0] for part in sidebar.split('<a href="')[1:] if part.startswith("/admin/")]
    assert len(links) > 40
    assert sorted(link for link in links if links.count(link) > 1) == []


def test_the_sidebar_shows_a_role_its_own_pages(client, make_user):
    user = make_user("looker", is_staff=True)
    user.groups.add(Group.objects.get(name=roles.VIEWER))
    client.force_login(user)
    page = client.get("/admin/").content.decode()
    assert "Tune recommendations" in page
    assert "/admin/ml/parametervalue/" in page
    assert "/admin/accounts/user/" not in page.split('id="nav-sidebar-apps"')[1].split('id="content"')[0]


def test_open_drafts_are_links(client, staff):
    draft = drafts.create("Autumn <b>", {}, staff)
    client.force_login(staff)
    page = client.get("/admin/").content.decode()
    assert f"/admin/ml/parameterdraft/{draft.pk}/change/" in page
    assert "Autumn &lt;b&gt;" in page


@pytest.mark.parametrize("course", [(), (0,), (0, 0), (3, 1, 2)], ids=str)
def test_a_course_stays_in_its_field(course):
    points = [tuple(map(float, point.split(","))) for point in Tile("x", "/", course=course).line.split()]
    assert len(points) == len(course)
    assert all(0 <= x <= 100 and 0 <= y <= 24 for x, y in points)
