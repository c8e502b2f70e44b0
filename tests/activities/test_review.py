"""Staff's pages of moderation: one comment after another with keys, undo, and how good the filter is."""

import re

import numpy as np
import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import translation

from activities import moderating, services
from activities.models import Comment, ModerationDecision
from activities.services import screening, training
from activities.services.screening import SCOPE
from ml import estimators, parameters, registry
from ml.estimators.comments.filter import pretrained
from recommendations.tasks import train_family

ABUSE, CLEAN = "이 병신아 꺼져라", "다음 주에도 같이 달려요"
KIND = estimators.get("comment_filter")
REVIEW, UNDO, FILTER = (f"admin:activities_queuedcomment_{name}" for name in ("review", "undo", "filter"))


@pytest.fixture
def people(alice, bob, charlie, make_user):
    found = {"bob": bob}
    for role in ("viewer", "editor", "moderator", "model manager"):
        found[role] = make_user(role.replace(" ", "-"), is_staff=True)
        found[role].groups.add(Group.objects.get(name=role))
    return found


@pytest.fixture
def hidden(activity, bob):
    comment = services.comment_create(user=bob, activity=activity, text=f"준비도 안 하고 {ABUSE}")
    services.comment_appeal(user=bob, comment=comment, text="농담입니다.")
    return comment


@pytest.fixture
def reported(activity, bob, charlie):
    comment = services.comment_create(user=bob, activity=activity, text=CLEAN)
    services.comment_report(user=charlie, comment=comment, reason="spam", note="광고 같아요")
    return comment


def review(client, **sent):
    return client.post(reverse(REVIEW), {"seen": "0", **sent})


def test_the_most_urgent_comes_first_with_all_that_speaks_for_it(client, people, hidden, reported):
    Comment.objects.filter(pk=hidden.pk).update(text=f"{hidden.text} <b>야</b>")  # as an import might bring it
    client.force_login(people["moderator"])
    page = client.get(reverse(REVIEW)).content.decode()
    assert re.search(r"<mark title=\"[\d.,]+\">병신아</mark>", page)
    assert "&lt;b&gt;야&lt;/b&gt;" in page
    assert "농담입니다." in page
    assert "댓글 2, 노출되지 않음 1" in page
    later = client.get(reverse(REVIEW), {"skip": f"{hidden.pk},x,,9e9"}).content.decode()
    assert "광고 같아요" in later
    assert "신고 1건, 인정 0건" in later
    assert "모두 미뤘습니다" in client.get(reverse(REVIEW), {"skip": f"{hidden.pk},{reported.pk}"}).content.decode()


def test_fine_abusive_and_undo(client, people, hidden, reported):
    client.force_login(people["moderator"])
    assert review(client, comment=hidden.pk, verdict="fine").status_code == 302
    assert Comment.objects.get(pk=hidden.pk).state == "shown"
    review(client, comment=reported.pk, preset="3")
    with translation.override("ko"):
        assert Comment.objects.get(pk=reported.pk).reason == "광고입니다."
    newest = ModerationDecision.objects.latest("pk")
    assert str(newest.pk) in client.get(reverse(REVIEW)).content.decode()
    client.post(reverse(UNDO), {"decision": newest.pk})
    assert Comment.objects.get(pk=reported.pk).state == "shown"
    client.post(reverse(UNDO), {"decision": newest.pk})  # the button pressed twice
    assert ModerationDecision.objects.filter(reverted_at=None).count() == 1


@pytest.mark.parametrize(
    "sent",
    [
        {"verdict": "abusive"},
        {"verdict": "abusive", "reason": " "},
        {"verdict": "maybe"},
        {"preset": "99"},
        {},
        {"preset": "-1"},
    ],
    ids=["no-reason", "blank", "unknown", "no-such-reason", "nothing", "negative"],
)
def test_what_is_no_verdict_decides_nothing(client, people, reported, sent):
    client.force_login(people["moderator"])
    assert review(client, comment=reported.pk, **sent).status_code == 302
    assert ModerationDecision.objects.count() == 0


