"""Warnings: found, mailed once, again when they last, and once more when they are over; to who may see the page."""

import datetime as dt
import threading

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone
from django_q.brokers import get_broker
from django_q.conf import Conf
from django_q.models import OrmQ, Schedule, Task

from ml import parameters
from ml.models import TrainingRun
from recommendations.watch import alerts, mails, pulse
from recommendations.watch.models import Alert, Drift, Worker

HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def drifted(db, now):
    fields = {"recent": 300, "before": 500, "judged": True, "over": True}
    return Drift.objects.create(domain="activities", day=timezone.localdate(), cause="verb", psi=0.88, **fields)


@pytest.fixture
def fail(db, now):
    """Return a function that makes failed tasks of one function."""

    def make(n=1, func="recommendations.tasks.retrain"):
        fields = {"name": "t", "func": func, "started": now, "stopped": now, "success": False, "result": "boom"}
        known = Task.objects.count()
        return [Task.objects.create(id=f"{known + number:032d}", **fields) for number in range(n)]

    return make


def causes():
    return [(one.cause, one.about) for one in Alert.objects.filter(ended_at=None).order_by("cause", "about")]


def test_to_who_may_see_the_page_and_to_further_addresses(drifted, mailoutbox, staff, make_user, alice):
    viewer = make_user("viewer", is_staff=True, language="en")
    viewer.user_permissions.add(Permission.objects.get(codename="view_watchday"))
    make_user("other", is_staff=True)  # may not see the page
    make_user("gone", is_staff=True, is_superuser=True, is_active=False)
    parameters.set("watch", "addresses", "ops@moa.example; nonsense, staff@moa.example")
    alerts.check()
    assert sorted(mail.to[0] for mail in mailoutbox) == ["ops@moa.example", "staff@moa.example", "viewer@moa.example"]
    found = {mail.to[0]: mail for mail in mailoutbox}
    mail = found["viewer@moa.example"]
    assert mail.subject.startswith("Moa: 1 warning: ")
    assert "PSI 0.88" in mail.body
    assert "/admin/recommendations/watchday/" in mail.body
    assert alice.email not in mail.body
    assert found["ops@moa.example"].subject.startswith("Moa: 경고 1건: ")
    assert mails.further() == (["ops@moa.example", "staff@moa.example"], ["nonsense"])


def test_once_then_after_a_day_and_when_it_is_over(fail, mailoutbox, staff, now):
    fail(2)
    for minutes in (0, 1, 59, 23 * 60):
        alerts.check(now=now + minutes * MINUTE)
    assert len(mailoutbox) == 1
    Task.objects.update(stopped=now + 24 * HOUR)
    alerts.check(now=now + 24 * HOUR)
    assert len(mailoutbox) == 2
    assert "계속되는 경고" in mailoutbox[1].body
    Task.objects.all().delete()  # run again with success, or put aside
    alerts.check(now=now + 24 * HOUR + MINUTE)
    assert len(mailoutbox) == 2  # what comes and goes is one matter
    alerts.check(now=now + 24 * HOUR + 11 * MINUTE)
    alerts.check(now=now + 24 * HOUR + 12 * MINUTE)
    assert len(mailoutbox) == 3
    assert mailoutbox[2].subject.startswith("Moa: 해결됨: ")
    fail()
    Task.objects.update(stopped=now + 25 * HOUR)
    alerts.check(now=now + 25 * HOUR)
    assert len(mailoutbox) == 4
    assert Alert.objects.count() == 2


def test_failed_tasks_from_the_number_that_staff_set(fail, now):
    fail(2)
    fail(1, "problems.tagging.tag_nightly")
    fail(9, "recommendations.tasks.train_queued")  # a training says more by itself
    parameters.set("watch", "failed", 2)
    alerts.check(now=now)
    assert causes() == [("failed", "recommendations.tasks.retrain")]
    alerts.check(now=now + 25 * HOUR)
    assert causes() == []


