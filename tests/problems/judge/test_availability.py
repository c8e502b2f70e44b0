"""Which sandbox is chosen, and what happens where none can be trusted: nothing is run, and everybody is told."""

from __future__ import annotations

import os

import pytest
from django.core import checks

from problems import judge
from problems.checks import check_judge
from problems.judge import interpreter, sandbox, selftest
from problems.judge.sandbox import Sandbox, interpret
from problems.services.health import configure_judge

FACTS = {"killed": "", "exit_status": 0, "cpu_ms": 5, "wall_ms": 9, "memory_kb": 9000, "status": "SR", "sandbox": ""}


@pytest.fixture(autouse=True)
def _own_choice():
    yield
    configure_judge()


def test_bubblewrap_comes_first_and_landlock_is_the_way_out(monkeypatch):
    judge.configure()
    assert judge.available().kind == "bubblewrap"
    judge.configure()
    monkeypatch.setattr(sandbox, "find_bubblewrap", lambda: "")
    assert judge.available().kind == "landlock"
    assert judge.run("print(1)").stdout == b"1\n"


def test_where_an_attack_gets_through_nothing_is_run(monkeypatch):
    monkeypatch.setitem(selftest.ATTACKS, "prints", "print('BREACH')")
    judge.configure()
    status = judge.available()
    assert not status.ok
    assert "a program prints" in status.reason
    assert judge.run("print(1)").outcome == "ie"
    assert judge.judge_case("print(1)", b"", b"1").verdict == "IE"
    assert judge.check(judge.Run("ok"), b"", b"").verdict == "IE"


def test_a_sandbox_that_is_trusted_is_tested_again(monkeypatch):
    judge.configure()
    assert judge.available().ok
    monkeypatch.setitem(selftest.ATTACKS, "prints", "print('BREACH')")
    assert judge.available().ok  # five minutes are not over
    assert not judge.available(fresh=True).ok


def test_a_forked_process_gets_a_sandbox_of_its_own():
    judge.configure()
    assert judge.run("print(1)").outcome == "ok"
    reading, writing = os.pipe()
    if not os.fork():
        os.write(writing, judge.run("print(2)").stdout)
        os._exit(0)
    assert os.read(reading, 10) == b"2\n"
    assert judge.run("print(3)").stdout == b"3\n"


def test_measure_gives_the_slowest_and_names_what_fails():
    assert 0 < judge.measure("print(input())", [b"1", b"2"]) < 2
    with pytest.raises(ValueError, match="input 2: RTE"):
        judge.measure("print(1 // int(input()))", [b"1", b"0"])


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"status": ""}, "ie"),
        ({"status": "S"}, "ce"),
        ({"status": "SCbad"}, "ce"),
        ({"status": "SR", "exit_status": 1}, "rte"),
        ({"exit_status": -11}, "rte"),
        ({"exit_status": -11, "memory_kb": 250_000}, "mle"),
        ({"exit_status": -24}, "tle"),
        ({"cpu_ms": 2001}, "tle"),
        ({"killed": "wall", "exit_status": -9}, "tle"),
        ({"killed": "output", "exit_status": -9}, "ole"),
        ({"memory_kb": 300_000}, "mle"),
        ({"exit_status": 77}, "mle"),
        ({"sandbox": '{ "child-pid": 5 }\n{ "exit-code": 3 }\n'}, "rte"),
        ({}, "ok"),
    ],
    ids=str,
)
def test_what_the_facts_of_a_run_mean(changes, outcome):
    limits = judge.Limits(cpu_s=2, memory_mb=256)
    assert interpret({**FACTS, **changes}, b"", b"", limits).outcome == outcome


def test_an_interpreter_that_the_judges_user_cannot_read_is_refused(tmp_path, monkeypatch):
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    python = folder / "python3"
    python.symlink_to("/usr/bin/python3")
    monkeypatch.setattr(interpreter, "CANDIDATES", (str(folder / "none"),))
    interpreter.find_interpreter.cache_clear()
    with pytest.raises(interpreter.NoInterpreter, match="apt-get install python3"):
        interpreter.find_interpreter(64231)
    interpreter.find_interpreter.cache_clear()


def test_an_unknown_kind_is_refused():
    with pytest.raises(sandbox.SandboxFailed, match="docker"):
        Sandbox("docker")


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("JUDGE_SANDBOX", "auto", []),
        ("JUDGE_SANDBOX", "landlock", []),
        ("JUDGE_SANDBOX", "off", ["problems.W001"]),
        ("JUDGE_SANDBOX", "docker", ["problems.E001"]),
        ("JUDGE_UID", 0, ["problems.E002"]),
    ],
    ids=str,
)
def test_system_checks(settings, name, value, found):
    setattr(settings, name, value)
    assert [message.id for message in check_judge(None)] == found


def test_a_machine_without_sandboxes_is_warned(monkeypatch):
    monkeypatch.setattr(sandbox, "find_bubblewrap", lambda: "")
    monkeypatch.setattr(sandbox, "landlock_version", lambda: 0)
    [warning] = check_judge(None)
    assert isinstance(warning, checks.Warning)
    assert "bubblewrap is not installed" in warning.msg
