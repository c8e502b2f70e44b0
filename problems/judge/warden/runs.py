"""One run: start the program, feed it, collect what it prints up to the caps, end it in time, reap all that is left."""

from __future__ import annotations

import os
import selectors
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from confine import Setting, start

CHUNK = 1 << 16
STDERR_KEPT = 1 << 16  # bytes
REAP_S = 5.0


class ParentGone(Exception):
    """The process that asked for the run has closed its end: nobody waits for the result."""


@dataclass
class Collected:
    """What a pipe gave: the first bytes, up to the cap, and how many there were in all."""

    cap: int
    data: bytearray = field(default_factory=bytearray)
    seen: int = 0

    def add(self, part: bytes) -> None:
        self.seen += len(part)
        self.data += part[: max(0, self.cap - len(self.data))]


class OneRun:
    """The pipes and the clock of one program."""

    def __init__(self, setting: Setting, limits: Mapping[str, float], code: bytes, data: bytes, seccomp: bytes) -> None:
        self.limits = limits
        self.killed = ""
        self._input = memoryview(data)
        self._pipes: list[int] = []
        stdin, self._stdin = self._pipe()
        self._out: dict[int, Collected] = {}
        cap = int(limits["output_kb"]) * 1024
        stdout, stderr, status, sandbox = (self._collect(size) for size in (cap + 1, STDERR_KEPT, 4096, 4096))
        program, rules = _memory_file(code), _memory_file(seccomp)
        self._pipes += [program, rules]
        own = {self._stdin, *self._out}
        self.began = time.monotonic()
        self.pid = os.fork()
        if not self.pid:
            start(setting, limits, [stdin, stdout, stderr, status, program, sandbox, rules], seccomp)
        for descriptor in set(self._pipes) - own:
            os.close(descriptor)
        self._pipes = list(own)
        self.stdout, self.stderr, self.status, self.sandbox = self._out.values()

    def _pipe(self) -> tuple[int, int]:
        ends = os.pipe()
        self._pipes += ends
        return ends

    def _collect(self, cap: int) -> int:
        """Make a pipe to read from; return the end that the program writes to."""
        reading, writing = self._pipe()
        os.set_blocking(reading, False)
        self._out[reading] = Collected(cap)
        return writing

    def watch(self, parent: int) -> None:
        """Feed and read until the program has ended or was ended; the process itself is reaped by `finish`."""
        deadline = self.began + self.limits["wall_s"]
        ended = os.pidfd_open(self.pid)
        os.set_blocking(self._stdin, False)
        with selectors.DefaultSelector() as watching:
            for descriptor in (ended, parent, *self._out):
                watching.register(descriptor, selectors.EVENT_READ)
            watching.register(self._stdin, selectors.EVENT_WRITE)
            try:
                while not self.killed:
                    ready = {key.fd for key, _ in watching.select(max(0.0, deadline - time.monotonic()))}
                    if parent in ready:
                        raise ParentGone
                    for descriptor in ready & set(self._out):
                        if not self._read(descriptor):
                            watching.unregister(descriptor)
                    if self._stdin in ready and not self._feed():
                        watching.unregister(self._stdin)
                        os.close(self._stdin)
                        self._pipes.remove(self._stdin)
                    if ended in ready:
                        return
                    if time.monotonic() >= deadline:
                        self.killed = "wall"
            finally:
                os.close(ended)

    def _read(self, descriptor: int) -> bool:
        """Read what is there; False at the end of the pipe."""
        with suppress(BlockingIOError):
            part = os.read(descriptor, CHUNK)
            self._out[descriptor].add(part)
            if self.stdout.seen >= self.stdout.cap or self.stderr.seen >= max(STDERR_KEPT, self.stdout.cap):
                self.killed = "output"
            return bool(part)
        return True

    def _feed(self) -> bool:
        """Write a piece of the input; False when there is none left or nobody reads."""
        try:
            written = os.write(self._stdin, self._input[:CHUNK]) if self._input else 0
        except BlockingIOError:
            return True
        except OSError:
            return False
        self._input = self._input[written:]
        return bool(self._input)

    def finish(self) -> dict[str, Any]:
        """End and reap every process of the run, read what the pipes still hold, and return the facts."""
        wall = time.monotonic() - self.began
        # Of what dies with its process namespace nobody gets the accounts, so they are read before.
        spent, peak = _accounts(self.pid) if self.killed else (0.0, 0)
        with suppress(OSError):
            os.kill(self.pid, signal.SIGKILL)
        exit_status, cpu, memory = _reap(self.pid)
        cpu, memory = max(cpu, spent), max(memory, peak)
        for descriptor in self._out:
            before = -1
            while self._out[descriptor].seen != before and not self.killed:
                before = self._out[descriptor].seen
                self._read(descriptor)
        for descriptor in self._pipes:
            os.close(descriptor)
        return {
            "killed": self.killed,
            "exit_status": exit_status,
            "cpu_ms": round(cpu * 1000),
            "wall_ms": round(wall * 1000),
            "memory_kb": memory,
            "status": self.status.data.decode("utf-8", "replace"),
            "sandbox": self.sandbox.data.decode("utf-8", "replace"),
        }


def _memory_file(data: bytes) -> int:
    descriptor = os.memfd_create("moa")
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def _reap(main: int) -> tuple[int, float, int]:
    """Kill and wait for every child; return main's exit status, the seconds of CPU of all, the largest memory in KiB.

    As the subreaper this process inherits what bubblewrap leaves: its own init, whose accounts hold the program's.
    """
    status, cpu, memory = -1, 0.0, 0
    deadline = time.monotonic() + REAP_S
    while time.monotonic() < deadline:
        for pid in _children(os.getpid()):
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        try:
            pid, code, usage = os.wait4(-1, 0)
        except ChildProcessError:
            break
        cpu += usage.ru_utime + usage.ru_stime
        memory = max(memory, usage.ru_maxrss)
        if pid == main:
            status = os.waitstatus_to_exitcode(code)
    return status, cpu, memory


def _children(pid: int) -> list[int]:
    return [int(number) for number in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _accounts(pid: int) -> tuple[float, int]:
    """Seconds of CPU of a process and what it has started, and the largest memory in KiB."""
    cpu, memory = 0.0, 0
    with suppress(OSError, ValueError, IndexError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        cpu = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                memory = int(line.split()[1])
        for child in _children(pid):
            more, peak = _accounts(child)
            cpu, memory = cpu + more, max(memory, peak)
    return cpu, memory
