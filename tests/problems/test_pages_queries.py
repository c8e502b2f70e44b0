"""What each page of problems costs, in queries; the numbers do not grow with the rows."""

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.problems import make

HTMX = {"HTTP_HX_REQUEST": "true"}
#: Session and member.
LOGIN = 2


@pytest.fixture
def busy(db, alice):
    """Twelve problems, solved and sent in by alice in part."""
    rows = [make.problem(f"p-{number}", level=1 + number, tags=("dp", "math")) for number in range(12)]
    for row in rows[:6]:
        make.solved(alice, row, timezone.now())
        make.submission(alice, row, "AC")
    return rows


def count(client, django_assert_num_queries, url, number, **headers):
    client.get(url, **headers)
    with django_assert_num_queries(number):
        response = client.get(url, **headers)
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("index", 0),
        ("list", 4),
        ("goal", 1),
    ],
)
def test_for_visitors(client, busy, django_assert_num_queries, name, number):
    count(client, django_assert_num_queries, reverse(f"problems:{name}"), number)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("index", 0),
        ("list", 5),
        ("submissions", 2),
        ("progress", 9),
    ],
)
def test_for_members(client, alice, busy, django_assert_num_queries, name, number):
    client.force_login(alice)
    count(client, django_assert_num_queries, reverse(f"problems:{name}"), LOGIN + number)


def test_a_problem(client, alice, busy, django_assert_num_queries):
    url = busy[0].get_absolute_url()
    # problem, tags, samples, judge
    count(client, django_assert_num_queries, url, 4, HTTP_SEC_PURPOSE="prefetch")
    client.force_login(alice)
    # and attempt, like, dislike, submissions
    count(client, django_assert_num_queries, url, LOGIN + 8, HTTP_SEC_PURPOSE="prefetch")


def test_following_a_verdict(client, alice, busy, django_assert_num_queries):
    client.force_login(alice)
    sent = make.submission(alice, busy[0], status="queued", verdict="")
    state = reverse("problems:state", args=[sent.pk])
    # submission with its problem, judge
    count(client, django_assert_num_queries, state, LOGIN + 2, **HTMX)


def test_a_shelf(client, alice, busy, django_assert_num_queries):
    """Revision numbers, parameters, model state, solved ones; rows with tags, likes."""
    client.force_login(alice)
    shelf = reverse("pages:shelf", args=["problems", "latest"])
    count(client, django_assert_num_queries, shelf, LOGIN + 4)
