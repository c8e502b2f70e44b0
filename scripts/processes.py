"""Starting child processes so that every one of them is gone when this one ends."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
GRACE = 5.0  # seconds that a child has to end by itself
TICK = 0.05


class Stopped(Exception):
    """Somebody asked for the end: Ctrl-C, a signal, or the death of `make`."""


class Failed(Exception):
    """Something did not work; the message says what and what to do about it."""


def say(text: str) -> None:
    """Print one line of progress at once, and live on where nobody reads any more."""
    with suppress(OSError, ValueError):
        print(f"moa: {text}", flush=True)


def _die_with_parent() -> None:
    """Ask Linux for a SIGTERM when the supervisor is killed outright."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


class Child:
    """One process in a session of its own, its output passed on line by line and the last lines kept."""

    def __init__(
        self, name: str, command: Sequence[str], env: dict[str, str] | None = None, prefix: bool = True
    ) -> None:
        self.name = name
        self.last: deque[str] = deque(maxlen=25)
        self._prefix = f"{name:>6} | " if prefix else ""
        self.process = subprocess.Popen(
            list(command),
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )
        self._reader = threading.Thread(target=self._pass_on, daemon=True)
        self._reader.start()

    def _pass_on(self) -> None:
        assert self.process.stdout
        for raw in self.process.stdout:
            line = raw.decode(errors="replace").rstrip("\n")
            self.last.append(line)
            with suppress(OSError, ValueError):
                print(f"{self._prefix}{line}", flush=True)

    def drain(self) -> None:
        """Wait a moment for the last lines of a process that has ended."""
        self._reader.join(timeout=1)

    def terminate(self) -> None:
        """Signal the main process only: qcluster hangs when its whole group gets SIGTERM."""
        if self.process.poll() is None:
            with suppress(ProcessLookupError):
                self.process.terminate()

    def kill(self) -> None:
        """End what is left of the session, grandchildren too."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=2)


class Supervisor:
    """Runs steps and services; a signal ends all of them. Use as a context manager."""

    def __init__(self) -> None:
        self.children: list[Child] = []
        self._stopping = False
        self._parent = os.getppid()
        self._make_catches_interrupt = _catches_interrupt(self._parent)

    def __enter__(self) -> Supervisor:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True

    def check(self) -> None:
        """Raise `Stopped` when the end was asked for.

        GNU make does not hand an interrupt on that only it received, and waits for its child: it is seen by make's
        handler being gone from its signal mask.
        """
        orphaned = os.getppid() != self._parent
        interrupted = self._make_catches_interrupt and not _catches_interrupt(self._parent)
        if self._stopping or orphaned or interrupted:
            raise Stopped

    def start(
        self, name: str, command: Sequence[str], env: dict[str, str] | None = None, *, prefix: bool = True
    ) -> Child:
        """Start a process that is ended with this supervisor."""
        self.check()
        child = Child(name, command, env, prefix)
        self.children.append(child)
        return child

    def run(self, name: str, command: Sequence[str], env: dict[str, str] | None = None) -> Child:
        """Run a step to its end and return it; its status is `process.returncode`."""
        child = self.start(name, command, env, prefix=False)
        while child.process.poll() is None:
            self.check()
            time.sleep(TICK)
        child.drain()
        child.kill()
        self.children.remove(child)
        return child

    def watch(self) -> Child:
        """Wait until one of the services ends, and return it."""
        while True:
            self.check()
            for child in self.children:
                if child.process.poll() is not None:
                    child.drain()
                    return child
            time.sleep(TICK)

    def stop(self) -> None:
        """End every child: politely first, by force after `GRACE` seconds."""
        for child in self.children:
            child.terminate()
        deadline = time.monotonic() + GRACE
        while time.monotonic() < deadline and any(child.process.poll() is None for child in self.children):
            time.sleep(TICK)
        for child in self.children:
            child.kill()
        self.children.clear()


def _catches_interrupt(pid: int) -> bool:
    """Tell whether the process has a handler for SIGINT, as `make` has until it got one."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    caught = next((line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:")), "0")
    return bool(int(caught, 16) & 1 << (signal.SIGINT - 1))


def main(job: object) -> None:
    """Run `job(supervisor)`; end with its status and without tracebacks for what can be expected."""
    try:
        with Supervisor() as supervisor:
            status = job(supervisor)  # type: ignore[operator]
    except Stopped:
        say("stopped.")
        status = 130
    except Failed as error:
        say(f"error: {error}")
        status = 1
    sys.exit(status or 0)
