"""Output validators of problem packages: Python programs, run in the same sandbox as members' programs.

A validator wants files: input, answer and a folder for its feedback. The sandbox has none that can be written, so a prelude
reads input and answer from stdin, before the member's output, and gives the validator an `open` that knows these names.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from problems.judge.results import Limits, Run
from problems.judge.sandbox import Sandbox

ACCEPTED, REJECTED = 42, 43
LIMITS = Limits(cpu_s=20, memory_mb=1024, output_kb=256)
_PRELUDE = (Path(__file__).parent / "warden" / "validator.py").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a validator said; `accepted` is None where it did not work, and `message` then says why, for staff."""

    accepted: bool | None
    message: str = ""
    score: float | None = None


def ask_validator(
    sandbox: Sandbox, validator: str, arguments: Sequence[str], data: bytes, answer: bytes, output: bytes
) -> Opinion:
    """Have a validator judge an output."""
    facts = {"code": validator, "arguments": list(arguments), "input": len(data), "answer": len(answer)}
    program = f"{_PRELUDE}\n_validate({json.dumps(json.dumps(facts))})\n"
    run = sandbox.run(program.encode(), data + answer + output, LIMITS)
    if run.exit_status == ACCEPTED and run.outcome == "rte":
        return Opinion(True, *_feedback(run))
    if run.exit_status == REJECTED and run.outcome == "rte":
        return Opinion(False, *_feedback(run))
    reason = run.stderr.decode("utf-8", "replace").strip()[-500:] or run.message
    return Opinion(None, f"the output validator ended as {run.outcome}, with status {run.exit_status}: {reason}")


def _feedback(run: Run) -> tuple[str, float | None]:
    """Return judgemessage.txt and score.txt (0–1, else None) of the feedback folder."""
    try:
        files = json.loads(run.stdout)
        message = str(files.get("judgemessage.txt", ""))[:2000]
    except (ValueError, AttributeError):
        return "", None
    try:
        return message, min(1.0, max(0.0, float(files["score.txt"])))
    except (KeyError, ValueError):
        return message, None
