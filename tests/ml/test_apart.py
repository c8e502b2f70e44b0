"""Trainings in processes of their own: crashes, lack of memory, kill -9, cancelling, time limits; production unharmed."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from django.conf import settings as site
from django.db import connection, connections

from ml import apart, registry, runs, training
from ml.models import ModelVersion, TrainingRun
from tests.ml.test_training import data

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture
def served():
    version = training.train("things", "popularity", data())
    registry.promote(version)
    return version


def environment() -> dict[str, str]:
    """A process of the site on the database of this test."""
    name = connection.settings_dict["NAME"]
    url = f"sqlite:///{name}"
    if connection.vendor == "postgresql":
        url = os.environ["MOA_TEST_DATABASE_URL"].replace(":///postgres?", f":///{name}?")
    return {"DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": url, "LOG_LEVEL": "CRITICAL"}


def train(run, how: str, seconds: float = 60):
    command = ["-m", "tests.support.trainer", str(run.pk), how]
    return apart.train(run, command=command, env=environment(), seconds=seconds)


def unharmed(served) -> bool:
    registry.clear_cache()
    base = registry.production("things", "popularity")
    return base is not None and base.version == served.version and ModelVersion.objects.count() == 1


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ("segv", runs.CRASHED),
        ("kill", runs.KILLED),
        ("memory", "MemoryError"),
        ("early", runs.ENDED),
    ],
    ids=["segv", "kill", "memory", "early"],
)
def test_what_goes_wrong_is_said_and_harms_nothing(served, settings, how, error):
    settings.TRAINING_MEMORY_MB = 2048 if how == "memory" else 0
    run = train(runs.queue_run("things", "popularity"), how)
    assert (run.status, run.error, run.version) == ("failed", error, None)
    assert run.finished_at
    assert unharmed(served)
    assert training.train("things", "popularity", data(60)).number == 2


def test_a_training_that_works(served):
    run = train(runs.queue_run("things", "naive_bayes"), "well")
    assert (run.status, run.error, run.version.status) == ("done", "", "candidate")
    assert registry.load("things", "naive_bayes", run.version.version).version == run.version.version


def test_cancelling_ends_even_what_hangs(served):
    run = TrainingRun.objects.create(domain="things", family="popularity")
    began = time.monotonic()
    stopper = threading.Thread(target=_cancel_when_running, args=[run.pk])
    stopper.start()
    run = train(run, "hang")
    stopper.join()
    assert (run.status, run.error) == ("cancelled", "")
    assert time.monotonic() - began < 50  # it would hang for 60 seconds; on an idle machine this takes 3
    assert unharmed(served)
    assert training.train("things", "popularity", data(60)).number == 2


def _cancel_when_running(pk: int) -> None:
    deadline = time.monotonic() + 30
    while not TrainingRun.objects.filter(pk=pk, status="running").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    runs.cancel(TrainingRun.objects.get(pk=pk))
    connections.close_all()


def test_time_is_up(served):
    run = train(runs.queue_run("things", "popularity"), "hang", seconds=0.5)
    assert (run.status, run.error) == ("failed", runs.OUT_OF_TIME)
    assert unharmed(served)


def test_it_dies_with_who_waits_for_it_and_is_buried():
    """The queue's worker is killed, as at a restart: no orphan goes on, and the row is free again."""
    run = runs.queue_run("things", "popularity")
    code = (
        "import django, sys; django.setup()\n"
        "from ml import apart; from ml.models import TrainingRun\n"
        f"run = TrainingRun.objects.get(pk={run.pk})\n"
        f"apart.train(run, command=['-m', 'tests.support.trainer', '{run.pk}', 'hang'], seconds=60)\n"
    )
    env = {**os.environ, **environment()}
    worker = subprocess.Popen(
        [sys.executable, "-c", code], cwd=site.BASE_DIR, env=env, stdout=subprocess.PIPE, text=True
    )
    child = int(worker.stdout.readline().split()[1])
    with pytest.raises(runs.AlreadyRunning):
        runs.queue_run("things", "popularity")
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    worker.stdout.close()
    deadline = time.monotonic() + 20
    while runs.process_started(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert training.train("things", "popularity", data()).number == 1
    run.refresh_from_db()
    assert (run.status, run.error) == ("failed", runs.GONE)


def test_two_staff_at_the_same_moment_start_one():
    results = []
    barrier = threading.Barrier(4)

    def work():
        barrier.wait()
        try:
            results.append(runs.queue_run("things", "popularity").pk)
        except runs.AlreadyRunning:
            results.append(None)
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results, key=str) == [TrainingRun.objects.get().pk, None, None, None]


def test_two_workers_with_the_same_task_train_once():
    run = runs.queue_run("things", "popularity")
    command = [sys.executable, "-m", "tests.support.trainer", str(run.pk), "slow"]
    env = {**os.environ, **environment()}
    both = [subprocess.Popen(command, cwd=site.BASE_DIR, env=env) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    run.refresh_from_db()
    assert (run.status, ModelVersion.objects.count(), TrainingRun.objects.count()) == ("done", 1, 1)
    assert run.log.count("fit on") == 1
