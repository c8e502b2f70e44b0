"""The site's web server as `make run` starts it, one process, for parts that measure over HTTP."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil


class Site:
    """A running server; `get` asks it over one connection that stays open."""

    def __init__(self, process: subprocess.Popen, port: int):
        self.process = psutil.Process(process.pid)
        self.port = port
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def get(self, path: str, headers: dict[str, str] | None = None) -> bytes:
        return self._ask("GET", path, None, headers or {})

    def post(self, path: str, body: dict, headers: dict[str, str]) -> bytes:
        return self._ask("POST", path, json.dumps(body), {"Content-Type": "application/json", **headers})

    def token(self, email: str, password: str) -> dict[str, str]:
        """Headers of a member who logged in."""
        answer = self.post("/api/v1/auth/token/", {"email": email, "password": password}, {})
        return {"Authorization": f"Bearer {json.loads(answer)['access']}"}

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> bytes:
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        answer = response.read()
        if response.status not in (200, 201):
            raise RuntimeError(f"{path}: status {response.status}: {answer[:200]!r}")
        return answer

    def memory(self) -> float:
        """Resident megabytes of the server's worker."""
        worker = max(self.process.children(recursive=True) or [self.process], key=lambda p: p.memory_info().rss)
        return worker.memory_info().rss / 1e6


@contextmanager
def running() -> Iterator[Site]:
    """A server on a free port, with this process's settings and database."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    granian = [str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--port", str(port)]
    options = ["--workers", "1", "--blocking-threads", "4", "--log-level", "warning", "config.wsgi:application"]
    process = subprocess.Popen([*granian, *options])
    try:
        site = Site(process, port)
        _wait(site, process)
        yield site
    finally:
        process.terminate()
        process.wait(20)


def _wait(site: Site, process: subprocess.Popen) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            site.get("/healthz")
            return
        except (OSError, http.client.HTTPException):
            site.connection.close()
            if process.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.1)
