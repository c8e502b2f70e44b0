"""What the attacks are after, laid out for real: secrets that any user may read, listeners, a process of the same user."""

from __future__ import annotations

import os
import platform
import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import ExitStack, suppress
from pathlib import Path

from django.conf import settings

from problems.judge.interpreter import find_interpreter
from problems.judge.sandbox import judge_uid
from tests.problems.judge.attacks import CALLS, PRELUDE

ROOT = Path(settings.BASE_DIR) if hasattr(settings, "BASE_DIR") else Path(__file__).resolve().parents[3]
SECRET = "moa-secret-2b1f"
MARK = "moa-breach"
WATCHED = ("/", "/tmp", "/dev/shm", "/var/tmp", "/run")


class World:
    """A context with targets; `harm()` says from outside what an attack did to them."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self.contacts: list[str] = []

    def __enter__(self) -> World:
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="moa-world-", dir="/tmp")))
        self.folder.chmod(0o777)  # what protects it is the sandbox
        self.secret, self.database = self.folder / "secret.txt", self.folder / "db.sqlite3"
        for path in (self.secret, self.database):
            path.write_text(SECRET)
            path.chmod(0o666)
        self.before = self._state()
        ports = [self._listen(socket.SOCK_STREAM, ("127.0.0.1", 0)), self._listen(socket.SOCK_DGRAM, ("127.0.0.1", 0))]
        unix, abstract = str(self.folder / "socket"), f"moa-{os.getpid()}"
        for address in (unix, f"\0{abstract}"):
            self._listen(socket.SOCK_STREAM, address, socket.AF_UNIX)
        os.chmod(unix, 0o777)
        self.before = self._state()
        user = {"user": judge_uid()} if os.geteuid() == 0 else {}
        self.canary = subprocess.Popen(["/bin/sleep", "600"], env={"SECRET": SECRET}, start_new_session=True, **user)
        self._stack.callback(self._end_canary)
        self.facts = {
            "source": [
                str(ROOT / name) for name in ("config/settings/base.py", "manage.py", "problems/judge/sandbox.py")
            ],
            "packages": [str(ROOT), *[path for path in sys.path if path.endswith("site-packages")]],
            "database": str(self.database),
            "secret": str(self.secret),
            "folder": str(self.folder),
            "port": ports[0],
            "udp": ports[1],
            "unix": unix,
            "abstract": abstract,
            "pids": [self.canary.pid, os.getpid(), 1],
            "python": find_interpreter(judge_uid()).path,
            "calls": CALLS.get(platform.machine(), {}),
        }
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def program(self, attack: str) -> bytes:
        """The attack with what it must know in front."""
        return f"FACTS = {self.facts!r}\n{PRELUDE}\n{attack}\n".encode()

    def harm(self) -> list[str]:
        """What is not as it was: an attack that did any of it got out."""
        found = list(self.contacts)
        if self._state() != self.before:
            found.append("files changed")
        found += [f"{folder} holds a new file" for folder in WATCHED if _marked(folder)]
        if self.canary.poll() is not None or _state_of(self.canary.pid) != "S":
            found.append("the canary was hurt")
        return found

    def _state(self) -> list[tuple]:
        paths = sorted(self.folder.iterdir())
        return [(path.name, path.stat().st_mode, path.stat().st_size, path.stat().st_mtime_ns) for path in paths]

    def _listen(self, kind: int, address: object, family: int = socket.AF_INET) -> int:
        listener = self._stack.enter_context(socket.socket(family, kind))
        listener.bind(address)
        if kind == socket.SOCK_STREAM:
            listener.listen()

        def wait() -> None:
            with suppress(OSError):
                listener.accept() if kind == socket.SOCK_STREAM else listener.recv(1)
                self.contacts.append(f"somebody came to {address!r}")

        threading.Thread(target=wait, daemon=True).start()
        return listener.getsockname()[1] if family == socket.AF_INET else 0

    def _end_canary(self) -> None:
        self.canary.kill()
        self.canary.wait()


def _marked(folder: str) -> bool:
    try:
        return any(name.startswith(MARK) for name in os.listdir(folder))
    except OSError:
        return False


def _state_of(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return ""
