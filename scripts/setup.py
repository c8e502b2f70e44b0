"""`make setup`: a virtual environment with the pinned requirements, made once and remade only when they change."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts import messages, system
from scripts.processes import ROOT, TICK, Failed, Supervisor, main, say

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UNFINISHED = VENV / ".moa-unfinished"
FILES = {"run": ["requirements.txt"], "dev": ["requirements.txt", "requirements-dev.txt"]}


def ensure(supervisor: Supervisor, kind: str = "run") -> None:
    """Make `.venv` hold what `kind` ("run" or "dev") needs; does nothing when it does already."""
    if sys.version_info[:2] != (3, 11):
        raise Failed(f"Python 3.11 is needed, this is {sys.version.split()[0]}. Try: make PYTHON=/path/to/python3.11 …")
    messages.compile_if_needed()
    if _done(kind):
        return
    with _alone(supervisor):
        if _done(kind):  # another start did it while this one waited
            return
        _make_venv(supervisor)
        system.ensure_judge(supervisor)
        _install(supervisor, kind)


def _digest(kind: str) -> str:
    content = b"".join((ROOT / name).read_bytes() for name in FILES[kind])
    return hashlib.sha256(content + sys.version.encode()).hexdigest()


def _stamp(kind: str) -> Path:
    return VENV / f".moa-{kind}"


def _done(kind: str) -> bool:
    stamp = _stamp(kind)
    return PYTHON.exists() and not UNFINISHED.exists() and stamp.exists() and stamp.read_text() == _digest(kind)


@contextmanager
def _alone(supervisor: Supervisor) -> Iterator[None]:
    """Let one set-up at a time touch `.venv`; the system drops the lock when the process dies."""
    (ROOT / "var").mkdir(exist_ok=True)
    with open(ROOT / "var" / "setup.lock", "w") as file:
        waiting = False
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not waiting:
                    say("waiting for another set-up that is running …")
                waiting = True
                supervisor.check()
                time.sleep(TICK)
        yield


def _make_venv(supervisor: Supervisor) -> None:
    if UNFINISHED.exists():
        say("an earlier set-up did not finish: starting afresh.")
        shutil.rmtree(VENV, ignore_errors=True)
    if _works():
        return
    _need_ensurepip(supervisor)
    say("making .venv …")
    child = supervisor.run("venv", [sys.executable, "-m", "venv", "--clear", str(VENV)])
    if child.process.returncode:
        raise Failed(
            "python3.11 could not make a virtual environment in .venv (see above). Is the disk full or read-only?"
        )


def _works() -> bool:
    if not PYTHON.exists():
        return False
    command = [str(PYTHON), "-c", "import pip, sys; sys.exit(sys.version_info[:2] != (3, 11))"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _need_ensurepip(supervisor: Supervisor) -> None:
    command = [sys.executable, "-c", "import ensurepip, venv"]
    if subprocess.run(command, capture_output=True, check=False).returncode == 0:
        return
    if not system.install(supervisor, ["python3.11-venv"]):
        raise Failed("Python's venv module is missing. On Debian and Ubuntu: apt-get install python3.11-venv")


def _install(supervisor: Supervisor, kind: str) -> None:
    say(f"installing {FILES[kind][-1]} into .venv (once; about 1.5 GB, a minute or more) …")
    started = time.monotonic()
    UNFINISHED.touch()
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "-r", FILES[kind][-1]]
    child = supervisor.run("pip", command, {"PIP_PROGRESS_BAR": "off", "PIP_ROOT_USER_ACTION": "ignore"})
    if child.process.returncode:
        raise Failed(
            "pip could not install the requirements (see above). Is there a network, a proxy to set, room on the disk? "
            "Then run the same command again."
        )
    for done in ("run", "dev") if kind == "dev" else ("run",):
        _stamp(done).write_text(_digest(done))
    UNFINISHED.unlink()
    say(f"installed in {time.monotonic() - started:.0f} s.")


def _job(supervisor: Supervisor) -> int:
    kind = "dev" if "--dev" in sys.argv else "run"
    ensure(supervisor, kind)
    if "--quiet" not in sys.argv:
        say(f"set up ({os.path.relpath(PYTHON, ROOT)}). Next: make run, or make test.")
    return 0


if __name__ == "__main__":
    main(_job)
