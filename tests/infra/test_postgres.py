"""The tests marked `postgres`, which just ran on SQLite, once more on a real PostgreSQL."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def test_marked_tests_pass_on_postgresql(postgres_url):
    command = [sys.executable, "-m", "pytest", "-m", "postgres", "-p", "no:cacheprovider", "-p", "no:randomly"]
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**env, "MOA_TEST_DATABASE_URL": postgres_url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
