"""The watch page: who may see it and run tasks again, how it is with nothing, and what it costs."""

import csv
import datetime as dt
import pickle
from base64 import b64encode

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django_q.brokers import get_broker
from django_q.conf import Conf
from django_q.models import OrmQ, Task
from django_q.signing import SignedPackage

from recommendations import watch
from recommendations.watch import figures, queue
from recommendations.watch.models import Alert, Drift, HealthDay, QueueDay, RunningTask, WatchDay

PAGE = reverse("admin:recommendations_watchday_changelist")
RETRY = reverse("admin:recommendations_watchday_retry")
DOMAIN = "activities"


@pytest.fixture(autouse=True)
def _queue_keeps_tasks(monkeypatch):
    """Elsewhere in the tests a task runs where it is queued."""
    monkeypatch.setattr(Conf, "SYNC", False)


@pytest.fixture
def failed(db):
    """Return a function that makes a failed task: `failed("recommendations.tasks.retrain")`."""

    def make(function="recommendations.tasks.train_family", args=(DOMAIN, "popularity"), kwargs=None, n=1):
        now = timezone.now()
        return Task.objects.create(
            id=f"{n:032d}", name=f"task {n}", func=function, args=args, kwargs=kwargs or {"promote": False},
            started=now, stopped=now, success=False, result="boom <b>", attempt_count=3, cluster="moa",
        )  # fmt: skip

    return make


@pytest.fixture
def counted(db):
    """Three months of figures of two feeds and three versions."""
    today = timezone.localdate()
    days = [today - dt.timedelta(days=n) for n in range(90)]
    WatchDay.objects.bulk_create(
        WatchDay(
            domain=DOMAIN,
            feed=feed,
            model_version=version,
            day=day,
            shown=100,
            clicked=25,
            liked=4,
            followed=2,
            people=9,
        )
        for day in days
        for feed, version in (("for-you", "v1"), ("for-you", "v2"), ("popular", "v3"))
    )
    HealthDay.objects.bulk_create(
        HealthDay(domain=DOMAIN, day=day, hot=30, cold=70, listed=50, covered=20, movement=0.5) for day in days
    )
    Drift.objects.bulk_create(
        Drift(domain=DOMAIN, day=day, cause="verb", psi=0.25, recent=500, before=900, judged=True, over=True)
        for day in days
    )
    QueueDay.objects.create(day=today, waiting=3, oldest=90, failed=1)


@pytest.fixture
def people(make_user, staff, alice):
    """Who asks, by role."""
    viewer, bare, fixer = (make_user(name, is_staff=True) for name in ("viewer", "bare", "fixer"))
    permissions = {one.codename: one for one in Permission.objects.filter(content_type__app_label="recommendations")}
    viewer.user_permissions.add(permissions["view_watchday"])
    fixer.user_permissions.add(permissions["view_watchday"], permissions["retry_task"])
    return {"member": alice, "staff without": bare, "viewer": viewer, "may retry": fixer, "superuser": staff}


@pytest.mark.parametrize(
    ("role", "page", "retry"),
    [
        ("member", 302, 302),
        ("staff without", 403, 403),
        ("viewer", 200, 403),
        ("may retry", 200, 302),
        ("superuser", 200, 302),
    ],
)
def test_each_role_may_do_just_that(client, people, failed, role, page, retry):
    task = failed()
    client.force_login(people[role])
    shown = client.get(PAGE)
    assert shown.status_code == page
    assert (b'name="retry"' in shown.content) == (role in ("may retry", "superuser"))
    assert client.post(RETRY, {"retry": task.pk}).status_code == retry
    assert OrmQ.objects.count() == (role in ("may retry", "superuser"))


def test_nothing_yet(client, staff):
    staff.language = "en"
    client.force_login(staff)
    text = client.get(PAGE, headers={"accept-language": "en"}).content.decode()
    for sentence in ("Nothing has been counted yet", "No recommendation was shown", "Drift has not been measured yet"):
        assert sentence in text
    assert 'class="chart"' not in text


@pytest.mark.parametrize(
    "query",
    [
        "?domain=nowhere",
        "?days=0",
        "?days=-1",
        "?days=²",
        "?days=99999999999",
        "?feed=%00",
        "?domain=activities&feed=<b>",
    ],
)
def test_whatever_is_asked_for(client, staff, counted, query):
    client.force_login(staff)
    response = client.get(PAGE + query)
    assert response.status_code == 200
    assert b"<b>" not in response.content


