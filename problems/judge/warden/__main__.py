"""The warden: a small process that starts members' programs in the sandbox, one at a time, for the process that started it.

It is run by path (`python -I -S -B …/warden`), as its own user where it was started as root, with an empty environment and the
standard library only: the site's process is large, has threads and knows the secrets, so it must not fork the programs itself.
Descriptor 0 is a socket: requests and answers are a line of JSON followed by the bytes that it announces. It ends when the
other side closes, and takes a running program with it.
"""

from __future__ import annotations

import base64
import gc
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import landlock
from confine import Setting
from runs import OneRun, ParentGone


def main() -> None:
    """Read the settings, drop the rights, then serve runs until the other side closes."""
    requests: BinaryIO = os.fdopen(0, "rb", closefd=False)
    answers: BinaryIO = os.fdopen(os.dup(0), "wb")
    first = json.loads(requests.readline())
    stub = (Path(__file__).parent / "stub.py").read_text(encoding="utf-8")
    setting = Setting(first["kind"], first["python"], first["paths"], stub, first["bwrap"])
    seccomp = base64.b64decode(first["filter"])
    with suppress(OSError):  # inherited by the programs: when memory runs out, they go first, not the database
        Path("/proc/self/oom_score_adj").write_text("1000")
    _drop(first["uid"])
    landlock.adopt_orphans()
    landlock.no_new_privileges()
    os.umask(0o077)
    gc.freeze()
    _answer(answers, {"ready": True, "uid": os.getuid()})
    while line := requests.readline():
        request = json.loads(line)
        code, data = (requests.read(request[size]) for size in ("code", "input"))
        facts, *outputs = _run(setting, request["limits"], code, data, seccomp)
        _answer(answers, facts, *outputs)


def _drop(uid: int | None) -> None:
    """Become the judge's own user, for good, where this is root."""
    if uid is None:
        return
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def _run(
    setting: Setting, limits: dict[str, float], code: bytes, data: bytes, seccomp: bytes
) -> tuple[dict[str, Any], bytes, bytes]:
    run = OneRun(setting, limits, code, data, seccomp)
    try:
        run.watch(parent=0)
    finally:
        facts = run.finish()
    return facts, bytes(run.stdout.data), bytes(run.stderr.data)


def _answer(answers: BinaryIO, facts: dict[str, Any], *outputs: bytes) -> None:
    answers.write(json.dumps({**facts, "sizes": [len(output) for output in outputs]}).encode() + b"\n")
    for output in outputs:
        answers.write(output)
    answers.flush()


if __name__ == "__main__":
    try:
        main()
    except (ParentGone, BrokenPipeError, KeyboardInterrupt):
        sys.exit(0)
