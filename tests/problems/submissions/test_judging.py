"""From sending in to the verdict: what is stored, shown and learned."""

from __future__ import annotations

import json
import threading
import time

import pytest
from django.db import connections

from problems.models import Attempt, Submission, TestCase, Trial
from problems.services import judging, queue, submissions
from problems.services.health import judge_health
from problems.tasks import judge_waiting, keep_judging
from recommendations.models import Event
from tests.problems.submissions.conftest import HIDDEN, RIGHT, WRONG, add_group, add_test

VERDICTS = {
    "AC": RIGHT,
    "WA": WRONG,
    "TLE": "while True: pass",
    "MLE": "x = [0] * 10 ** 9",
    "RTE": "raise SystemExit(3)",
    "OLE": "while True: print('x' * 1000)",
    "CE": "print(",
}


def events(user):
    return list(Event.objects.filter(user=user, domain="problems").order_by("pk").values_list("verb", "item_id"))


@pytest.mark.parametrize("verdict", VERDICTS)
def test_every_verdict_is_stored_and_learned_once(alice, problem, judged, verdict):
    row = judged(alice, VERDICTS[verdict])
    assert (row.status, row.verdict, row.worker, row.lease_until) == ("done", verdict, "", None)
    assert events(alice) == [("solve" if verdict == "AC" else "fail", str(problem.pk))]
    assert judge_waiting() == 0
    assert len(events(alice)) == 1
    attempt = Attempt.objects.get(user=alice, problem=problem)
    assert (attempt.tries, attempt.is_solved) == (1, verdict == "AC")
    problem.refresh_from_db()
    assert (problem.submission_count, problem.tried_count, problem.solved_count) == (1, 1, int(verdict == "AC"))


def test_tests_are_listed_up_to_the_first_that_fails(alice, judged):
    assert [(test["name"], test["verdict"]) for test in judged(alice).tests] == [
        ("sample/1", "AC"),
        ("secret/1", "AC"),
        ("secret/2", "AC"),
    ]
    row = judged(alice, WRONG)
    assert [test["verdict"] for test in row.tests] == ["AC", "WA"]
    assert row.tests_total == 3
    assert row.time_ms == max(test["time_ms"] for test in row.tests) > 0
    assert row.memory_kb > 5000


def test_a_compile_error_says_where(alice, judged):
    row = judged(alice, "x = 1\nprint(")
    assert row.tests == []
    assert "line 2" in row.message


def test_stderr_of_samples_is_shown_and_hidden_data_never(alice, judged, api_for):
    leak = (
        "import sys\ndata = sys.stdin.read()\nsys.stderr.write('I read ' + data)\nprint(3)\nassert '1 2' in data, data"
    )
    row = judged(alice, leak)
    assert row.verdict == "RTE"
    assert row.tests[0]["stderr"] == "I read 1 2\n"
    shown = api_for(alice).get(f"/api/v1/submissions/{row.pk}/").content.decode()
    for hidden in (HIDDEN, "7331", "10 20"):
        assert hidden not in json.dumps(row.tests) + row.message
        assert hidden not in shown


def test_the_first_of_several_solutions_counts(alice, problem, judged):
    for code in (WRONG, WRONG, RIGHT, WRONG, RIGHT):
        judged(alice, code)
    attempt = Attempt.objects.get(user=alice, problem=problem)
    assert (attempt.tries, attempt.is_solved) == (3, True)
    problem.refresh_from_db()
    assert (problem.submission_count, problem.tried_count, problem.solved_count) == (5, 1, 1)
    assert [verb for verb, _item in events(alice)] == ["fail", "fail", "solve", "fail", "solve"]


def test_points_come_by_groups(alice, problem, judged):
    problem.scoring = "points"
    problem.save()
    TestCase.objects.filter(problem=problem, is_sample=False).delete()
    root = add_group(problem, "", ignore_sample=True, on_reject="continue")
    sample = add_group(problem, "sample", root, order=0, accept_score=0)
    TestCase.objects.filter(problem=problem).update(group=sample)
    secret = add_group(problem, "secret", root, order=1, on_reject="continue", accept_if_any_accepted=True)
    for number, (given, answer, points) in enumerate((("1 1", "2", 40), ("1000 1", "1001", 60))):
        group = add_group(
            problem, f"secret/g{number}", secret, order=number, score_mode="min", accept_score=points, on_reject="break"
        )
        add_test(problem, f"secret/g{number}/1", given, answer, group=group)
        add_test(problem, f"secret/g{number}/2", given, answer, group=group, order=11)
    full = judged(alice)
    assert (full.verdict, full.points, full.max_points, len(full.tests)) == ("AC", 100, 100, 5)
    part = judged(alice, "a, b = map(int, input().split())\nprint(a + b if a < 100 else 1 / 0)")
    assert (part.verdict, part.points, part.max_points) == ("RTE", 40, 100)
    assert [test["name"] for test in part.tests] == ["sample/1", "secret/g0/1", "secret/g0/2", "secret/g1/1"]
    assert Attempt.objects.get(user=alice).points == 100


