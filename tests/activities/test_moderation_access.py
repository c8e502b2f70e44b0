"""Who may do what in the moderation of comments: by REST, on the pages and in the admin."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from activities import services
from activities.models import Appeal, Comment, ModerationDecision, Report
from activities.services.screening import SCOPE
from ml import parameters

V1 = "/api/v1"
ABUSE, CLEAN = "이 병신아 꺼져라", "다음 주에도 같이 달려요"
EVIL = '이 병신아 <img/src=x onerror="alert(1)"'


def staff_with(make_user, role):
    user = make_user(role.replace(" ", "-"), is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


@pytest.fixture
def hidden(activity, bob):
    return services.comment_create(user=bob, activity=activity, text=ABUSE)


@pytest.fixture
def shown(activity, bob):
    return services.comment_create(user=bob, activity=activity, text=CLEAN)


@pytest.fixture
def people(alice, bob, charlie, make_user, db):
    roles = {role: staff_with(make_user, role) for role in ("viewer", "moderator", "model manager")}
    return {"alice": alice, "bob": bob, "charlie": charlie, **roles}


# -- REST -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "on_shown", "on_hidden", "appeal"),
    [(None, 401, 401, 401), ("alice", 201, 404, 404), ("bob", 403, 403, 201), ("charlie", 201, 404, 404)],
)
def test_who_may_report_and_appeal(api, api_for, people, shown, hidden, who, on_shown, on_hidden, appeal):
    client = api_for(people[who]) if who else api
    report = {"reason": "insult"}
    assert client.post(f"{V1}/comments/{shown.pk}/report/", report).status_code == on_shown
    assert client.post(f"{V1}/comments/{hidden.pk}/report/", report).status_code == on_hidden
    assert client.post(f"{V1}/comments/{hidden.pk}/appeal/", {"text": "왜요"}).status_code == appeal
    assert Appeal.objects.count() == (appeal == 201)


def test_reports_by_rest(api_for, charlie, shown):
    client, url = api_for(charlie), f"{V1}/comments/{shown.pk}/report/"
    for bad in ({}, {"reason": "boring"}, {"reason": "spam", "note": "x" * 301}, {"reason": ["spam"]}):
        answer = client.post(url, bad)
        assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert client.post(url, {"reason": "spam", "note": "광고"}).json()["note"] == "광고"
    assert client.post(url, {"reason": "hate"}).status_code == 200
    assert Report.objects.get().reason == "spam"
    parameters.set(SCOPE, "reports", 1)
    other = services.comment_create(user=shown.user, activity=shown.activity, text="둘째")
    assert client.post(f"{V1}/comments/{other.pk}/report/", {"reason": "spam"}).status_code == 409


def test_appeals_by_rest(api_for, bob, hidden, shown):
    client, url = api_for(bob), f"{V1}/comments/{hidden.pk}/appeal/"
    assert client.post(url, {"text": " "}).status_code == 400
    assert client.post(f"{V1}/comments/{shown.pk}/appeal/", {"text": "왜요"}).json()["code"] == "not_hidden"
    assert client.post(url, {"text": "왜요"}).status_code == 201
    assert client.post(url, {"text": "왜요"}).json()["code"] == "appealed"


def test_lists_show_what_is_shown_and_ones_own(api, api_for, people, activity, shown, hidden):
    url = f"{V1}/activities/{activity.pk}/comments/"
    for who, states in (("alice", ["shown"]), ("bob", ["shown", "hidden"]), ("moderator", ["shown"])):
        rows = api_for(people[who]).get(url).json()["results"]
        assert sorted(row["state"] for row in rows) == sorted(states)
    assert len(api.get(url).json()["results"]) == 1


def test_comments_of_drafts_are_not_found(api_for, alice, charlie, activity, shown):
    type(activity).objects.filter(pk=activity.pk).update(status="draft")
    assert api_for(charlie).post(f"{V1}/comments/{shown.pk}/report/", {"reason": "spam"}).status_code == 404


# -- pages ----------------------------------------------------------------------------------------------------------------


def page_of(client, user, activity):
    client.force_login(user)
    return client.get(activity.get_absolute_url()).content.decode()


def test_the_page_tells_the_author_and_nobody_else(client, activity, people, hidden):
    mine, others = page_of(client, people["bob"], activity), page_of(client, people["alice"], activity)
    assert ABUSE in mine
    assert reverse("activities:comment_appeal", args=[hidden.pk]) in mine
    assert ABUSE not in others


def test_held_comments_say_that_they_are_under_review(client, activity, bob, charlie):
    parameters.set(SCOPE, "mode", "hold")
    client.force_login(bob)
    url = reverse("activities:comment", args=[activity.pk])
    assert "검토 중" in client.post(url, {"text": ABUSE}, follow=True).content.decode()
    assert "검토 중" in page_of(client, bob, activity)
    assert "검토 중" not in page_of(client, charlie, activity)


def test_reporting_on_the_page(client, activity, people, shown):
    url = reverse("activities:comment_report", args=[shown.pk])
    assert client.get(url).status_code == 302  # to the login
    assert url in page_of(client, people["charlie"], activity)
    assert url not in page_of(client, people["bob"], activity)
    assert client.get(url).status_code == 403
    client.force_login(people["charlie"])
    assert client.get(url).status_code == 200
    assert client.post(url, {"reason": "boring"}).status_code == 400
    assert client.post(url, {"reason": "spam"}).status_code == 302
    assert url not in page_of(client, people["charlie"], activity)
    assert Report.objects.count() == 1


def test_appealing_on_the_page(client, activity, people, hidden):
    url = reverse("activities:comment_appeal", args=[hidden.pk])
    for who in ("alice", "moderator"):
        client.force_login(people[who])
        assert client.get(url).status_code == 404
    client.force_login(people["bob"])
    assert client.get(url).status_code == 200
    assert client.post(url, {"text": ""}).status_code == 400
    assert client.post(url, {"text": "농담"}).status_code == 302
    assert client.post(url, {"text": "농담"}).status_code == 400
    assert "이의 제기가 판정을 기다리고 있습니다." in page_of(client, people["bob"], activity)


@pytest.mark.parametrize("items", [1, 3])
def test_a_page_costs_the_same_with_reports_and_appeals(
    client, activity, bob, charlie, django_assert_num_queries, items
):
    for n in range(items):
        comment = services.comment_create(user=bob, activity=activity, text=f"{ABUSE} {n}")
        services.comment_appeal(user=bob, comment=comment, text="x")
        said = services.comment_create(user=charlie, activity=activity, text=f"{CLEAN} {n}")
        services.comment_report(user=bob, comment=said, reason="spam")
    client.force_login(bob)
    with django_assert_num_queries(7):
        client.get(activity.get_absolute_url(), HTTP_SEC_PURPOSE="prefetch")


# -- the admin ------------------------------------------------------------------------------------------------------------

QUEUE = "admin:activities_queuedcomment_changelist"
ONE = "admin:activities_queuedcomment_change"
LOG = "admin:activities_moderationdecision_changelist"


@pytest.mark.parametrize(("who", "code"), [("bob", 302), ("viewer", 200), ("moderator", 200), ("model manager", 200)])
def test_who_sees_the_queue(client, people, hidden, who, code):
    services.comment_appeal(user=hidden.user, comment=hidden, text="왜요")
    client.force_login(people[who])
    for url in (reverse(QUEUE), reverse(ONE, args=[hidden.pk]), reverse(LOG)):
        assert client.get(url).status_code == code


@pytest.mark.parametrize("who", ["bob", "viewer"])
def test_who_may_not_decide(client, people, hidden, who):
    services.comment_appeal(user=hidden.user, comment=hidden, text="왜요")
    client.force_login(people[who])
    client.post(reverse(QUEUE), {"action": "fine", "_selected_action": [hidden.pk]})
    client.post(reverse(ONE, args=[hidden.pk]), {"verdict": "fine"})
    assert ModerationDecision.objects.count() == 0
    assert Comment.objects.get().state == "hidden"


def test_a_moderator_decides_many_and_takes_back(client, people, shown, charlie, alice):
    services.comment_report(user=charlie, comment=shown, reason="spam")
    client.force_login(people["moderator"])
    client.post(reverse(QUEUE), {"action": "abusive", "_selected_action": [shown.pk]})
    assert ModerationDecision.objects.count() == 0  # without a reason
    chosen = {"action": "abusive", "reason": "광고", "_selected_action": [shown.pk]}
    client.post(reverse(QUEUE), chosen)
    decision = ModerationDecision.objects.get()
    assert (decision.by, decision.reason, Comment.objects.get().state) == (people["moderator"], "광고", "hidden")
    client.post(reverse(LOG), {"action": "take_back", "_selected_action": [decision.pk]})
    assert Comment.objects.get().state == "shown"
    assert client.get(reverse(LOG) + "?learned=old").status_code == 200
    assert client.get(reverse(LOG) + "?learned=waiting").status_code == 200


def test_what_the_filter_hid_alone_can_be_looked_through(client, people, hidden, shown):
    client.force_login(people["viewer"])
    url = reverse("admin:activities_comment_changelist")

    def listed():
        return [row.pk for row in client.get(url, {"by_filter": "yes"}).context["cl"].result_list]

    assert listed() == [hidden.pk]
    services.comment_decide(by=people["moderator"], comment=hidden, verdict="abusive", reason="욕설")
    assert listed() == []
    assert client.get(reverse(QUEUE), {"appealed": "yes"}).status_code == 200


def test_a_moderator_decides_one(client, people, hidden):
    services.comment_appeal(user=hidden.user, comment=hidden, text="왜요")
    client.force_login(people["moderator"])
    url = reverse(ONE, args=[hidden.pk])
    assert "(&#x27;" not in client.get(url).content.decode()  # the state is in words
    assert client.post(url, {"verdict": "abusive"}).status_code == 200
    assert ModerationDecision.objects.count() == 0
    assert client.post(url, {"verdict": "fine", "explanation": ""}).status_code == 302
    assert Comment.objects.get().state == "shown"


@pytest.mark.parametrize("name", ["moderationdecision", "report", "appeal", "comment", "queuedcomment"])
def test_the_log_cannot_be_edited_even_by_superusers(client, staff, name):
    client.force_login(staff)
    assert client.get(reverse(f"admin:activities_{name}_changelist")).status_code == 200
    assert client.get(reverse(f"admin:activities_{name}_add")).status_code == 403


def test_what_is_most_urgent_comes_first(client, people, activity, bob, charlie, alice):
    held = services.comment_create(user=bob, activity=activity, text=ABUSE)
    Comment.objects.update(state="held", score=0.8)
    calm = services.comment_create(user=bob, activity=activity, text=CLEAN)
    loud = services.comment_create(user=bob, activity=activity, text="오늘 비가 오나요")
    Comment.objects.filter(pk=loud.pk).update(score=0.7)
    services.comment_create(user=bob, activity=activity, text="아무도 신고하지 않은 말")
    for comment in (calm, loud):
        services.comment_report(user=charlie, comment=comment, reason="insult")
    client.force_login(people["moderator"])
    page = client.get(reverse(QUEUE))
    assert [row.pk for row in page.context["cl"].result_list] == [loud.pk, held.pk, calm.pk]
    assert "병신아" in page.content.decode()


def test_evil_texts_are_only_text(client, people, activity, bob, charlie):
    comment = services.comment_create(user=bob, activity=activity, text=EVIL)
    assert comment.state != "shown"
    services.comment_decide(by=None, comment=comment, verdict="abusive", reason='x"><bogus')
    services.comment_appeal(user=bob, comment=comment, text=EVIL)
    assert "<img/src" not in page_of(client, bob, activity)
    client.force_login(people["moderator"])
    for url in (
        reverse(QUEUE),
        reverse(ONE, args=[comment.pk]),
        reverse(LOG),
        reverse("admin:activities_appeal_changelist"),
    ):
        page = client.get(url).content.decode()
        assert "<img/src" not in page
        assert '"><bogus' not in page


@pytest.mark.parametrize("items", [1, 4])
def test_the_queue_costs_the_same_for_many(client, people, activity, bob, charlie, django_assert_num_queries, items):
    for n in range(items):
        comment = services.comment_create(user=bob, activity=activity, text=f"{CLEAN} {n}")
        services.comment_report(user=charlie, comment=comment, reason="spam")
    client.force_login(people["moderator"])
    client.get(reverse(QUEUE))
    with django_assert_num_queries(QUERIES):
        client.get(reverse(QUEUE))


QUERIES = 7
