"""Which Python runs members' programs, and the files that it needs: nothing else is put into a sandbox."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

#: Extension modules that link to a library of the system and that programs get. Each library is one more mount for each
#: run, so hashlib does without OpenSSL, and bz2, lzma, sqlite3 and ssl are not there.
WANTED = ("_ctypes", "_decimal")
#: One below a home directory cannot be run by another user, so the system's come first.
CANDIDATES = ("/usr/bin/python3", "/usr/local/bin/python3", os.path.realpath(sys.executable))
_ASK = (
    "import json, sys, sysconfig; print(json.dumps({'stdlib': sysconfig.get_path('stdlib'), 'version': sys.version_info[:2],"
    " 'prefix': sys.base_prefix, 'dynload': [p for p in sys.path if p.endswith('lib-dynload')]}))"
)


class NoInterpreter(Exception):
    """There is no Python that the sandbox's own user can run."""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python and the absolute paths, files and folders, that it needs to run."""

    path: str
    version: tuple[int, int]
    paths: tuple[str, ...]


@cache
def find_interpreter(uid: int | None = None) -> Interpreter:
    """Return the first Python that `uid` can run (None: this process's own user)."""
    tried = []
    for candidate in CANDIDATES:
        if not os.access(candidate, os.X_OK):
            continue
        found = _ask(candidate)
        closed = next((path for path in found.paths if not _readable(path, uid)), None) if found else candidate
        if found and closed is None:
            return found
        tried.append(f"{candidate} needs {closed}, which the judge's user cannot read")
    what = "; ".join(tried) or "no python3 was found"
    raise NoInterpreter(f"{what}: apt-get install python3")


def _ask(candidate: str) -> Interpreter | None:
    try:
        answer = subprocess.run(
            [candidate, "-I", "-S", "-B", "-c", _ASK], capture_output=True, check=True, timeout=20, env={}
        )
        facts = json.loads(answer.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    program = os.path.realpath(candidate)
    modules = [
        str(file) for folder in facts["dynload"] for name in WANTED for file in sorted(Path(folder).glob(f"{name}.*so"))
    ]
    major, minor = facts["version"]
    return Interpreter(program, (major, minor), (program, facts["stdlib"], *_libraries([program, *modules])))


def _libraries(files: list[str]) -> list[str]:
    """Return the shared libraries and the loader that the files need, by the paths that the loader looks for them at."""
    ldd = shutil.which("ldd") or "/usr/bin/ldd"
    text = subprocess.run([ldd, *files], capture_output=True, text=True, check=False, timeout=20).stdout
    return sorted({match for match in re.findall(r"(/\S+) \(0x", text) if os.path.exists(match)})


def _readable(path: str, uid: int | None) -> bool:
    """Tell whether a user without groups can get at the path; for None and for the own user, whether this process can."""
    if uid is None or uid == os.geteuid():
        return os.access(path, os.R_OK)
    real = Path(os.path.realpath(path))
    return all(parent.stat().st_mode & 0o001 for parent in real.parents) and bool(real.stat().st_mode & 0o004)
