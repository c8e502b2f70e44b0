"""The form of each family's state is written down: whoever changes it sees whether `format` must be raised.

``python -m tests.ml.families.test_formats`` writes formats.json anew.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tests.ml.families.fits import all_fits

ROOT = Path(__file__).resolve().parents[3]
FILE = Path(__file__).with_name("formats.json")


def form(value: Any, depth: int = 2) -> Any:
    """Keys and kinds of a state: two levels of names, arrays as dtype and dimensions."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype.kind}{value.ndim}"
    if isinstance(value, Mapping):
        return {str(key): form(value[key], depth - 1) for key in sorted(value, key=str)} if depth else "dict"
    return {tuple: "list", np.float64: "float", np.int64: "int"}.get(type(value), type(value).__name__)


def forms() -> dict[str, Any]:
    return {name: {"format": number, "state": form(base.state)} for name, base, number in all_fits()}


def test_the_form_of_a_state_is_known():
    written, found = json.loads(FILE.read_text()), forms()
    changed = [name for name in found if found[name] != written.get(name)]
    assert changed == [], "raise `format`, unless the code reads older bases too; then write formats.json anew"


def test_the_same_versions_with_one_thread_and_with_two():
    """Sums in another order would be another version: no training may leave that to how many cores a machine has."""
    command = [sys.executable, "-m", "tests.ml.families.fits"]
    versions = []
    for threads in ("1", "2"):
        names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        env = {**os.environ, **dict.fromkeys(names, threads)}
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
        versions.append(json.loads(done.stdout))
    assert versions[0] == versions[1]


if __name__ == "__main__":
    FILE.write_text(json.dumps(forms(), indent=1, sort_keys=True) + "\n")
