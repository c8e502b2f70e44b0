"""The first start: demo data, logins, bases and schedules, once; and the feed that the site serves is worth serving."""

import pytest
from django.core.management import call_command
from django_q.models import Schedule

from accounts.models import User
from activities import demo
from activities.models import Activity, Club
from ml.models import ModelVersion
from pages.management.commands import bootstrap
from pages.management.commands.bootstrap import MEMBER, PASSWORD, SCHEDULES, STAFF
from recommendations import catalogue, report
from recommendations.data import log_of
from recommendations.domains import domains
from recommendations.evaluation import Policy, evaluate, families_of, split_times, walk
from recommendations.models import Event

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def counts():
    return [model.objects.count() for model in (User, Club, Activity, Event, ModelVersion, Schedule)]


def policy(name):
    from ml import parameters

    feed = domains["activities"].feed(name)
    return Policy(name, feed, parameters.get(f"activities.{name}"))


def test_the_first_start(settings, capsys, caplog):
    settings.DEBUG = True
    call_command("bootstrap")
    assert caplog.records == []  # lines for people only
    assert Activity.objects.count() >= 1200
    assert Club.objects.count() >= 80
    assert User.objects.count() >= 300
    assert ModelVersion.objects.filter(domain="activities", family="naive_bayes", status="production").exists()
    assert f"demo logins: {MEMBER} and {STAFF} (staff), password {PASSWORD}" in capsys.readouterr().out
    for email, staff in ((MEMBER, False), (STAFF, True)):
        user = User.objects.get(email=email)
        assert (user.check_password(PASSWORD), user.is_staff) == (True, staff)
    assert User.objects.get(email=MEMBER).events.count() > 20

    before = counts()
    call_command("bootstrap")
    assert counts() == before

    call_command("rebuild_models", check=True)
    the_default_feed_beats_the_policy_it_replaces()


def the_default_feed_beats_the_policy_it_replaces():
    """By a paired interval above zero, on a part of what docs/evaluation.md measures."""
    domain = domains["activities"]
    log = log_of(domain, catalogue.current("activities"))
    _validation, start, end = split_times(log)
    policies = [policy("for-you"), policy("baseline")]
    outcome = evaluate(policies, walk(domain, log, start, end, families=families_of(policies), refits=1, events=300))
    lead = report.summary(outcome, len(log.snapshot))["differences"]["baseline"]
    assert lead["hit"].low > 0
    assert lead["ndcg"].low > 0


def test_without_demo_data():
    call_command("bootstrap", no_demo=True)
    assert Activity.objects.count() == 0
    planned = dict(Schedule.objects.values_list("name", "next_run"))
    assert set(planned) == set(SCHEDULES)
    assert planned["tags"] > planned["retrain"]


def test_a_production_site_has_no_published_password(settings, monkeypatch):
    settings.DEBUG = False
    monkeypatch.setattr(bootstrap, "DEMOS", (demo,))  # the members come with the activities; the rest takes its time
    call_command("bootstrap")
    assert not User.objects.get(email=STAFF).has_usable_password()
    assert not User.objects.get(email=MEMBER).has_usable_password()
