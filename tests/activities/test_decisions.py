"""Decisions of staff on comments: logged, taken back, taught exactly, and appealed."""

import numpy as np
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import translation
from django_q.models import Schedule

from accounts.models import Notification
from accounts.services import erase
from activities import selectors, services
from activities.models import Appeal, Comment, ModerationDecision, Report
from activities.services import screening, training
from activities.services.screening import SCOPE
from activities.tasks import train_filter
from fixtures.load import read
from ml import estimators, parameters, registry, runs
from ml.estimators.comments.features import hashed
from ml.estimators.comments.filter import pretrained
from ml.models import ModelVersion, TrainingRun
from recommendations.domains import domains
from recommendations.tasks import train_family

FILTER = estimators.get("comment_filter")
ABUSE, CLEAN = "이 병신아 꺼져라", "다음 주에도 같이 달려요"


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def told(user):
    return [notice.message for notice in Notification.objects.filter(user=user, kind="moderation").order_by("pk")]


def texts(activity, user=None):
    return {comment.text for comment in selectors.comment_list(activity, user)}


# -- decisions ------------------------------------------------------------------------------------------------------------


def teach(moderator, say, said, verdict):
    for text in said:
        services.comment_decide(by=moderator, comment=say(text), verdict=verdict, reason="이유")


def test_a_decision_hides_tells_and_is_logged(say, activity, moderator, charlie, bob):
    comment = say()
    services.comment_report(user=charlie, comment=comment, reason="spam")
    decision = services.comment_decide(by=moderator, comment=comment, verdict="abusive", reason="광고입니다.")
    comment.refresh_from_db()
    assert (comment.state, comment.reason) == ("hidden", "광고입니다.")
    assert (decision.by, decision.author, decision.state_before) == (moderator, bob, "shown")
    assert Report.objects.get().decision == decision
    assert "광고입니다." in told(bob)[0]
    assert texts(activity) == set()
    with pytest.raises(TypeError, match="decision_revert"):
        decision.save()
    with pytest.raises(TypeError, match="decision_revert"):
        decision.delete()


def test_taking_back_restores_everything(say, moderator, charlie, bob):
    parameters.set(SCOPE, "mode", "hold")
    comment = say(ABUSE)
    services.comment_report(user=charlie, comment=comment, reason="insult")
    before = (comment.state, comment.reason)
    decision = services.comment_decide(by=moderator, comment=comment, verdict="fine")
    assert len(training.decisions()) == 1
    services.decision_revert(by=moderator, decision=decision)
    comment.refresh_from_db()
    assert (comment.state, comment.reason) == before
    assert (Report.objects.get().decision, len(training.decisions())) == (None, 0)
    assert (decision.reverted_by, decision.reverted_at is not None) == (moderator, True)
    with pytest.raises(ValidationError, match="taken back already"):
        services.decision_revert(by=moderator, decision=decision)


def test_the_latest_decision_on_a_comment_teaches_and_goes_first(say, moderator):
    comment = say()
    first = services.comment_decide(by=moderator, comment=comment, verdict="abusive", reason="x")
    second = services.comment_decide(by=moderator, comment=comment, verdict="fine")
    assert training.decisions().abusive.tolist() == [False]
    with pytest.raises(ValidationError, match="later"):
        services.decision_revert(by=moderator, decision=first)
    services.decision_revert(by=moderator, decision=second)
    comment.refresh_from_db()
    assert (comment.state, training.decisions().abusive.tolist()) == ("hidden", [True])


def test_held_comments_are_told_of_once_they_are_shown(say, moderator, alice):
    parameters.set(SCOPE, "mode", "hold")
    comment = say(ABUSE)
    assert Notification.objects.filter(user=alice, kind="comment").count() == 0
    decision = services.comment_decide(by=moderator, comment=comment, verdict="fine")
    services.decision_revert(by=moderator, decision=decision)
    services.comment_decide(by=moderator, comment=comment, verdict="fine")
    assert Notification.objects.filter(user=alice, kind="comment").count() == 1


def test_bad_decisions_change_nothing(say, moderator, alice):
    comment = say()
    for verdict, reason in (("abusive", " "), ("maybe", "x"), ("abusive", "x" * 301)):
        with pytest.raises(ValidationError):
            services.comment_decide(by=moderator, comment=comment, verdict=verdict, reason=reason)
    with pytest.raises(PermissionDenied):
        services.comment_decide(by=alice, comment=comment, verdict="abusive", reason="x")
    services.comment_delete(user=comment.user, comment=comment)
    with pytest.raises(ValidationError, match="deleted"):
        services.comment_decide(by=moderator, comment=comment, verdict="fine")
    assert ModerationDecision.objects.count() == 0


def test_lessons_outlive_the_text_but_not_the_author(say, moderator, bob, charlie):
    teach(moderator, say, ["하나", "둘"], "abusive")
    services.comment_decide(by=moderator, comment=say("셋", user=charlie), verdict="fine")
    for comment in Comment.objects.all():
        services.comment_delete(user=comment.user, comment=comment)
    rows = training.decisions()
    assert np.allclose(rows.rows.toarray(), hashed(["하나", "둘", "셋"]).toarray())
    version = train_family("activities", "comment_filter")
    erase(bob)
    assert len(training.decisions()) == 1
    assert train_family("activities", "comment_filter").fingerprint != version.fingerprint
    assert ModerationDecision.objects.count() == 3
    assert not ModerationDecision.objects.filter(author=None).exclude(features=b"", reason="").exists()


