"""The two ways of starting a program that can do nothing but read, compute and print."""

from __future__ import annotations

import fcntl
import os
import resource
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NoReturn

import landlock

MIB = 1 << 20
#: Address space beyond the limit of what may be resident: the interpreter's code, the loader's gaps, allocators' reserves.
SLACK_MB = 64
STATUS, PROGRAM, SANDBOX_STATUS, FILTER = 3, 4, 5, 6  # descriptors in a started process; 5 and 6 are bubblewrap's own
ABOVE = 64  # descriptors from here on are in nobody's way


@dataclass(frozen=True)
class Setting:
    """What stays the same from run to run."""

    kind: str
    python: str
    paths: Sequence[str]
    stub: str
    bwrap: str

    @property
    def command(self) -> list[str]:
        """The interpreter's command line: isolated, without site, in UTF-8, writing no bytecode."""
        return [self.python, "-I", "-S", "-B", "-X", "utf8", "-c", self.stub]


def start(setting: Setting, limits: Mapping[str, float], descriptors: Sequence[int], seccomp: bytes) -> NoReturn:
    """Turn this freshly forked process into the program; what goes wrong is told on stderr, and no S on the status pipe."""
    try:
        os.setsid()
        _place(descriptors if setting.kind == "bubblewrap" else descriptors[: PROGRAM + 1])
        os.chdir("/")
        for number in range(1, signal.NSIG):  # what this process ignores, the program would ignore too
            with suppress(OSError, ValueError):
                signal.signal(number, signal.SIG_DFL)
        landlock.die_with_parent(signal.SIGKILL)
        landlock.no_new_privileges()
        _limit(limits)
        if setting.kind == "bubblewrap":
            os.execve(setting.bwrap, _bubblewrap(setting), {})  # noqa: S606
        landlock.restrict_files(setting.paths)
        landlock.restrict_calls(seccomp)
        os.execve(setting.python, setting.command, {})  # noqa: S606
    except BaseException as error:
        os.write(2, f"the sandbox could not be set up: {error}".encode())
    os._exit(125)


def _place(descriptors: Sequence[int]) -> None:
    """Put stdin, stdout, stderr, status, program (and bubblewrap's status and filter) at 0, 1, 2, …; close the rest."""
    high = [fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, ABOVE) for number in descriptors]
    for target, number in enumerate(high):
        os.dup2(number, target, inheritable=True)
    os.closerange(len(high), 1 << 16)


def _limit(limits: Mapping[str, float]) -> None:
    """Set the resource limits; CPU in whole seconds, as the kernel counts them, the exact limit is judged afterwards."""
    memory = int(limits["memory_mb"]) * MIB
    seconds = int(-(-limits["cpu_s"] // 1))
    for what, soft, hard in (
        (resource.RLIMIT_AS, memory + SLACK_MB * MIB, memory + SLACK_MB * MIB),
        (resource.RLIMIT_STACK, memory, memory),
        (resource.RLIMIT_CPU, seconds, seconds + 1),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_NOFILE, 32, 32),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_MEMLOCK, 0, 0),
        (resource.RLIMIT_MSGQUEUE, 0, 0),
    ):
        resource.setrlimit(what, (soft, hard))


def _bubblewrap(setting: Setting) -> list[str]:
    """Return bubblewrap's command line: namespaces of everything, the interpreter's files, and nothing that can be written."""
    # --unshare-user by name: --unshare-all only tries, and goes on where user namespaces are switched off.
    spaces = ["--unshare-all", "--unshare-user", "--disable-userns", "--hostname", "judge"]
    life = ["--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"]
    binds = [part for path in setting.paths for part in ("--ro-bind", path, path)]
    closed = ["--remount-ro", "/", "--chdir", "/", "--seccomp", str(FILTER), "--json-status-fd", str(SANDBOX_STATUS)]
    return ["bwrap", *spaces, *life, *binds, *closed, "--", *setting.command]
