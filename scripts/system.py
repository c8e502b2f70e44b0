"""System packages: installed through apt-get where that is allowed, named where it is not."""

from __future__ import annotations

import ctypes.util
import os
import shutil
import time
from collections.abc import Sequence

from scripts.processes import Supervisor, say

LIMIT = 600  # seconds in all for apt-get


def may_install() -> bool:
    """Tell whether this process may install system packages."""
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(supervisor: Supervisor, packages: Sequence[str]) -> bool:
    """Install packages through apt-get; False where that is not allowed or did not work."""
    if not may_install():
        return False
    say(f"installing system packages: {' '.join(packages)} …")
    env = {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    options = ["-qq", "-o", "Acquire::Retries=2", "-o", "Acquire::http::Timeout=30", "-o", "DPkg::Lock::Timeout=120"]
    until = time.monotonic() + LIMIT
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        left = str(int(max(1, until - time.monotonic())))
        child = supervisor.run("apt", ["timeout", left, "apt-get", *options, *arguments], env)
        if child.process.returncode and arguments[0] == "install":
            return False
    return True


def judge_packages() -> dict[str, str]:
    """Return the packages that the judge of coding problems wants and that are not there, and what each is for.

    Without bubblewrap it confines programs by Landlock; without the other two it runs none and says so.
    """
    found = {}
    if not shutil.which("bwrap"):
        found["bubblewrap"] = "the judge's first sandbox"
    if not os.access("/usr/bin/python3", os.X_OK):
        found["python3"] = "the interpreter that members' programs run in"
    if not ctypes.util.find_library("seccomp"):
        found["libseccomp2"] = "the judge's filter of system calls"
    return found


def ensure_judge(supervisor: Supervisor) -> None:
    """Install what the judge wants where that may be done; where it may not, say what is left out."""
    if packages := list(judge_packages()):
        install(supervisor, packages)
    for package, what in judge_packages().items():
        say(f"left out, as {package} is not installed: {what}. To have it: apt-get install {package}")