def test_a_validator_judges_in_the_sandbox(alice, problem, judged):
    problem.validator = (
        "import sys\n"
        "answer = open(sys.argv[2]).read().split()\n"
        "with open(sys.argv[3] + 'judgemessage.txt', 'w') as file: file.write('wanted ' + str(answer))\n"
        "sys.exit(42 if sys.stdin.read().split()[::-1] == answer[::-1] + sys.argv[4:] else 43)"
    )
    problem.validator_args = ["extra"]
    problem.save()
    assert judged(alice, "print('extra', sum(map(int, input().split())))").verdict == "AC"
    row = judged(alice, RIGHT)
    assert row.verdict == "WA"
    assert "7331" not in json.dumps(row.tests) + row.message


def test_a_broken_validator_is_the_judges_fault_three_times_and_then_ie(alice, problem, judged, caplog):
    problem.validator = "raise ValueError(open(__import__('sys').argv[2]).read())"
    problem.save()
    row = judged(alice)
    assert (row.status, row.verdict, row.attempts) == ("done", "IE", 3)
    assert "7331" not in json.dumps(row.tests) + row.message
    assert events(alice) == []
    assert not Attempt.objects.exists()


def test_a_problem_without_tests_is_refused(alice, problem):
    problem.tests.all().delete()
    with pytest.raises(submissions.Conflict, match=r"no tests|테스트"):
        submissions.submit(user=alice, problem=problem, code=RIGHT)


def test_without_a_sandbox_submissions_wait(alice, problem, judged, no_sandbox, api_for):
    row = judged(alice)
    assert (row.status, row.attempts) == ("queued", 0)
    assert not judge_health().ok
    answer = api_for(alice).get(f"/api/v1/submissions/{row.pk}/").json()
    assert (answer["status"], answer["verdict"]) == ("queued", None)
    assert "switched off" in answer["judge"]


def test_a_sandbox_that_fails_on_the_way_costs_no_attempt(alice, problem, no_sandbox):
    row = submissions.submit(user=alice, problem=problem, code=RIGHT)
    claimed = queue.claim("somewhere:1:1")
    judging.judge_row(claimed, "somewhere:1:1")
    row.refresh_from_db()
    assert (row.status, row.attempts, row.worker) == ("queued", 0, "")


def test_health_tells_a_working_judge_from_none(db):
    assert not judge_health().ok
    keep_judging()
    assert judge_health().ok
    assert judge_health().reason == ""


def test_trials_run_the_samples_and_count_nowhere(alice, problem):
    row = submissions.run_samples(user=alice, problem=problem, code=RIGHT + "\nimport sys; sys.stderr.write('hm')")
    judge_waiting()
    row.refresh_from_db()
    assert (row.status, row.verdict) == ("done", "AC")
    [run] = row.tests
    assert (run["name"], run["output"], run["stderr"]) == ("sample/1", "3\n", "hm")
    assert not Submission.objects.exists()
    assert events(alice) == []


def test_trials_take_an_input_of_ones_own(alice, problem):
    row = submissions.run_samples(user=alice, problem=problem, code=RIGHT, input="20 22\n")
    empty = submissions.run_samples(user=alice, problem=problem, code="print(repr(input()))", input="")
    broken = submissions.run_samples(user=alice, problem=problem, code="print(", input="1")
    judge_waiting()
    for trial in (row, empty, broken):
        trial.refresh_from_db()
    assert [run["output"] for run in row.tests] == ["42\n"]
    assert (empty.verdict, broken.verdict) == ("RTE", "CE")
    assert "EOFError" in empty.tests[0]["stderr"]
    Trial.objects.update(queued_at="2020-01-01T00:00Z")
    keep_judging()
    assert not Trial.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_while_judging(alice, problem, monkeypatch):
    monkeypatch.setattr(judging, "PROGRESS", 0.0)
    row = submissions.submit(user=alice, problem=problem, code="import time; time.sleep(0.4)\n" + RIGHT)
    if row.status == "queued" and Submission.objects.get(pk=row.pk).status == "done":
        Submission.objects.filter(pk=row.pk).update(status="queued", verdict="")  # the test's queue judges at once

    def work():
        judge_waiting()
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    seen = set()
    until = time.monotonic() + 20
    while time.monotonic() < until and thread.is_alive():
        row.refresh_from_db()
        seen.add((row.status, len(row.tests)))
        time.sleep(0.02)
    thread.join()
    assert {("judging", 1), ("judging", 2)} <= seen
    row.refresh_from_db()
    assert (row.status, row.verdict) == ("done", "AC")


def test_a_sleeper_on_a_busy_machine_is_waited_for_once(alice, problem, judged, monkeypatch):
    monkeypatch.setattr(judging.os, "getloadavg", lambda: (99.0, 99.0, 99.0))
    limits = judging.judge.Limits(cpu_s=0.5, wall_s=0.5, memory_mb=128, output_kb=64)
    monkeypatch.setattr(judging, "limits_of", lambda problem: limits)
    for number in (2, 3):
        add_test(problem, f"sample/{number}", "1 1", "2", order=number)
    began = time.monotonic()
    row = judged(alice, "import time\ntime.sleep(60)")
    assert (row.verdict, len(row.tests)) == ("TLE", 3)
    assert time.monotonic() - began < 8  # 0.5 + 3 seconds for the first test, 0.5 for each of the others; else 10.5
