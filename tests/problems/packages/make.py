"""Small problem packages for tests: a dict of files becomes a folder, a zip or a tar."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

SUM = {
    "problem.yaml": "name: {ko: 두 수의 합, en: Sum}\nlimits: {time_limit: 1.5}\nkeywords: math binary search\nmoa_level: 4\n",
    "problem_statement/problem.ko.md": "# 두 수의 합\n\n$a+b$를 출력한다.\n",
    "problem_statement/problem.en.md": "Print $a+b$.\n",
    "data/sample/1.in": "1 2\n",
    "data/sample/1.ans": "3\n",
    "data/secret/1.in": "5 6\n",
    "data/secret/1.ans": "11\n",
    "submissions/accepted/sum.py": "print(sum(map(int, input().split())))\n",
    "submissions/wrong_answer/product.py": "a, b = map(int, input().split())\nprint(a * b)\n",
}
POINTS = {
    **SUM,
    "problem.yaml": SUM["problem.yaml"] + "type: scoring\n",
    "data/testdata.yaml": "on_reject: continue\ngrader_flags: ignore_sample\nrange: 0 100\n",
    "data/sample/testdata.yaml": "accept_score: 0\ngrader_flags: first_error\n",
    "data/secret/testdata.yaml": "grader_flags: first_error accept_if_any_accepted\n",
    "data/secret/g1/testdata.yaml": "on_reject: break\naccept_score: 30\ngrader_flags: min\n",
    "data/secret/g1/1.in": "5 6\n",
    "data/secret/g1/1.ans": "11\n",
    "data/secret/g2/testdata.yaml": "accept_score: 70\ngrader_flags: min\noutput_validator_flags: case_sensitive\n",
    "data/secret/g2/1.in": "7 6\n",
    "data/secret/g2/1.ans": "13\n",
}
for name in ("data/secret/1.in", "data/secret/1.ans"):
    POINTS.pop(name)


def changed(files: dict, **changes) -> dict:
    """The files with some more or others; None takes one away. `/` in names is written `__`, a dot `_dot_`."""
    found = dict(files)
    for key, value in changes.items():
        found[key.replace("_dot_", ".").replace("__", "/")] = value
    return {name: value for name, value in found.items() if value is not None}


def raw(value) -> bytes:
    return value if isinstance(value, bytes) else value.encode()


def folder(path: Path, files: dict) -> Path:
    for name, value in files.items():
        place = path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(raw(value))
    return path


def zipped(path: Path, files: dict, top: str = "") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in files.items():
            archive.writestr(f"{top}{name}", raw(value))
    return path


def tarred(path: Path, files: dict, members: list | None = None) -> Path:
    """A .tar.gz; `members` are further TarInfo, written without content."""
    with tarfile.open(path, "w:gz") as archive:
        for name, value in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(raw(value))
            archive.addfile(info, io.BytesIO(raw(value)))
        for info in members or []:
            archive.addfile(info)
    return path
