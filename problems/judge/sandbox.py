"""Running a program in a sandbox: bubblewrap where it works, Landlock where it does not, nothing at all where neither does."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from problems.judge.interpreter import CANDIDATES, NoInterpreter, find_interpreter
from problems.judge.results import OUT_OF_MEMORY, Limits, Outcome, Run
from problems.judge.syscalls import Unavailable, seccomp_filter
from problems.judge.warden.landlock import landlock_version

KINDS = ("bubblewrap", "landlock")  # in the order in which they are tried
WARDEN = Path(__file__).parent / "warden"
#: The user that programs run as where the site is root: a number that Debian gives to nobody.
DEFAULT_UID = 64231
CPU_SPENT = 128 + signal.SIGXCPU  # the kernel counts in ticks and may end it just before the limit
GRACE_S = 15.0  # beyond a run's wall time, until the warden itself is taken for dead


class SandboxFailed(Exception):
    """The sandbox, not the program, did not work; the message says how."""


class Sandbox:
    """One warden (see warden/__main__.py) and the way to it; runs one program at a time, starts anew after a failure."""

    def __init__(self, kind: str, uid: int | None = None) -> None:
        if kind not in KINDS:
            raise SandboxFailed(f"there is no sandbox {kind!r}; there are {', '.join(KINDS)}")
        self.kind = kind
        self.uid = judge_uid(uid)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._pid = os.getpid()

    def run(self, code: bytes, data: bytes, limits: Limits) -> Run:
        """Run a program on an input; a failure of the sandbox is the outcome "ie", never an exception."""
        with self._lock:
            try:
                if self._process is None or self._process.poll() is not None or self._pid != os.getpid():
                    self._start()
                facts, stdout, stderr = self._ask(code, data, limits)
            except (OSError, ValueError, SandboxFailed, Unavailable, NoInterpreter) as error:
                self.close()
                return Run("ie", message=f"{self.kind}: {error or type(error).__name__}")
        return interpret(facts, stdout, stderr, limits)

    def close(self) -> None:
        """End the warden, and with it what it runs."""
        if self._socket and self._pid == os.getpid():  # after a fork it is the parent's, which goes on using it
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
        if self._process and self._pid == os.getpid():
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(2)
            self._process.kill()
            self._process.wait()
        if self._socket:
            self._reader.close()
            self._socket.close()
        self._process = self._socket = None

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(self) -> None:
        self.close()
        self._pid = os.getpid()
        bwrap = find_bubblewrap()
        if self.kind == "bubblewrap" and not bwrap:
            raise SandboxFailed("bwrap is not installed: apt-get install bubblewrap")
        python = find_interpreter(self.uid)
        first = {"kind": self.kind, "python": python.path, "paths": python.paths, "bwrap": bwrap, "uid": self.uid}
        ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-I", "-S", "-B", str(WARDEN)]
            self._process = subprocess.Popen(command, stdin=theirs, stdout=subprocess.DEVNULL, env={}, cwd="/")
        self._socket = ours
        ours.settimeout(GRACE_S)
        self._reader = ours.makefile("rb")
        self._send({**first, "filter": base64.b64encode(seccomp_filter()).decode()})
        self._receive()

    def _ask(self, code: bytes, data: bytes, limits: Limits) -> tuple[dict[str, Any], bytes, bytes]:
        assert self._socket
        self._socket.settimeout(limits.wall + GRACE_S)
        self._send({"limits": limits.as_dict(), "code": len(code), "input": len(data)}, code, data)
        facts = self._receive()
        stdout, stderr = (self._reader.read(size) for size in facts["sizes"])
        return facts, stdout, stderr

    def _send(self, header: dict[str, Any], *parts: bytes) -> None:
        assert self._socket
        self._socket.sendall(json.dumps(header).encode() + b"\n")
        for part in parts:
            self._socket.sendall(part)

    def _receive(self) -> dict[str, Any]:
        line = self._reader.readline()
        if not line:
            raise SandboxFailed("the warden has ended")
        facts: dict[str, Any] = json.loads(line)
        return facts


def find_bubblewrap() -> str:
    """Return the path of bwrap, "" where it is not installed."""
    return shutil.which("bwrap", path="/usr/bin:/bin:/usr/local/bin") or ""


def missing(kinds: Iterable[str] = KINDS) -> str:
    """Say at a glance, without running anything in a sandbox, why none of these kinds can work; "" when one may."""
    if not sys.platform.startswith("linux"):
        return "programs are run on Linux only"
    if not any(os.access(path, os.X_OK) for path in CANDIDATES):
        return "there is no python3 that the judge's user can run"
    ways = {"bubblewrap": bool(find_bubblewrap()), "landlock": landlock_version() > 0}
    if not any(ways[kind] for kind in kinds):
        return "bubblewrap is not installed and the kernel has no Landlock"
    return ""


def judge_uid(wanted: int | None = None) -> int | None:
    """Return the user to become: a dedicated one where this is root, else None (a plain user cannot become another)."""
    return (wanted or DEFAULT_UID) if os.geteuid() == 0 else None


def interpret(facts: dict[str, Any], stdout: bytes, stderr: bytes, limits: Limits) -> Run:
    """Tell from the facts of a run what came of it: the program's doing, or the sandbox's failure."""
    status, exit_status = facts["status"], facts["exit_status"]
    if '"exit-code"' in facts["sandbox"]:
        # bubblewrap's own report; its exit status alone would be the same where it failed before the program ran.
        exit_status = int(facts["sandbox"].rpartition('"exit-code"')[2].strip(" :}\n"))
    elif exit_status < 0:
        exit_status = 128 - exit_status
    common = {"stderr": stderr, "time_ms": facts["cpu_ms"], "memory_kb": facts["memory_kb"], "exit_status": exit_status}
    if not status.startswith("S"):
        reason = stderr.decode("utf-8", "replace").strip()[:300] or f"status {exit_status}"
        return Run("ie", message=f"the program was not started: {reason}", **{**common, "stderr": b""})
    if not status.startswith("SR"):
        reason = status[2:] if status.startswith("SC") else "the program is too large or too deep to compile"
        return Run("ce", message=reason, **common)
    outcome = _outcome(facts, exit_status, limits)
    return Run(outcome, stdout=stdout[: limits.output_kb * 1024], message=_reason(outcome, exit_status), **common)


def _outcome(facts: dict[str, Any], exit_status: int, limits: Limits) -> Outcome:
    memory = limits.memory_mb * 1024
    if facts["killed"] == "output":
        return "ole"
    if facts["memory_kb"] > memory or exit_status == OUT_OF_MEMORY:
        return "mle"
    if facts["cpu_ms"] > limits.cpu_s * 1000 or facts["killed"] == "wall" or exit_status == CPU_SPENT:
        return "tle"
    if exit_status:
        # A crash with the memory nearly full is an allocation that C code did not survive.
        return "mle" if exit_status > 128 and facts["memory_kb"] > 0.9 * memory else "rte"
    return "ok"


def _reason(outcome: Outcome, exit_status: int) -> str:
    if outcome != "rte":
        return ""
    return f"ended by signal {exit_status - 128}" if exit_status > 128 else f"exit status {exit_status}"
