"""Whose turn it is, what happens to rows of dead workers, and judging again."""

from __future__ import annotations

import datetime as dt
import os
import threading

import pytest
from django.db import connections
from django.utils import timezone

from problems.models import Attempt, Submission, TestCase
from problems.services import judging, queue, submissions
from problems.tasks import judge_waiting, keep_judging
from recommendations.models import Event
from recommendations.services import forget_event
from tests.problems.submissions.conftest import RIGHT, WRONG

PAST = timezone.now() - dt.timedelta(hours=1)


def send(user, problem, count=1):
    return [submissions.submit(user=user, problem=problem, code=RIGHT) for _number in range(count)]


def order(count):
    rows = [queue.claim("here:1:1") for _number in range(count)]
    return [(type(row).__name__, row.user.nickname) for row in rows if row]


def test_members_take_turns_whoever_floods(alice, bob, charlie, problem):
    send(alice, problem, 5)
    send(bob, problem, 2)
    send(charlie, problem)
    names = [name for _model, name in order(9)]
    assert names == ["alice", "bob", "charlie", "alice", "bob", "alice", "alice", "alice"]


def test_what_was_served_lately_counts(alice, bob, problem, judged):
    judged(alice)
    send(alice, problem)
    send(bob, problem)
    assert [name for _model, name in order(2)] == ["bob", "alice"]
    Submission.objects.update(status="queued", worker="", started_at=PAST)
    assert [name for _model, name in order(1)] == ["alice"]


def test_trials_stand_in_the_same_queue(alice, bob, problem):
    send(alice, problem)
    submissions.run_samples(user=bob, problem=problem, code=RIGHT)
    assert order(3) == [("Submission", "alice"), ("Trial", "bob")]


def test_what_is_judged_again_comes_last(alice, bob, problem, judged):
    judged(alice)
    submissions.rejudge(Submission.objects.all())
    send(bob, problem)
    assert [name for _model, name in order(3)] == ["bob", "alice"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_each_row_is_claimed_once(alice, bob, problem):
    rows = [Submission.objects.create(user=user, problem=problem, code=RIGHT) for user in (alice, bob) * 6]
    claimed = []

    def work(name):
        while (row := queue.claim(name)) is not None:
            claimed.append(row.pk)
        connections.close_all()

    threads = [threading.Thread(target=work, args=(f"w{number}:1:1",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == sorted(row.pk for row in rows)


def test_a_row_whose_lease_ran_out_is_judged_by_another(alice, problem):
    [row] = send(alice, problem)
    queue.claim("elsewhere:1:1")
    assert judge_waiting() == 0  # its worker may live
    Submission.objects.update(lease_until=PAST)
    assert judge_waiting() == 1
    row.refresh_from_db()
    assert (row.verdict, row.attempts) == ("AC", 2)


def test_a_row_of_a_dead_process_is_taken_back_at_once(alice, problem):
    [row] = send(alice, problem)
    host = queue.worker_name().partition(":")[0]
    queue.claim(f"{host}:{os.getpid()}:1")  # this id, but another start: the process that had it is gone
    assert queue.claim(queue.worker_name()) is None
    keep_judging()  # sends a token, which the tests' task queue runs at once
    row.refresh_from_db()
    assert (row.verdict, row.attempts) == ("AC", 2)


def test_a_row_of_a_living_process_is_left_alone(alice, problem):
    [row] = send(alice, problem)
    queue.claim(queue.worker_name())
    assert judging.recover() == 0
    row.refresh_from_db()
    assert row.status == "judging"


def test_a_judge_that_dies_three_times_ends_as_ie(alice, problem):
    [row] = send(alice, problem)
    for _number in range(3):
        queue.claim("elsewhere:1:1")
        Submission.objects.update(lease_until=PAST)
        assert judging.recover() == 1
    row.refresh_from_db()
    assert (row.status, row.verdict, row.event_id) == ("done", "IE", None)
    assert not Attempt.objects.exists()


def test_a_worker_that_lost_its_row_cannot_write_the_verdict(alice, problem):
    send(alice, problem)
    late = queue.claim("elsewhere:1:1")
    Submission.objects.update(lease_until=PAST)
    judging.recover()
    queue.claim("other:1:1")
    judging.judge_row(late, "elsewhere:1:1")
    assert Submission.objects.get().status == "judging"
    assert not Event.objects.filter(verb="solve").exists()


def test_judging_again_replaces_event_and_standing(alice, bob, problem, judged):
    wrong, right = judged(alice, WRONG), judged(bob, RIGHT)
    kept = right.event_id
    TestCase.objects.filter(problem=problem, name="secret/1").delete()
    TestCase.objects.filter(problem=problem, name="secret/2").delete()
    assert submissions.rejudge(Submission.objects.all()) == 2
    assert Attempt.objects.get(user=bob).is_solved  # the old verdict is in force
    judge_waiting()
    wrong.refresh_from_db()
    right.refresh_from_db()
    assert (wrong.verdict, wrong.rejudge) == ("AC", 1)
    assert right.event_id == kept
    assert list(Event.objects.filter(user=alice, forgotten_at=None).values_list("verb", flat=True)) == ["solve"]
    attempt = Attempt.objects.get(user=alice)
    assert (attempt.tries, attempt.solved_at) == (1, wrong.queued_at)
    problem.refresh_from_db()
    assert (problem.solved_count, problem.tried_count, problem.submission_count) == (2, 2, 2)


def test_judging_again_may_take_a_solution_away(alice, problem, judged):
    row = judged(alice)
    TestCase.objects.filter(name="secret/2").update(answer_packed=b"")
    submissions.rejudge(Submission.objects.all())
    judge_waiting()
    row.refresh_from_db()
    assert row.verdict == "WA"
    assert list(Event.objects.filter(forgotten_at=None).values_list("verb", flat=True)) == ["fail"]
    problem.refresh_from_db()
    assert (problem.solved_count, problem.tried_count) == (0, 1)
    assert not Attempt.objects.get().is_solved


def test_what_the_member_has_forgotten_stays_forgotten(alice, problem, judged):
    row = judged(alice, WRONG)
    forget_event(alice, row.event_id)
    TestCase.objects.filter(problem=problem, is_sample=False).delete()
    submissions.rejudge(Submission.objects.all())
    judge_waiting()
    assert not Event.objects.filter(user=alice, forgotten_at=None).exists()


def test_judging_again_into_a_fault_of_the_judge_takes_the_event_back(alice, problem, judged):
    judged(alice)
    problem.validator = "1 / 0"
    problem.save()
    submissions.rejudge(Submission.objects.all())
    judge_waiting()
    assert Submission.objects.get().verdict == "IE"
    assert not Event.objects.filter(user=alice, forgotten_at=None).exists()
    assert not Attempt.objects.exists()
    problem.refresh_from_db()
    assert (problem.solved_count, problem.tried_count) == (0, 0)
