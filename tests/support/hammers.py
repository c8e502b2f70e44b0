"""Jobs of `hammer.py`, each in a process of its own, that all begin at the same moment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import uuid
from pathlib import Path

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent
KEEP = ("PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH")


class Hammers:
    """Starts processes on the database of the test that runs; itself a fresh one, never a fork of the tests."""

    def __init__(self):
        env = {name: value for name, value in os.environ.items() if name in KEEP}
        env |= {
            "DATABASE_URL": os.environ.get("MOA_TEST_DATABASE_URL", "sqlite:///unused.sqlite3"),
            "MODEL_SIGNING_KEYS": ",".join(settings.MODEL_SIGNING_KEYS),
            "SECRET_KEY": settings.SECRET_KEY,
            "MOA_THROTTLE": "off",
            "DEBUG": "on",
            "LOG_LEVEL": "CRITICAL",
            "OMP_NUM_THREADS": "1",
        }
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "bufsize": 1}
        self.process = subprocess.Popen([sys.executable, "-m", "tests.support.hammer"], cwd=ROOT, env=env, **pipes)
        assert self.process.stdout.readline().strip() == "ready"

    def run(self, jobs: list[dict], store: dict | None = None) -> list:
        """What each job gave; AssertionError with the traceback of one that failed."""
        common = {
            "database": str(connection.settings_dict["NAME"]),
            "store": store,
            "at": time.time() + (0.15 if len(jobs) > 1 else 0),
        }
        self.process.stdin.write(json.dumps([{**common, **job} for job in jobs]) + "\n")
        results = json.loads(self.process.stdout.readline())
        errors = [result["error"] for result in results if "error" in result]
        assert not errors, errors[0]
        return [result["done"] for result in results]

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(timeout=10)
        self.process.stdout.close()


def files(folder: Path) -> dict:
    """A file store's entry in PERSONAL_MODEL_STORES."""
    options = {"LOCATION": str(folder), "FSYNC": False}
    return {"BACKEND": "ml.store.filesystem.FileSystemStore", "OPTIONS": options}


def redis(url: str, **options) -> dict:
    """A Redis store's entry, with a prefix of its own."""
    return {
        "BACKEND": "ml.store.redis.RedisStore",
        "OPTIONS": {"URL": url, "PREFIX": f"{uuid.uuid4().hex}:", **options},
    }


DATABASE = {"BACKEND": "ml.store.database.DatabaseStore", "OPTIONS": {}}
MEMORY = {"BACKEND": "ml.store.memory.MemoryStore", "OPTIONS": {}}
