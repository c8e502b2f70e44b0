"""The time limit of an imported problem: what its package says, else measured with the package's own submissions."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass

from problems import judge
from problems.models import Problem
from problems.packages import Package

#: A limit is this many times the slowest accepted submission, at least LEAST and at most MOST seconds.
FACTOR, LEAST, MOST = 3.0, 1.0, 60.0
#: where nothing can be measured
DEFAULT = 3.0
#: Of problems whose package states none; the format's own default, 2 GB, is more than a judge's machine has to give.
MEMORY_MB = 1024


@dataclass(frozen=True)
class Measured:
    """Seconds of the slowest accepted submission on the slowest test, or None and why nothing was measured."""

    seconds: float | None = None
    why: str = ""


def measured(package: Package) -> Measured:
    """Run the package's accepted Python submissions on all its tests, where it states no time limit."""
    if package.time_limit is not None:
        return Measured()
    programs = package.accepted()
    if not programs:
        return Measured(why="there is no accepted Python submission to measure")
    status = judge.available()
    if not status.ok:
        return Measured(why=f"the judge cannot run here ({status.reason})")
    limits = judge.Limits(
        cpu_s=MOST,
        memory_mb=package.memory_limit_mb or MEMORY_MB,
        output_kb=package.output_limit_kb or Problem._meta.get_field("output_limit_kb").default,
    )
    times = []
    for program in programs:
        try:
            times.append(judge.measure(program.code, _inputs(package), limits))
        except ValueError as error:
            package.warnings.append(f"{program.path} does not run through: {error}")
    return Measured(max(times)) if times else Measured(why="no accepted submission ran through")


def time_limit(package: Package, found: Measured, known: float | None) -> float:
    """Seconds: the package's, else by measurement, else what the problem has so far (`known`), which is said."""
    if package.time_limit is not None:
        return package.time_limit
    if found.seconds is not None:
        return min(MOST, max(LEAST, math.ceil(FACTOR * found.seconds * 10) / 10))
    limit = known or DEFAULT
    package.warnings.append(f"the package states no time limit; it is {limit:g} s, for {found.why}")
    return limit


def _inputs(package: Package) -> Iterator[bytes]:
    """Inputs of all tests, equal ones once: groups often hold the tests of the groups before them, too."""
    seen = set()
    for test in package.tests:
        data = package.tree.test(test.input)
        digest = hashlib.sha256(data).digest()
        if digest not in seen:
            seen.add(digest)
            yield data
