"""What a run is allowed, and what came of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

Outcome = Literal["ok", "tle", "mle", "rte", "ole", "ce", "ie"]
Verdict = Literal["AC", "WA", "TLE", "MLE", "RTE", "OLE", "CE", "IE"]

#: Exit status by which the stub inside says that memory ran out; a program that claims it gets MLE instead of RTE.
OUT_OF_MEMORY = 77


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one run: CPU and wall time in seconds, memory in MiB, output in KiB (stdout; stderr has its own cap)."""

    cpu_s: float = 2.0
    wall_s: float | None = None
    memory_mb: int = 256
    output_kb: int = 8192

    @property
    def wall(self) -> float:
        """Seconds on the clock: three times the CPU time, at least two, as a busy machine makes everybody wait."""
        return self.wall_s if self.wall_s is not None else max(3 * self.cpu_s, 2.0)

    def as_dict(self) -> dict[str, float]:
        """Return what the warden needs."""
        return {**asdict(self), "wall_s": self.wall}


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one program on one input; times in milliseconds of CPU, memory the peak of what was resident."""

    outcome: Outcome
    stdout: bytes = b""
    stderr: bytes = b""
    time_ms: int = 0
    memory_kb: int = 0
    message: str = ""
    exit_status: int = 0


@dataclass(frozen=True, slots=True)
class CaseResult:
    """The verdict on one test case; `score` (0–1, or None) is what a scoring validator gave."""

    verdict: Verdict
    time_ms: int = 0
    memory_kb: int = 0
    message: str = ""
    stderr: str = ""
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """Whether programs can be run here: `kind` names the sandbox, `reason` says why not."""

    ok: bool
    kind: str = ""
    reason: str = ""
