"""Measuring side by side: what is compared takes turns, so that a busy machine slows both."""

from __future__ import annotations

import gc
import os
import platform
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

Samples = dict[str, np.ndarray]
NOTHING: Mapping[str, Callable] = MappingProxyType({})


def _nothing() -> None:
    pass


def side_by_side(
    tasks: Mapping[str, Callable[[], object]], rounds: int, *, warm: int = 3, before: Mapping[str, Callable] = NOTHING
) -> Samples:
    """Milliseconds of each task in each of `rounds` rounds; a round runs every task once, in alternating order.

    What `before` has for a task is run before it each time, and not measured.
    """
    names = list(tasks)
    for name in names * warm:
        before.get(name, _nothing)()
        tasks[name]()
    taken = {name: np.empty(rounds) for name in names}
    gc.collect()
    for turn in range(rounds):
        for name in names if turn % 2 == 0 else reversed(names):
            before.get(name, _nothing)()
            start = time.perf_counter()
            tasks[name]()
            taken[name][turn] = (time.perf_counter() - start) * 1000
    return taken


def repeated(task: Callable[[], object], times: int) -> Callable[[], None]:
    """`task` so many times, for tasks that are too short to be timed alone."""

    def run() -> None:
        for _ in range(times):
            task()

    return run


def p50(samples: np.ndarray) -> float:
    return float(np.median(samples))


def p95(samples: np.ndarray) -> float:
    return float(np.percentile(samples, 95))


def ratio(slow: np.ndarray, fast: np.ndarray) -> float:
    """How many times `slow` takes what `fast` takes: by medians of the same run."""
    return p50(slow) / p50(fast)


def verdict(reached: bool) -> str:
    return "reached" if reached else "NOT reached"


def show(title: str, head: str, rows: list[list]) -> None:
    """Print a Markdown table; `head` holds the columns, separated by `|`."""
    columns = [part.strip() for part in head.split("|")]
    print(f"\n### {title}\n\n| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    for row in rows:
        print("| " + " | ".join(_text(cell) for cell in row) + " |")
    print(flush=True)


def _text(cell) -> str:
    if isinstance(cell, float):
        digits = 0 if abs(cell) >= 1000 else 1 if abs(cell) >= 100 else 2 if abs(cell) >= 1 else 3
        return f"{cell:,.{digits}f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def machine() -> str:
    """The machine in words, and how busy it is: other work makes every figure worse."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, load {load}"
