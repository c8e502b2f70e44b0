"""One test case: run the program, then compare outside the sandbox, which never sees the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from problems.judge.compare import Comparison, same_output
from problems.judge.results import CaseResult, Limits, Run, Verdict
from problems.judge.sandbox import Sandbox
from problems.judge.validators import ask_validator

VERDICTS: dict[str, Verdict] = {"tle": "TLE", "mle": "MLE", "rte": "RTE", "ole": "OLE", "ce": "CE", "ie": "IE"}
STDERR_SHOWN = 4000  # characters


@dataclass(frozen=True, slots=True)
class Checker:
    """How outputs of a problem are judged: by comparing them, or by the package's own validator (a Python program)."""

    comparison: Comparison = field(default_factory=Comparison)
    validator: str = ""
    arguments: Sequence[str] = ()


def judge_case(
    sandbox: Sandbox, code: bytes, data: bytes, answer: bytes, limits: Limits, checker: Checker | None = None
) -> CaseResult:
    """Run `code` on `data` and judge what it printed."""
    return check_run(sandbox, sandbox.run(code, data, limits), data, answer, checker or Checker())


def check_run(sandbox: Sandbox, run: Run, data: bytes, answer: bytes, checker: Checker) -> CaseResult:
    """Turn a run into a verdict; an output is looked at only where the run itself went well."""
    stderr = run.stderr.decode("utf-8", "replace")[-STDERR_SHOWN:]
    if run.outcome != "ok":
        return CaseResult(VERDICTS[run.outcome], run.time_ms, run.memory_kb, run.message, stderr)
    if not checker.validator:
        verdict: Verdict = "AC" if same_output(run.stdout, answer, checker.comparison) else "WA"
        return CaseResult(verdict, run.time_ms, run.memory_kb, "", stderr)
    opinion = ask_validator(sandbox, checker.validator, checker.arguments, data, answer, run.stdout)
    verdict = "IE" if opinion.accepted is None else "AC" if opinion.accepted else "WA"
    # A validator's message may quote the hidden test, so only its failure is passed on.
    message = opinion.message if opinion.accepted is None else ""
    return CaseResult(verdict, run.time_ms, run.memory_kb, message, stderr, opinion.score)