def test_four_hundred_one_sided_decisions(say, moderator, bob, activity):
    said = sorted({row["text"] for row in read("comments")})
    said = [f"{text} {n}" for n in range(3) for text in said][:400]
    parameters.set(SCOPE, "mode", "off")
    comments = Comment.objects.bulk_create(Comment(user=bob, activity=activity, text=text) for text in said)
    for comment in comments:
        services.comment_decide(by=moderator, comment=comment, verdict="abusive", reason="x")
    train_family("activities", "comment_filter")
    base, known = registry.production("activities", "comment_filter"), pretrained()
    clean = known["test"][~known["test_label"]]  # neither training, nor thresholds, nor the gate saw these
    shares = [(FILTER.predict(one, clean) >= base.state["hold"]).mean() for one in (screening.shipped(), base)]
    assert shares[1] - shares[0] <= 0.005
    waiting = training.waiting()
    assert waiting
    assert set(waiting.values()) == {"clean"}
    assert set(waiting) | training.learned() == set(ModerationDecision.objects.values_list("pk", flat=True))
    assert screening.screen(ABUSE).state == "shown"  # the filter is off
    parameters.set(SCOPE, "mode", "hide")
    assert screening.screen(ABUSE).state == "hidden"


def test_taking_back_unteaches_exactly_and_at_once(say, moderator, django_capture_on_commit_callbacks):
    teach(moderator, say, ["이 쿠쿠삥뽕아", "쿠쿠삥뽕들 많네"], "abusive")
    before = train_family("activities", "comment_filter")
    score = screening.screen("저런 쿠쿠삥뽕이").score
    decision = services.comment_decide(by=moderator, comment=say("너 쿠쿠삥뽕이지"), verdict="abusive", reason="x")
    assert train_family("activities", "comment_filter") != before
    assert screening.screen("저런 쿠쿠삥뽕이").score > score
    with django_capture_on_commit_callbacks(execute=True):
        services.decision_revert(by=moderator, decision=decision)
    assert registry.production("activities", "comment_filter").version == before.version
    assert screening.screen("저런 쿠쿠삥뽕이").score == score


def test_training_is_queued_after_so_many_decisions(say, moderator, django_capture_on_commit_callbacks):
    parameters.set(SCOPE, "train_after", 3)
    with django_capture_on_commit_callbacks(execute=True):
        teach(moderator, say, ["하나", "둘"], "abusive")
    assert not ModelVersion.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        services.decision_revert(by=moderator, decision=ModerationDecision.objects.latest("pk"))
    assert ModelVersion.objects.get().metrics["decisions"] == 1  # tasks of tests run at once
    assert not training.train_soon()


def test_a_training_under_way_does_not_swallow_the_next(say, moderator):
    TrainingRun.objects.create(domain="activities", family="comment_filter", status="running", owner=runs.me())
    train_filter()
    assert Schedule.objects.get(func="activities.tasks.train_filter").schedule_type == Schedule.ONCE
    assert not ModelVersion.objects.exists()


def test_versions_are_promoted_and_rolled_back(say, moderator):
    first = train_family("activities", "comment_filter")
    teach(moderator, say, ["이 쿠쿠삥뽕아"] * 3, "abusive")
    second = train_family("activities", "comment_filter")
    assert second.metrics["decisions"] == 3
    assert registry.rollback("activities", "comment_filter") == first
    assert "comment_filter" in domains["activities"].models


# -- appeals --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("verdict", "state", "word"), [("fine", "shown", "granted"), ("abusive", "hidden", "refused")])
def test_an_appeal_is_decided_and_told(say, moderator, bob, verdict, state, word):
    comment = say(ABUSE)
    appeal = services.comment_appeal(user=bob, comment=comment, text="농담입니다.")
    decision = services.comment_decide(by=moderator, comment=comment, verdict=verdict, reason="아니요.")
    appeal.refresh_from_db()
    comment.refresh_from_db()
    assert (appeal.decision, comment.state) == (decision, state)
    assert word in told(bob)[-1]
    services.decision_revert(by=moderator, decision=decision)
    appeal.refresh_from_db()
    assert appeal.decision is None


def test_appeals_are_for_authors_of_hidden_comments_once(say, bob, charlie):
    comment, shown = say(ABUSE), say()
    with pytest.raises(PermissionDenied):
        services.comment_appeal(user=charlie, comment=comment, text="x")
    with pytest.raises(ValidationError, match="hidden"):
        services.comment_appeal(user=bob, comment=shown, text="x")
    with pytest.raises(ValidationError, match="Write"):
        services.comment_appeal(user=bob, comment=comment, text="<i></i> ")
    services.comment_appeal(user=bob, comment=comment, text="x")
    with pytest.raises(ValidationError, match="already"):
        services.comment_appeal(user=bob, comment=comment, text="y")
    assert Appeal.objects.get().text == "x"
