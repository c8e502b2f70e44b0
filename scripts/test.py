"""`make test`: set up with the developer's tools, install what the tests need from the system, run everything."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts import setup, system
from scripts.processes import ROOT, Supervisor, main, say

FONT = Path("/usr/share/fonts/opentype/noto")


def missing() -> dict[str, str]:
    """Return the system packages that are not there, and what stays untested without each."""
    found = {}
    if not shutil.which("redis-server"):
        found["redis-server"] = "the Redis store and cache"
    if not (shutil.which("chromium") or os.environ.get("CHROMIUM")):
        found["chromium"] = "the pages in a real browser"
    if not (FONT.is_dir() and any(FONT.glob("NotoSansCJK*"))):
        found["fonts-noto-cjk"] = "Korean letters in screenshots and charts"
    if not shutil.which("xgettext"):
        found["gettext"] = "whether every text has a Korean translation"
    return found | system.judge_packages()


def ensure_system(supervisor: Supervisor) -> None:
    """Install the missing packages where that may be done; say what is left out where it may not."""
    if packages := list(missing()):
        system.install(supervisor, packages)
    for package, what in missing().items():
        say(f"left out, as {package} is not installed: {what}. To test it: apt-get install {package}")


def _job(supervisor: Supervisor) -> int:
    setup.ensure(supervisor, "dev")
    ensure_system(supervisor)
    arguments = sys.argv[1:] or ["-n", os.environ.get("TEST_PROCESSES", "2")]
    child = supervisor.run("tests", [str(ROOT / ".venv/bin/python"), "-m", "pytest", *arguments])
    return int(child.process.returncode)


if __name__ == "__main__":
    main(_job)
