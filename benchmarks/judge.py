"""The judge: what a test case costs beyond the bare interpreter, submissions a minute, and waiting while one member floods."""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import ExitStack

from django.db import connections

from benchmarks.timing import p50, p95, ratio, show, side_by_side, verdict
from problems.judge import Limits
from problems.judge.interpreter import find_interpreter
from problems.judge.sandbox import KINDS, Sandbox, judge_uid
from problems.judge.selftest import self_test

PROGRAM = "print(sum(map(int, input().split())))"
#: A program that computes for some 50 ms: what the sandbox costs one that works.
WORKING = "n = int(input().split()[0])\ntotal = 0\nfor i in range(900_000): total += i % 7\nprint(total)"
INPUT = b"20 22\n"
TARGET = 2.0  # times the bare interpreter
TESTS = 10
FLOOD = 100


def main(size: int, *, quick: bool = False) -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    for title, program in (("a program that only prints", PROGRAM), ("a program that computes", WORKING)):
        _overhead(title, program, 5 if quick else 60)
    problem, members = _problem()
    _throughput(problem, members, 4 if quick else 60)
    _fairness(problem, members, 5 if quick else FLOOD)


def _overhead(title: str, program: str, rounds: int) -> None:
    """One test case in each sandbox beside the same interpreter alone, in turns."""
    python = find_interpreter(judge_uid()).path

    def bare(*options: str):
        command = [python, *options, "-c", program]
        return lambda: subprocess.run(command, input=INPUT, capture_output=True, check=True)

    limits = Limits(cpu_s=10, memory_mb=256)
    with ExitStack() as stack:
        tasks = {"python3": bare(), "python3 -I -S -B": bare("-I", "-S", "-B")}
        for kind in KINDS:
            sandbox = stack.enter_context(Sandbox(kind))
            if reason := self_test(sandbox):
                print(f"{kind} left out: {reason}")
                continue
            tasks[kind] = lambda sandbox=sandbox: sandbox.run(program.encode(), INPUT, limits)
        taken = side_by_side(tasks, rounds)
    rows = []
    for name, times in taken.items():
        times_bare = ratio(times, taken["python3"])
        reached = verdict(times_bare <= TARGET) if name in KINDS else ""
        rows.append([name, p50(times), p95(times), times_bare, ratio(times, taken["python3 -I -S -B"]), reached])
    show(
        f"One test case: {title} (target: within {TARGET:g}× of a bare python3)",
        "how|p50, ms|p95, ms|× python3|× python3 -I -S -B|target",
        rows,
    )


def _problem():
    from django.contrib.auth import get_user_model

    from problems.models import Problem, TestCase
    from problems.services.catalogue import publish_problems

    user = get_user_model().objects.create_user
    members = [user(email=f"m{n}@moa.example", nickname=f"m{n}", password="moa-bench-1") for n in range(5)]
    problem = Problem.objects.create(slug="sum", title_en="Sum", status="published", time_limit=2, memory_limit_mb=128)
    for number in range(TESTS):
        test = TestCase(problem=problem, name=f"{number}", order=number, is_sample=number == 0)
        test.input, test.answer = f"{number} {number}\n".encode(), f"{2 * number}\n".encode()
        test.save()
    publish_problems([problem])
    return problem, members


def _send(user, problem, count: int) -> None:
    """Rows that wait, without waking a worker."""
    from problems.models import Submission

    for _number in range(count):
        Submission.objects.create(user=user, problem=problem, code=PROGRAM)


def _work(workers: int) -> float:
    """Judge all that waits in so many processes; return the seconds that it took, their start left out."""
    from problems.models import Submission
    from problems.services import queue
    from problems.services.health import check_sandbox
    from problems.services.judging import judge_row

    connections.close_all()
    ready, go = os.pipe(), os.pipe()
    children = []
    for _number in range(workers):
        pid = os.fork()
        if not pid:
            check_sandbox()
            os.write(ready[1], b"x")
            os.read(go[0], 1)
            while (row := queue.claim(queue.worker_name())) is not None:
                judge_row(row, queue.worker_name())
            os._exit(0)
        children.append(pid)
    for _number in children:
        os.read(ready[0], 1)
    began = time.perf_counter()
    os.write(go[1], b"x" * workers)
    for pid in children:
        os.waitpid(pid, 0)
    taken = time.perf_counter() - began
    assert not Submission.objects.exclude(verdict="AC").exists(), "a right program was not accepted"
    return taken


def _throughput(problem, members, count: int) -> None:
    rows = []
    for workers in (1, 2):
        for user in members:
            _send(user, problem, -(-count // len(members)))
        sent = len(members) * -(-count // len(members))
        seconds = _work(workers)
        rows.append([workers, sent, seconds, 60 * sent / seconds, 60 * sent * TESTS / seconds])
    show(
        f"Submissions of {TESTS} tests, judged with verdict, progress and event stored",
        "workers|submissions|s|submissions per minute|test cases per minute",
        rows,
    )


def _fairness(problem, members, flood: int) -> None:
    """One member sends in a flood, then another one program: how many were judged before it, and how long it waited."""
    from problems.models import Submission

    Submission.objects.all().delete()
    flooder, other = members[:2]
    _send(flooder, problem, flood)
    _send(other, problem, 1)
    _work(1)
    judged = list(Submission.objects.order_by("judged_at").values_list("user_id", flat=True))
    done = Submission.objects.get(user=other)
    first = Submission.objects.order_by("started_at").first()
    last = Submission.objects.order_by("-judged_at").first()
    waited = (done.judged_at - first.started_at).total_seconds()
    show(
        f"One member floods with {flood} programs, then another sends one",
        "judged before it|its verdict after, s|in order of arrival it would be, s",
        [[judged.index(other.pk), waited, (last.judged_at - first.started_at).total_seconds()]],
    )