def test_figures_of_the_page(counted):
    found = figures.page(figures.Asked.read({"domain": DOMAIN, "days": "7"}))
    assert [(row["name"], row["shown"], row["clicked_rate"]) for row in found["feeds"]] == [
        ("for-you", 1400, 0.25),
        ("popular", 700, 0.25),
    ]
    assert [row["name"] for row in found["versions"]] == ["v1", "v2", "v3"]
    one = figures.page(figures.Asked.read({"domain": DOMAIN, "feed": "for-you"}))
    assert [row["name"] for row in one["versions"]] == ["v1", "v2"]
    assert figures.rate(3, 2) is None  # clicks of an app that reports no impressions


def test_queries(client, staff, counted, failed, django_assert_num_queries):
    """As many with three months of figures as with none; none of them on the log."""
    client.force_login(staff)
    client.get(PAGE)
    for n in range(1, 30):
        failed(n=n)
    with django_assert_num_queries(15) as queries:
        client.get(PAGE, {"domain": DOMAIN, "days": 90})
    assert not [one["sql"] for one in queries if "recommendations_event" in one["sql"]]


def test_no_script_in_the_page(client, staff, counted):
    client.force_login(staff)
    page = client.get(PAGE, {"domain": DOMAIN}).content.decode()
    page = page.split('<div class="w">')[1].rsplit("</section>", 1)[0]
    assert page.count('class="chart"') == 7
    assert "<script" not in page
    assert "onclick" not in page


def test_retry_runs_the_task_with_its_arguments(client, staff, failed):
    task = failed(kwargs={"promote": False})
    client.force_login(staff)
    client.post(RETRY, {"retry": task.pk})
    payload = SignedPackage.loads(OrmQ.objects.get().payload)
    assert (payload["func"], payload["args"], payload["kwargs"]) == (
        task.func,
        (DOMAIN, "popularity"),
        {"promote": False},
    )
    assert payload["cluster"] == "moa"
    assert not Task.objects.exists()
    client.post(RETRY, {"retry": task.pk})  # pressed twice
    assert OrmQ.objects.count() == 1


@pytest.mark.parametrize("function", ["os.system", "builtins.exec", "django.core.management.call_command", "nothing"])
def test_only_the_sites_own_functions_are_run(failed, function):
    task = failed(function)
    with pytest.raises(queue.RetryError, match=function.replace(".", r"\.")):
        queue.retry(task.pk)
    assert (OrmQ.objects.count(), Task.objects.count()) == (0, 1)


class Bomb:
    """Runs a command when it is unpickled."""

    def __reduce__(self):
        return (exec, ("raise SystemExit('executed')",))


@pytest.mark.parametrize("column", ["args", "kwargs"])
def test_pickles_that_hold_code_are_refused(client, staff, failed, column):
    task = failed()
    with connection.cursor() as cursor:
        value = b64encode(pickle.dumps((Bomb(),))).decode()
        cursor.execute(f"UPDATE django_q_task SET {column} = %s", [value])
    with pytest.raises(queue.RetryError):
        queue.retry(task.pk)
    client.force_login(staff)
    assert client.post(RETRY, {"retry": task.pk}, follow=True).status_code == 200
    assert (OrmQ.objects.count(), Task.objects.count()) == (0, 1)


def test_retry_is_no_link(client, staff):
    client.force_login(staff)
    assert client.get(RETRY).status_code == 405
    assert client.post(RETRY, {"retry": "x" * 500}, follow=True).status_code == 200


def test_length_and_age_of_the_queue(db):
    """What was handed to a worker and not begun waits; what a worker runs does not, nor what another queue handed out."""
    broker, now = get_broker(), timezone.now()

    def enqueue(lock, key=Conf.PREFIX):
        row = broker.enqueue("payload")
        OrmQ.objects.filter(pk=row).update(lock=now + dt.timedelta(seconds=lock), key=key)
        return row

    enqueue(-300), enqueue(-120)
    handed, running = enqueue(Conf.RETRY - 200), enqueue(Conf.RETRY - 1000)
    enqueue(Conf.RETRY - 1000, key="judge")
    RunningTask.objects.create(
        task="1", row=running, func="f", owner="me:1:2", attempts=1, started_at=now, deadline=now
    )
    assert queue.state(now) == {"waiting": 3, "oldest": 300.0}
    queue.measure(now)
    OrmQ.objects.exclude(pk=handed).delete()
    assert queue.by_cluster(now) == {Conf.PREFIX: {"waiting": 1, "oldest": 200.0}}
    row = queue.measure(now)
    assert (row.waiting, row.oldest) == (3, 300.0)  # the worst of the day