def test_a_queue_that_stands_still(db, now):
    row = get_broker().enqueue("payload")
    alerts.check(now=now + 14 * MINUTE)
    assert causes() == []
    alerts.check(now=now + 16 * MINUTE)
    assert causes() == [("stuck", Conf.PREFIX)]
    OrmQ.objects.filter(pk=row).delete()
    alerts.check(now=now + 30 * MINUTE)
    assert causes() == []


def test_no_worker_is_heard_of(db, now):
    Schedule.objects.create(func="f", next_run=now)
    alerts.check(now=now + 4 * MINUTE)
    assert causes() == []
    alerts.check(now=now + 6 * MINUTE)
    assert causes() == [("worker", "")]  # none was ever started
    Worker.objects.create(key="a", cluster="moa", host="h", pid=1, at=now + 7 * MINUTE)
    Worker.objects.create(key="b", cluster="judge", host="h", pid=2, at=now)
    alerts.check(now=now + 20 * MINUTE)
    assert causes() == [("worker", "judge"), ("worker", "moa")]
    Worker.objects.filter(key="a").update(at=now + 40 * MINUTE)
    alerts.check(now=now + 41 * MINUTE)
    assert causes() == [("worker", "judge")]
    alerts.check(now=now + dt.timedelta(days=8))  # a queue that was given up
    assert causes() == []


def test_the_last_training_of_a_model_failed(db, now):
    def run(status, minutes, family="naive_bayes"):
        row = TrainingRun.objects.create(domain="activities", family=family, status="queued", error="no memory")
        TrainingRun.objects.filter(pk=row.pk).update(status=status, finished_at=now + minutes * MINUTE)

    run("failed", 0)
    run("failed", 0, "content")
    run("done", 1, "content")
    alerts.check(now=now + 2 * MINUTE)
    assert causes() == [("training", "activities/naive_bayes")]
    assert "no memory" in mails.sentence(Alert.objects.get())
    run("done", 3)
    alerts.check(now=now + 15 * MINUTE)
    assert causes() == []


def test_no_mails_where_staff_switched_them_off(drifted, mailoutbox, staff):
    parameters.set("watch", "mail", False)
    alerts.check()
    assert (len(mailoutbox), len(causes())) == (0, 1)
    parameters.set("watch", "mail", True)
    alerts.check()
    assert len(mailoutbox) == 1


def test_a_mail_that_could_not_be_sent_is_sent_by_the_next_check(drifted, settings, mailoutbox, staff):
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend",
        "127.0.0.1",
        9,
    )
    alerts.check()
    assert Alert.objects.get().mailed_at is None
    settings.EMAIL_BACKEND = working
    alerts.check()
    assert len(mailoutbox) == 1


def test_the_hourly_count_leaves_drift_to_itself(drifted, mailoutbox, staff):
    """What web processes look after each minute ends no warning of drift."""
    alerts.check()
    alerts.check(alerts.QUICK, now=timezone.now() + HOUR)
    assert causes() == [("drift", "activities/verb")]


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_two_processes_at_once_mail_once(fail, mailoutbox, staff):
    fail()
    together = threading.Barrier(3)

    def look():
        together.wait()
        pulse.look()

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(mailoutbox) == 1
    assert len(causes()) == 1


def test_each_sentence_in_both_languages(db, now):
    from django.utils import translation

    facts = {
        "drift": {"psi": 0.5, "recent": 3, "before": 4},
        "failed": {"n": 2},
        "stuck": {"n": 2, "seconds": 1200},
        "worker": {"since": now.isoformat()},
        "training": {"error": "x"},
    }
    for cause in Alert.Cause.values:
        row = Alert(cause=cause, about="activities/verb", facts=facts[cause], began_at=now, seen_at=now)
        said = set()
        for language in ("ko", "en"):
            with translation.override(language):
                said.add(mails.sentence(row))
        assert len(said) == 2
        row.facts = {}
        assert mails.sentence(row)
