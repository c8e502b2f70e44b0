"""A private Redis on a socket file, which two test processes cannot both take."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis


@contextmanager
def running_redis() -> Iterator[str]:
    """Yield the URL of a server of its own; it keeps nothing on disk."""
    folder = Path(tempfile.mkdtemp(prefix="moa-redis-"))
    address = folder / "redis.sock"
    command = ["redis-server", "--port", "0", "--unixsocket", str(address), "--save", "", "--appendonly", "no"]
    process = subprocess.Popen([*command, "--dir", str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_until_up(address)
        yield f"unix://{address}?db=0"
    finally:
        process.terminate()
        process.wait(timeout=5)
        shutil.rmtree(folder, ignore_errors=True)


def is_installed() -> bool:
    """Tell whether Redis can be started here."""
    return shutil.which("redis-server") is not None


def _wait_until_up(address: Path) -> None:
    until = time.monotonic() + 10
    while True:
        try:
            redis.Redis(unix_socket_path=str(address)).ping()
            return
        except redis.ConnectionError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