def test_summary(counted, failed):
    failed()
    now = timezone.now()
    Alert.objects.create(cause="failed", about="x.y", facts={"n": 2}, began_at=now, seen_at=now)
    Alert.objects.create(cause="stuck", about="moa", began_at=now, seen_at=now, ended_at=now)
    found = watch.summary()
    assert (found["shown"], found["clicked"], found["click_rate"]) == (2100, 525, 0.25)
    assert (found["alerts"], found["failed"], found["waiting"], found["at"]) == (1, 1, 0, None)
    assert "x.y" in found["warnings"][0]


def test_a_period_a_list_and_a_version_may_be_chosen(client, staff, counted):
    today = timezone.localdate()
    first, last = today - dt.timedelta(days=9), today - dt.timedelta(days=5)
    asked = figures.Asked.read(
        {"domain": DOMAIN, "feed": "for-you", "version": "v2", "from": str(first), "to": str(last)}
    )
    found = figures.page(asked)
    assert [(row["day"], row["shown"]) for row in found["by_day"]] == [
        (last - dt.timedelta(days=n), 100) for n in range(5)
    ]
    assert (found["feed"], found["version"], len(found["charts"][0]["rows"])) == ("for-you", "v2", 5)
    client.force_login(staff)
    page = client.get(PAGE, {"domain": DOMAIN, "from": str(last), "to": str(first), "feed": "for-you", "version": "v2"})
    assert f'value="{first}"' in page.content.decode()  # the wrong way round is put right


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-02-30", "x"), ("0001-01-01", ""), ("9999-12-31", "9999-12-31"), ("", "1969-01-01"), ("1980-01-01", "")],
)
def test_days_that_cannot_be(client, staff, counted, first, last):
    client.force_login(staff)
    assert client.get(PAGE, {"from": first, "to": last}).status_code == 200
    asked = figures.Asked.read({"from": first, "to": last})
    assert len(asked.days) <= figures.LONGEST
    assert asked.last <= timezone.localdate()


@pytest.mark.parametrize("table", ["recommendations", "models", "drift", "queue"])
def test_tables_as_csv(client, people, counted, table):
    url = reverse("admin:recommendations_watchday_csv", args=[table])
    client.force_login(people["staff without"])
    assert client.get(url).status_code == 403
    client.force_login(people["viewer"])
    response = client.get(url, {"domain": DOMAIN, "days": "7", "feed": "for-you", "version": "v1"})
    lines = list(csv.DictReader(b"".join(response.streaming_content).decode("utf-8-sig").splitlines()))
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert len(lines) == {"queue": 1}.get(table, 7)
    if table == "recommendations":
        assert {(row["feed"], row["model_version"], row["shown"], row["clicked"]) for row in lines} == {
            ("for-you", "v1", "100", "25")
        }


def test_many_at_once(client, staff, failed):
    """Retry of the chosen, dismissal, and both for all; who did it is noted."""
    tasks = [failed(n=n) for n in range(1, 7)]
    client.force_login(staff)
    client.post(RETRY, {"retry": "chosen", "task": [tasks[0].pk, tasks[1].pk]})
    assert (OrmQ.objects.count(), Task.objects.count()) == (2, 4)
    client.post(RETRY, {"dismiss": "chosen", "task": [tasks[2].pk]})
    client.post(RETRY, {"dismiss": "chosen"})  # nothing was chosen
    assert (OrmQ.objects.count(), Task.objects.count()) == (2, 3)
    client.post(RETRY, {"retry": "all"})
    assert (OrmQ.objects.count(), Task.objects.count()) == (5, 0)
    failed(n=9)
    client.post(RETRY, {"dismiss": "all"})
    assert (OrmQ.objects.count(), Task.objects.count()) == (5, 0)
    assert [(row["row"].user, row["row"].change_message) for row in queue.noted()] == [
        (staff, action) for action in ("dismiss", "retry", "retry", "retry", "dismiss", "retry", "retry")
    ]


def test_what_became_of_it_is_told(client, staff, failed):
    task = failed()
    client.force_login(staff)
    client.post(RETRY, {"retry": task.pk})
    (note,) = queue.noted()
    number = SignedPackage.loads(OrmQ.objects.get().payload)["id"]
    assert note["row"].object_id == number
    assert note["outcome"] == gettext("waits")
    again = failed(n=2)
    Task.objects.filter(pk=again.pk).update(id=number, success=True)
    assert queue.noted()[0]["outcome"] == gettext("succeeded")
