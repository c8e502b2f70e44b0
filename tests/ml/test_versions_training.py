"""The training page: start, progress, cancel, what is left by processes that die, the schedule; and training again."""

import subprocess
import sys
import time

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone
from django_q.conf import Conf
from django_q.models import OrmQ, Schedule

from ml import registry, runs, training
from ml.models import ModelVersion, TrainingRun
from recommendations import tasks
from tests.ml.test_training import data

pytestmark = pytest.mark.django_db
PAGE = "/admin/ml/modelversion/train/"
START = {"domain": "activities", "family": "popularity"}


@pytest.fixture(autouse=True)
def queue(monkeypatch):
    """Tasks wait, as in service; other tests run them at once."""
    monkeypatch.setattr(Conf, "SYNC", False)


@pytest.fixture
def admin(staff):
    client = Client(headers={"accept-language": "en"})
    client.force_login(staff)
    return client


@pytest.fixture
def viewer(make_user):
    user = make_user("viewer", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="ml", codename__startswith="view_"))
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def said(client, response) -> str:
    assert response.status_code == 302
    return client.get(PAGE).content.decode()


def test_training_is_queued_and_its_version_stays_a_candidate(admin):
    served = training.train("activities", "popularity", data())
    registry.promote(served)
    page = said(admin, admin.post(f"{PAGE}start/", START))
    assert "Activities · Popularity is queued" in page
    run = TrainingRun.objects.get(status="queued")
    assert OrmQ.objects.count() == 1
    assert run.task_id
    tasks.train_queued(run.pk)
    run.refresh_from_db()
    assert (run.status, run.version.status) == ("done", "candidate")
    assert registry.production_versions()["activities", "popularity"] == (served.version, "")
    before = TrainingRun.objects.count()
    tasks.train_queued(run.pk)  # the queue delivers at least once
    assert TrainingRun.objects.count() == before


def test_starting_twice_is_refused(admin):
    admin.post(f"{PAGE}start/", START)
    page = said(admin, admin.post(f"{PAGE}start/", START))
    assert "Activities · Popularity is already queued or being trained" in page
    assert (TrainingRun.objects.count(), OrmQ.objects.count()) == (1, 1)


def test_unknown_models_are_refused(admin):
    assert "There is no model x/y to train" in said(admin, admin.post(f"{PAGE}start/", {"domain": "x", "family": "y"}))
    assert TrainingRun.objects.count() == 0


def test_who_may_only_look_starts_and_cancels_nothing(viewer, alice):
    run = TrainingRun.objects.create(domain="activities", family="popularity")
    assert "Train now" not in viewer.get(PAGE).content.decode()
    assert viewer.post(f"{PAGE}start/", START).status_code == 403
    assert viewer.post(f"{PAGE}{run.pk}/cancel/").status_code == 403
    assert viewer.post(f"{PAGE}schedule/", {}).status_code == 403
    assert viewer.get(f"{PAGE}start/").status_code == 405
    member = Client()
    member.force_login(alice)
    assert member.get(PAGE).status_code == 302
    run.refresh_from_db()
    assert run.status == "queued"


def test_a_queued_run_is_cancelled_at_once(admin):
    admin.post(f"{PAGE}start/", START)
    run = TrainingRun.objects.get()
    assert "The training is cancelled" in said(admin, admin.post(f"{PAGE}{run.pk}/cancel/"))
    tasks.train_queued(run.pk)
    run.refresh_from_db()
    assert (run.status, ModelVersion.objects.count()) == ("cancelled", 0)
    assert "already ended" in said(admin, admin.post(f"{PAGE}{run.pk}/cancel/"))
    assert "is queued" in said(admin, admin.post(f"{PAGE}start/", START))
    assert admin.post(f"{PAGE}999/cancel/").status_code == 404


@pytest.mark.parametrize("stage", ["evaluate", "store"])
def test_a_running_one_ends_at_its_next_step_and_production_stays(admin, stage):
    served = training.train("things", "popularity", data())
    registry.promote(served)

    def ask(share, message):
        if message.startswith("fit on") or (stage == "store" and message == "evaluate"):
            running = TrainingRun.objects.get(status="running")
            assert "is being ended" in said(admin, admin.post(f"{PAGE}{running.pk}/cancel/"))

    with pytest.raises(runs.Cancelled, match="things/popularity: training was cancelled"):
        training.train("things", "popularity", data(60), progress=ask)
    run = TrainingRun.objects.first()
    assert (run.status, run.error, run.version) == ("cancelled", "", None)
    assert run.finished_at
    assert ModelVersion.objects.get().status == "production"
    assert registry.production("things", "popularity").version == served.version
    assert training.train("things", "popularity", data(60)).number == 2


def test_out_of_memory_is_a_failed_run(admin):
    def much():
        raise MemoryError("Unable to allocate 64.0 GiB")

    with pytest.raises(MemoryError):
        training.train("things", "popularity", much)
    page = admin.get(PAGE).content.decode()
    assert "MemoryError: Unable to allocate 64.0 GiB" in page
    assert "Production was not changed." in page


