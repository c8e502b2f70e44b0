"""Programs that try to escape, waste or cheat, in both sandboxes, judged from outside."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from problems.judge.cases import judge_case
from problems.judge.results import Limits
from tests.problems.judge.attacks import ATTACKS, WASTE
from tests.problems.judge.world import SECRET

LIMITS = Limits(cpu_s=1, wall_s=20, memory_mb=96, output_kb=512)
WASTING = Limits(cpu_s=1, wall_s=8, memory_mb=96, output_kb=512)
IDLE = Limits(cpu_s=1, wall_s=1.5, memory_mb=96, output_kb=512)  # for those that only wait for the clock
HONEST = b"print(int(input()) + 1)"


def assert_clean(sandbox, world):
    """Nothing outside is hurt, no process is left, and the sandbox works on."""
    assert world.harm() == []
    warden = sandbox._process.pid
    assert Path(f"/proc/{warden}/task/{warden}/children").read_text() == ""
    assert sandbox.run(HONEST, b"1", LIMITS).stdout == b"2\n"


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_gets_nowhere(sandbox, world, monkeypatch, name):
    monkeypatch.setenv("MOA_TEST_SECRET", SECRET)
    limits = IDLE if "stays" in name else LIMITS
    run = sandbox.run(world.program(ATTACKS[name]), b"", limits)
    seen = (run.stdout + run.stderr).decode("utf-8", "replace")
    assert "BREACH" not in run.stdout.decode("utf-8", "replace"), seen
    assert SECRET not in seen.replace(repr(world.facts), "")
    if name not in {"reads-the-environment", "walks-the-interpreters-frames"}:
        assert "DENIED" in seen, f"the attack did not even try: {run.outcome} {seen}"
    assert run.outcome in {"ok", "rte", "tle"}, seen
    assert_clean(sandbox, world)


@pytest.mark.parametrize("name", WASTE)
def test_waste_is_stopped(sandbox, world, name):
    program, outcomes = WASTE[name]
    began = time.monotonic()
    limits = IDLE if name in {"sleeps", "waits-for-a-signal"} else WASTING
    run = sandbox.run(world.program(program), b"0" * 300_000 if "input" in name else b"", limits)
    assert run.outcome in outcomes, (run.outcome, run.exit_status, run.message, run.stderr[-300:])
    assert time.monotonic() - began < WASTING.wall + 4
    assert len(run.stdout) <= WASTING.output_kb * 1024
    assert len(run.stderr) <= 1 << 16
    assert b"BREACH" not in run.stdout
    assert_clean(sandbox, world)


BOMBS = {
    "deep-parentheses": b"(" * 60_000 + b")" * 60_000,
    "deep-lists": b"[" * 5_000 + b"]" * 5_000,
    "deep-blocks": b"".join(b" " * depth + b"if 1:\n" for depth in range(300)),
    "long-unary-chain": b"-" * 60_000 + b"1",
    "long-comparison": b"1" + b"<1" * 30_000,
    "long-attribute-chain": b"a" + b".a" * 30_000,
    "folded-constants": b"x = ((((((((9**99)**9)**9)**9)**9)**9)**9)**9)",
    "folded-strings": b"x = " + b"+".join([b"'a'*4000"] * 4_000),
    "digits": b"x = 1" + b"0" * 60_000,
    "no-text": bytes(range(256)) * 100,
    "nul": b"print(1)\0",
    "wrong-encoding": "print('한글')".encode("euc-kr"),
    "named-codec": b"# coding: rot13\ncevag(1)",
    "unknown-codec": b"# coding: moa\nprint(1)",
    "empty": b"",
    "lone-surrogate": b"print('\xed\xa0\x80')",
}


@pytest.mark.parametrize("name", BOMBS)
def test_the_compiler_runs_inside_too(sandbox, world, name):
    run = sandbox.run(BOMBS[name], b"", WASTING)
    assert run.outcome in {"ce", "rte", "ok", "tle", "mle"}, run
    if name in {"deep-parentheses", "no-text", "nul", "wrong-encoding", "unknown-codec", "lone-surrogate"}:
        assert run.outcome == "ce", run
        assert run.message
    assert_clean(sandbox, world)


FORGERIES = {
    "exits-with-a-faked-status": b"import os; os._exit(0)",
    "exits-as-a-validator-would": b"import os; os._exit(42)",
    "writes-a-status": (
        b"import os\nfor n in range(3, 64):\n    try: os.write(n, b'SR{\"exit-code\": 0}')\n    except OSError: pass\n"
    ),
    "prints-a-verdict": b"print('AC'); print('accepted'); print(42)",
    "changes-the-comparison": b"class S(str):\n    def __eq__(self, other): return True\nprint(S('x'))",
    "looks-for-the-answer": (
        b"import gc, os, sys\n"
        b"for o in gc.get_objects():\n"
        b"    if isinstance(o, (bytes, str)) and '73' + '31' in str(o): print(o)\n"
        b"for n in range(3, 64):\n"
        b"    try: print(os.read(n, 100))\n"
        b"    except OSError: pass\n"
    ),
    "looks-for-files-of-the-judge": (
        b"import os\n"
        b"for path in ('/judge/answer', '/judge', 'answer', '../answer', '/tmp'):\n"
        b"    try: print(open(path).read())\n"
        b"    except OSError: pass\n"
        b"for root, folders, files in os.walk('/'):\n"
        b"    for name in files:\n"
        b"        if name.endswith(('.ans', '.out')): print(open(os.path.join(root, name)).read())\n"
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_no_verdict_is_forged(sandbox, name):
    result = judge_case(sandbox, FORGERIES[name], b"1\n", b"7331\n", LIMITS)
    assert result.verdict in {"WA", "RTE"}, result


def test_nothing_is_left_from_one_run_to_the_next(sandbox, world):
    leave = """
import builtins, os
builtins.left = 1
for path in ('/tmp/left', '/dev/shm/left', 'left', '/left'):
    try: open(path, 'w').write('left')
    except OSError: pass
"""
    look = """
import builtins, os
print(hasattr(builtins, 'left'), [p for p in ('/tmp/left', '/dev/shm/left', 'left', '/left') if os.path.exists(p)])
"""
    sandbox.run(world.program(leave), b"the first one's input", LIMITS)
    assert sandbox.run(world.program(look), b"", LIMITS).stdout == b"False []\n"


def test_runs_as_nobody_in_particular(sandbox):
    run = sandbox.run(b"import os; print(os.getuid(), os.getgid(), os.getgroups())", b"", LIMITS)
    uid, _, rest = run.stdout.decode().partition(" ")
    assert int(uid) != 0
    if os.geteuid() == 0:
        assert rest.strip() == f"{uid} []"


def test_a_killed_warden_takes_its_program_along_and_is_replaced(sandbox, world):
    assert sandbox.run(HONEST, b"1", LIMITS).outcome == "ok"
    sandbox._process.kill()
    sandbox._process.wait()
    assert sandbox.run(HONEST, b"1", LIMITS).outcome == "ok"


def test_the_time_of_a_program_that_the_clock_ended_is_known(sandbox):
    limits = Limits(cpu_s=5, wall_s=1, memory_mb=96)
    busy = sandbox.run(b"x = bytearray(30 << 20)\nwhile True: pass", b"", limits)
    idle = sandbox.run(b"import time; time.sleep(9)", b"", limits)
    assert (busy.outcome, idle.outcome) == ("tle", "tle")
    assert busy.time_ms > idle.time_ms
    assert busy.memory_kb > 30 << 10
