"""The judge: runs members' programs in a sandbox and compares what they print. Knows nothing of Django or the database.

`available()` says whether programs can be run here; `run`, `judge_case` and `measure` run them. A process has one sandbox,
started when it is first needed.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable

from problems.judge import cases
from problems.judge import sandbox as sandboxes
from problems.judge.cases import STDERR_SHOWN, Checker
from problems.judge.compare import Comparison, same_output
from problems.judge.results import CaseResult, Limits, Run, Status
from problems.judge.sandbox import KINDS, Sandbox
from problems.judge.selftest import self_test

__all__ = [
    "KINDS",
    "CaseResult",
    "Checker",
    "Comparison",
    "Limits",
    "Run",
    "Status",
    "available",
    "check",
    "close",
    "configure",
    "judge_case",
    "measure",
    "missing",
    "run",
    "same_output",
]

#: Seconds for which a passed self-test is believed.
TRUSTED_S = 300.0


class _Chosen:
    """The sandbox of this process, and when it last passed its test."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.pid = 0
        self.sandbox: Sandbox | None = None
        self.status = Status(False, reason="not tried yet")
        self.tested = 0.0
        self.kinds: tuple[str, ...] = KINDS
        self.uid: int | None = None


_chosen = _Chosen()


def available(*, fresh: bool = False) -> Status:
    """Tell whether programs can be run, after a self-test that is at most five minutes old (`fresh`: done now).

    Tries the kinds of sandbox in order; one that lets an attack through is never used.
    """
    with _chosen.lock:
        old = time.monotonic() - _chosen.tested > TRUSTED_S
        if fresh or old or _chosen.pid != os.getpid():
            _choose()
        return _chosen.status


def configure(kinds: Iterable[str] = KINDS, uid: int | None = None) -> None:
    """Say which sandboxes this process may use (none: it runs nothing), and as which user where it is root."""
    with _chosen.lock:
        close()
        _chosen.kinds, _chosen.uid = tuple(kinds), uid


def missing() -> str:
    """Say at a glance why nothing can be run here; "" when `available` is worth asking."""
    return sandboxes.missing(_chosen.kinds)


def _choose() -> None:
    if _chosen.sandbox:
        _chosen.sandbox.close()
    _chosen.pid, _chosen.sandbox = os.getpid(), None
    reasons = []
    for kind in _chosen.kinds:
        sandbox = Sandbox(kind, _chosen.uid)
        reason = self_test(sandbox)
        if not reason:
            _chosen.sandbox, _chosen.status = sandbox, Status(True, kind)
            break
        sandbox.close()
        reasons.append(reason if reason.startswith(kind) else f"{kind}: {reason}")
    else:
        _chosen.status = Status(False, reason="; ".join(reasons) or "it is switched off")
    _chosen.tested = time.monotonic()


def _sandbox() -> Sandbox | None:
    available()
    return _chosen.sandbox


def run(code: str | bytes, input: bytes = b"", limits: Limits | None = None) -> Run:
    """Run a program on an input; the outcome "ie" says that it could not be run."""
    sandbox = _sandbox()
    if sandbox is None:
        return Run("ie", message=_chosen.status.reason)
    return sandbox.run(code.encode() if isinstance(code, str) else code, input, limits or Limits())


def judge_case(
    code: str | bytes, input: bytes, answer: bytes, limits: Limits | None = None, checker: Checker | None = None
) -> CaseResult:
    """Run a program on a test case and judge its output."""
    sandbox = _sandbox()
    if sandbox is None:
        return CaseResult("IE", message=_chosen.status.reason)
    code = code.encode() if isinstance(code, str) else code
    return cases.judge_case(sandbox, code, input, answer, limits or Limits(), checker)


def check(run: Run, input: bytes, answer: bytes | None, checker: Checker | None = None) -> CaseResult:
    """Judge a run by its output; without an answer whatever it printed is fine."""
    if run.outcome == "ok" and answer is None:
        return CaseResult(
            "AC", run.time_ms, run.memory_kb, stderr=run.stderr.decode("utf-8", "replace")[-STDERR_SHOWN:]
        )
    sandbox = _sandbox()
    if sandbox is None:
        return CaseResult("IE", message=_chosen.status.reason)
    return cases.check_run(sandbox, run, input, answer or b"", checker or Checker())


def measure(code: str | bytes, inputs: Iterable[bytes], limits: Limits | None = None) -> float:
    """Return the seconds of CPU that a program takes for the slowest of the inputs.

    Raises
    ------
    ValueError : it does not run through on one of them; the message says how it ended.
    """
    slowest = 0.0
    for number, data in enumerate(inputs, 1):
        result = run(code, data, limits)
        if result.outcome != "ok":
            raise ValueError(f"input {number}: {result.outcome.upper()} {result.message}".strip())
        slowest = max(slowest, result.time_ms / 1000)
    return slowest


def close() -> None:
    """End this process's sandbox."""
    with _chosen.lock:
        if _chosen.sandbox:
            _chosen.sandbox.close()
        _chosen.sandbox, _chosen.tested, _chosen.pid = None, 0.0, 0