def test_a_killed_process_is_buried_by_the_page(admin):
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    host = runs.me().split(":")[0]
    owner = f"{host}:{process.pid}:{runs.process_started(process.pid)}"
    run = TrainingRun.objects.create(domain="things", family="popularity", status="running", owner=owner)
    admin.get(PAGE)
    run.refresh_from_db()
    assert run.status == "running"
    process.kill()
    while runs.process_started(process.pid):  # dead before anybody has waited for it
        time.sleep(0.01)
    assert runs.GONE in admin.get(PAGE).content.decode()
    process.wait()
    run.refresh_from_db()
    assert run.status == "failed"
    training.train("things", "popularity", data())


def test_an_error_before_the_training_ends_the_run_too():
    run = runs.queue_run("things", "popularity")  # no such domain here
    with pytest.raises(LookupError, match="There is no domain 'things'"):
        tasks.train_queued(run.pk)
    run.refresh_from_db()
    assert run.status == "failed"
    assert "There is no domain" in run.error


def test_models_stand_above_runs_in_words_with_quality_age_and_last_run(admin, django_assert_num_queries):
    served = training.train("activities", "popularity", data())
    registry.promote(served)
    training.train("activities", "popularity", data())
    admin.get(PAGE)
    with django_assert_num_queries(10):
        page = admin.get(PAGE).content.decode()
    models, _latest, past = page.partition("Latest runs")
    assert "<strong>Popularity</strong><br><code>popularity</code>" in models
    assert "Order of doing" in models
    assert "nothing new" in models
    assert "now" in models
    assert past.count("<details") == 2


def test_pages_of_versions_and_runs_name_models_in_words(admin):
    version = training.train("activities", "popularity", data)
    korean = {"headers": {"accept-language": "ko"}}
    page = admin.get(f"/admin/ml/modelversion/{version.pk}/change/", **korean).content.decode()
    assert "활동 · 인기도 #1" in page
    assert "무엇으로 학습했나" in page
    page = admin.get(f"/admin/ml/trainingrun/{version.runs.get().pk}/change/", **korean).content.decode()
    assert "활동 · 인기도: 학습, 완료" in page
    assert "데이터 읽기" in page


def test_progress_is_asked_for_only_while_something_runs(admin):
    ended = admin.get(f"{PAGE}runs/", headers={"hx-request": "true"})
    assert "hx-get" not in ended.content.decode()
    assert ended["HX-Refresh"] == "true"  # the models above have changed
    TrainingRun.objects.create(
        domain="things", family="popularity", status="running", owner=runs.me(), progress=0.37, log="10:00 fit\n"
    )
    answer = admin.get(f"{PAGE}runs/", headers={"hx-request": "true"})
    assert "HX-Refresh" not in answer
    part = answer.content.decode()
    assert 'hx-trigger="every 2s"' in part
    assert 'value="37"' in part
    assert "10:00 fit" in part


def test_the_schedule_is_changed_and_switched_off(admin):
    row = Schedule.objects.create(
        name="retrain", func="recommendations.tasks.retrain", schedule_type="D", next_run=timezone.now()
    )
    other = Schedule.objects.create(name="x", func="meals.tasks.order_due", schedule_type="D", next_run=timezone.now())
    form = {"schedule": row.pk, "every": "W", "next": "2030-01-02T03:04"}
    assert "Saved: Train models anew" in said(admin, admin.post(f"{PAGE}schedule/", form))
    row.refresh_from_db()
    assert (row.schedule_type, row.repeats) == ("W", -1)
    assert f"{timezone.localtime(row.next_run):%Y-%m-%dT%H:%M}" == "2030-01-02T03:04"
    for wrong in ({"every": "C"}, {"next": "soon"}, {"next": "99999-01-01T00:00"}, {"every": ""}):
        assert "Not saved" in said(admin, admin.post(f"{PAGE}schedule/", {**form, **wrong}))
    admin.post(f"{PAGE}schedule/", {**form, "every": "off"})
    row.refresh_from_db()
    assert (row.schedule_type, row.repeats) == ("W", 0)
    for key in (other.pk, "", "x", "9" * 30):
        assert admin.post(f"{PAGE}schedule/", {**form, "schedule": key}).status_code == 404


@pytest.mark.parametrize("family", ["naive_bayes", "item_item", "popularity", "content", "matrix_factorization"])
def test_training_again_with_the_same_gives_the_same(family):
    first = training.train("things", family, data(), seed=5)
    before = (first.version, first.fingerprint, first.metrics, first.params)
    again = training.train("things", family, data, seed=5)
    assert again.pk == first.pk
    assert (again.version, again.fingerprint, again.metrics, again.params) == before
    assert training.train("things", family, data(60), seed=5).version != first.version
