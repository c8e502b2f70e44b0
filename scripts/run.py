"""`make run`: set up, prepare the data, then the web server, the task worker and the judge until Ctrl-C."""

from __future__ import annotations

import errno
import os
import socket
import sys
import time
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts import setup
from scripts.processes import ROOT, TICK, Child, Failed, Supervisor, main, say

BIN = ROOT / ".venv" / "bin"
#: One thread per process for numeric libraries: a forked worker hangs after a threaded one computed, and four web
#: threads that each start as many threads as there are cores slow one another down.
NUMERIC = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def setting(name: str, default: str) -> str:
    """Return a variable from the environment or from .env."""
    if os.environ.get(name):
        return os.environ[name]
    path = ROOT / ".env"
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        key, _, value = line.removeprefix("export ").partition("=")
        if key.strip() == name and value.strip():
            return value.strip().strip("\"'")
    return default


def address() -> tuple[str, int]:
    """Return host and port to serve on, or say which is wrong."""
    text = setting("PORT", "8000")
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise Failed(f"PORT is {text!r}; it must be a number from 1 to 65535.")
    return setting("HOST", "127.0.0.1"), int(text)


def check_port(host: str, port: int) -> None:
    """Say so now when the port cannot be had, before anything is started."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                reason = "is taken: another program (or another `make run`) listens there"
            else:
                reason = f"cannot be used: {error.strerror or error}"
            raise Failed(f"port {port} on {host} {reason}. Choose another one: PORT={port + 1} make run") from None


def prepare(supervisor: Supervisor) -> list[str]:
    """Migrate, load the demo data and train, as far as it is not done yet; return the lines that name the demo logins."""
    child = supervisor.run("setup", [str(BIN / "python"), "scripts/prepare.py"], NUMERIC)
    if child.process.returncode:
        raise Failed("the site could not be prepared (see above). Mend that and run the same command again.")
    return [line for line in child.last if line.startswith("demo logins:")]


def start(supervisor: Supervisor, host: str, port: int) -> None:
    """Start the web server, the task worker and the judge, which is a task worker of its own: trainings take minutes."""
    web = [str(BIN / "granian"), "--interface", "wsgi", "--host", host, "--port", str(port), "--log-level", "warning"]
    web += ["--workers", setting("WEB_WORKERS", "1"), "--blocking-threads", setting("WEB_THREADS", "4")]
    supervisor.start("web", [*web, "config.wsgi:application"], NUMERIC)
    quiet = {**NUMERIC, "LOG_LEVEL": setting("LOG_LEVEL", "WARNING")}
    cluster = [str(BIN / "python"), "manage.py", "qcluster"]
    supervisor.start("tasks", cluster, quiet)
    supervisor.start("judge", cluster, {**quiet, "Q_CLUSTER_NAME": "judge"})


def wait_until_up(supervisor: Supervisor, url: str) -> None:
    """Return when the site answers; `_fail` when a service ends before, or after a minute."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        supervisor.check()
        for child in supervisor.children:
            if child.process.poll() is not None:
                _fail(child)
        try:
            with urllib.request.urlopen(f"{url}healthz", timeout=2):
                return
        except OSError as error:
            if getattr(error, "code", None):  # it answers, if only to say that this host name is not allowed
                return
            time.sleep(TICK)
    raise Failed(f"the site did not answer at {url} within a minute.")


def _fail(child: Child) -> None:
    child.drain()
    names = {"web": "the web server", "tasks": "the task worker", "judge": "the judge"}
    lines = "".join(f"\n    {line}" for line in child.last) or " (it printed nothing)"
    raise Failed(
        f"{names[child.name]} ended with status {child.process.returncode}; all is stopped. Its last lines:{lines}"
    )


def banner(url: str, logins: list[str]) -> None:
    """Print where the site is and who may log in to try it."""
    for line in logins:
        say(line)
    say(f"Moa runs at {url} (Ctrl-C ends it)")


def _job(supervisor: Supervisor) -> int:
    started = time.monotonic()
    host, port = address()
    check_port(host, port)
    setup.ensure(supervisor, "run")
    logins = prepare(supervisor)
    start(supervisor, host, port)
    shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104  compared, not bound
    url = f"http://{f'[{shown}]' if ':' in shown else shown}:{port}/"
    wait_until_up(supervisor, url)
    say(f"started in {time.monotonic() - started:.1f} s.")
    banner(url, logins)
    _fail(supervisor.watch())
    return 1


if __name__ == "__main__":
    main(_job)
