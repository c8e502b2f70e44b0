"""Training runs: progress, evaluation, one at a time, and what a failure leaves behind."""

import os
from datetime import timedelta

import numpy as np
import pytest
from django.utils import timezone

from ml import registry, runs, training
from ml.families.items import Item, TrainingData
from ml.models import ModelVersion, TrainingRun

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
WORDS = {"운동": "달리기 축구 농구 체육관 땀 경기", "요리": "파스타 김치 레시피 주방 맛집 빵"}


def data(rows: int = 40) -> TrainingData:
    rng = np.random.default_rng(1)
    items = []
    for row in range(rows):
        label = list(WORDS)[row % 2]
        items.append(Item(str(row), " ".join(rng.choice(WORDS[label].split(), 4)), label, ref=row + 1))
    events = np.arange(rows)
    return TrainingData(items, events % 5, events, np.ones(rows, "f4"), 1e9 + events * 3600.0)


@pytest.mark.parametrize("family", ["popularity", "naive_bayes"])
def test_a_run_ends_with_a_loadable_candidate(family):
    steps = []
    version = training.train("things", family, data(), progress=lambda share, message: steps.append(share), seed=3)
    assert (version.status, version.number, version.rows, version.seed) == ("candidate", 1, 40, 3)
    assert version.window == {"from": "2001-09-09T01:46:40+00:00", "to": "2001-09-10T16:46:40+00:00"}
    assert registry.load("things", family, version.version).version == version.version
    run = TrainingRun.objects.get()
    assert (run.status, run.progress, run.version, run.error) == ("done", 1.0, version, "")
    assert run.finished_at >= run.started_at
    assert "evaluate" in run.log
    assert steps == sorted(steps)
    assert (steps[0], steps[-1]) == (0.0, 1.0)


def test_a_classifier_keeps_its_report_and_picture():
    version = training.train("things", "naive_bayes", data())
    assert version.metrics["accuracy"] == 1.0
    assert bytes(version.picture)[:4] == b"\x89PNG"


def test_training_again_on_the_same_gives_the_same_version():
    first = training.train("things", "popularity", data())
    assert training.train("things", "popularity", data()).pk == first.pk
    assert ModelVersion.objects.count() == 1
    assert TrainingRun.objects.filter(status="done").count() == 2


def test_parameters_of_staff_are_used():
    from ml import parameters

    training.declare_family_parameters()
    parameters.set("ml.popularity", "half_life", 7)
    assert training.train("things", "popularity", data()).params["half_life"] == 7.0


def test_wrong_parameters_fail_the_run_with_their_message():
    with pytest.raises(ValueError, match="has no parameter 'x'"):
        training.train("things", "popularity", data(), {"x": 1})
    run = TrainingRun.objects.get()
    assert run.status == "failed"
    assert "has no parameter 'x'" in run.error
    training.train("things", "popularity", data())


def test_unknown_family():
    with pytest.raises(LookupError, match="no model family 'x'"):
        training.train("things", "x", data())
    assert TrainingRun.objects.count() == 0


def test_a_second_run_is_refused_while_one_is_alive():
    run = TrainingRun.objects.create(domain="things", family="popularity", status="running", owner=runs.me())
    with pytest.raises(runs.AlreadyRunning, match=f"already being trained \\(run {run.pk}"):
        training.train("things", "popularity", data())
    with pytest.raises(runs.AlreadyRunning):
        runs.queue_run("things", "popularity")
    training.train("things", "naive_bayes", data())


@pytest.mark.parametrize(
    "owner",
    [f"{os.uname().nodename}:{os.getpid()}:1", f"{os.uname().nodename}:x:1", "", "elsewhere:1:1"],
    ids=["restarted", "malformed", "nobody", "elsewhere"],
)
def test_runs_of_dead_processes_block_nobody(owner):
    run = TrainingRun.objects.create(domain="things", family="popularity", status="running", owner=owner)
    TrainingRun.objects.update(updated_at=timezone.now() - timedelta(hours=2))
    training.train("things", "popularity", data())
    run.refresh_from_db()
    assert (run.status, run.error) == ("failed", runs.GONE)


def test_a_queued_run_is_taken_over():
    queued = runs.queue_run("things", "popularity", "task-1")
    with pytest.raises(runs.AlreadyRunning):
        runs.queue_run("things", "popularity")
    training.train("things", "popularity", data())
    queued.refresh_from_db()
    assert (queued.status, queued.task_id) == ("done", "task-1")
    assert TrainingRun.objects.count() == 1
