"""Tasks whose process is killed: handed out again at once, given up after three times or when they took too long."""

import datetime as dt
import os
import subprocess
import sys

import pytest
from django.utils import timezone, translation
from django_q.brokers import get_broker
from django_q.conf import Conf
from django_q.models import OrmQ, Task
from django_q.signing import SignedPackage
from django_q.tasks import async_task

from ml.runs import me
from recommendations.watch import queue, workers
from recommendations.watch.models import RunningTask, Worker

pytestmark = pytest.mark.postgres
FUNC = "recommendations.tasks.refresh_popularity"


@pytest.fixture(autouse=True)
def _queue_keeps_tasks(monkeypatch):
    monkeypatch.setattr(Conf, "SYNC", False)


@pytest.fixture
def begin(db):
    """Return a function that hands out a task to a process that is dead by now, and gives the task's note."""

    def make(owner=None):
        if not OrmQ.objects.exists():
            async_task(FUNC, 7, group="g")
        ((row, payload),) = get_broker().dequeue()
        task = {**SignedPackage.loads(payload), "ack_id": row, "cluster": Conf.CLUSTER_NAME}
        workers.begun(None, task)
        note = RunningTask.objects.get(task=task["id"])
        RunningTask.objects.filter(pk=note.pk).update(owner=dead() if owner is None else owner)
        return RunningTask.objects.get(pk=note.pk)

    return make


def dead():
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    host, _pid, started = me().rsplit(":", 2)
    return f"{host}:{gone.pid}:{started}"


def test_a_task_of_a_living_process_is_left_alone(begin):
    note = begin(me())
    assert workers.rescue() == 0
    assert queue.running()[0]["row"] == note
    assert queue.state()["waiting"] == 0


def test_killed_once_it_is_handed_out_again(begin):
    begin()
    assert get_broker().queue_size() == 0
    assert workers.rescue() == 1
    assert workers.rescue() == 0
    assert get_broker().queue_size() == queue.state()["waiting"] == 1
    assert queue.running()[0]["again"]
    assert begin(me()).attempts == 2
    assert Task.objects.count() == 0


def test_killed_three_times_it_failed_and_staff_can_run_it_again(begin):
    for _ in range(Conf.MAX_ATTEMPTS):
        begin()
        workers.rescue()
    task = Task.objects.get()
    assert (task.func, task.args, task.success, task.attempt_count) == (FUNC, (7,), False, 3)
    assert "killed 3 times" in task.result
    assert (OrmQ.objects.count(), RunningTask.objects.count()) == (0, 0)
    queue.retry(task.pk)
    payload = SignedPackage.loads(OrmQ.objects.get().payload)
    assert (payload["func"], payload["args"], payload["group"]) == (FUNC, (7,), "g")


def test_what_was_ended_by_force_is_not_tried_again(begin):
    """A task that takes too long would take too long again."""
    note = begin()
    workers.rescue(note.deadline + dt.timedelta(seconds=1))
    assert "longer than" in Task.objects.get().result
    assert OrmQ.objects.count() == 0


def test_a_process_of_another_machine_is_gone_when_its_time_is_over(begin):
    note = begin("elsewhere:1:1")
    assert workers.rescue() == 0
    assert workers.rescue(note.deadline + dt.timedelta(minutes=2)) == 1
    assert queue.state()["waiting"] == 1  # nobody knows when it died: once more


def test_a_task_that_ended_is_no_more_among_the_running(begin):
    note = begin(me())
    workers.ended(None, {"id": note.task, "ack_id": note.row})
    assert queue.running() == []


def test_in_the_readers_words():
    for language, words in (("ko", "강제로"), ("en", "ended by force")):
        with translation.override(language):
            assert words in workers.in_words(workers.TOO_LONG % {"n": 60})
            assert workers.in_words("boom") == "boom"


def test_signs_of_life(db):
    broker = get_broker()
    broker.set_stat("django_q:moa:cluster:1", "x", 3)
    broker.set_stat("django_q:moa:cluster:1", "x", 3)  # a moment later: not written again
    found = Worker.objects.get()
    assert (found.cluster, found.pid) == (Conf.CLUSTER_NAME, os.getpid())
    Worker.objects.update(at=timezone.now() - dt.timedelta(hours=1))
    get_broker().set_stat("django_q:moa:cluster:2", "x", 3)  # started anew
    assert [one["row"].key for one in queue.processes()] == ["django_q:moa:cluster:2"]