def test_two_moderators_do_not_overrule_each_other_unseen(client, people, reported):
    services.comment_decide(by=people["editor"], comment=reported, verdict="abusive", reason="광고")
    client.force_login(people["moderator"])
    answer = client.post(reverse(REVIEW), {"comment": reported.pk, "seen": "0", "verdict": "fine"}, follow=True)
    assert "그 사이 다른 운영자가" in answer.content.decode()
    assert Comment.objects.get().state == "hidden"
    assert client.post(reverse(REVIEW), {"comment": "99999999", "verdict": "fine"}).status_code == 302


@pytest.mark.parametrize(
    ("who", "look", "decide"),
    [
        (None, 302, 302),
        ("bob", 302, 302),
        ("viewer", 200, 403),
        ("editor", 200, 302),
        ("moderator", 200, 302),
        ("model manager", 200, 302),
    ],
)
def test_who_may_look_and_decide(client, people, hidden, who, look, decide):
    if who:
        client.force_login(people[who])
    for name in (REVIEW, FILTER):
        assert client.get(reverse(name)).status_code == look
    assert review(client, comment=hidden.pk, verdict="fine").status_code == decide
    decided = who in ("editor", "moderator", "model manager")
    assert ModerationDecision.objects.count() == decided
    assert client.post(reverse(UNDO), {"decision": "1"}).status_code == decide


def test_the_filters_page_tells_what_it_is_worth_and_where_it_comes_from(client, people):
    client.force_login(people["viewer"])
    page = client.get(reverse(FILTER)).content.decode()
    assert "CC BY-SA 4.0" in page
    assert "2runo" in page
    assert "학습한 것이 없습니다" in page
    parameters.set(SCOPE, "hold", 0.3)
    found = moderating.quality()
    assert found["hold"] == 0.3
    assert found["now"]["hold"]["recall"][0] > 0.7
    assert len(re.findall(r"\[0[,.]\d+, 0[,.]\d+\]", page)) == 15


def test_decisions_held_back_are_told_in_words(client, people, activity, bob):
    parameters.set(SCOPE, "mode", "off")
    words = sorted(
        {
            word
            for text in (CLEAN, "오늘 정말 즐거웠습니다 감사합니다 좋은 하루 되세요 저도 사람이 많네요")
            for word in text.split()
        }
    )
    rows = [Comment(user=bob, activity=activity, text=f"{a} {b}") for a in words for b in words]
    for comment in Comment.objects.bulk_create(rows):
        services.comment_decide(by=people["moderator"], comment=comment, verdict="abusive", reason="x")
    version = train_family("activities", "comment_filter")
    assert version.metrics["waiting"] == len(training.waiting()) > 0
    base, first = registry.production("activities", "comment_filter"), screening.shipped()
    shares = [np.mean(KIND.predict(one, pretrained()["watched"]) >= one.state["hold"]) for one in (first, base)]
    assert shares[1] - shares[0] <= 0.005
    client.force_login(people["moderator"])
    page = client.get(reverse(FILTER)).content.decode()
    assert "걸리는 정상 댓글이 허용치보다 늘었을 것입니다" in page
    assert f"#{version.number}" in page


@pytest.mark.parametrize("items", [1, 4])
def test_the_review_page_costs_the_same_for_many(
    client, people, activity, bob, charlie, alice, django_assert_num_queries, items
):
    for n in range(items):
        comment = services.comment_create(user=bob, activity=activity, text=f"{CLEAN} {n}")
        for user in (charlie, people["viewer"], people["editor"])[:items]:
            services.comment_report(user=user, comment=comment, reason="spam")
    client.force_login(people["moderator"])
    client.get(reverse(REVIEW))
    with django_assert_num_queries(QUERIES):
        client.get(reverse(REVIEW))


QUERIES = 15


def test_the_card_and_the_count_for_dashboards(hidden, reported, people):
    assert moderating.waiting_for_review() == 2
    assert moderating.record(people["bob"]) == {
        "comments": 2, "not_shown": 1, "abusive": 0, "fine": 0, "appeals": 1, "granted": 0,
    }  # fmt: skip
    services.comment_decide(by=people["moderator"], comment=hidden, verdict="fine")
    assert moderating.record(people["bob"])["granted"] == 1
    assert moderating.waiting_for_review() == 1
