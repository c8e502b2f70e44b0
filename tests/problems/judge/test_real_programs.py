"""Programs that others wrote, right and wrong, judged as members' are; left out where the shared data is not there."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from problems.judge.cases import Checker, judge_case
from problems.judge.compare import Comparison
from problems.judge.results import Limits

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
LIMITS = Limits(cpu_s=2, wall_s=20, memory_mb=256)
#: How much of the larger sets is run: every so many-th. MOA_ALL_PROGRAMS=1 runs all.
EVERY = 1 if os.environ.get("MOA_ALL_PROGRAMS") else 12

#: Tests that the set itself marks as slow: the right program, too, takes minutes or gigabytes.
SLOW = {"knapsack": 9, "levenshtein": 3}

pytestmark = pytest.mark.slow

DRIVER = """

import json as _json, types as _types
def _plain(value):
    if isinstance(value, (_types.GeneratorType, map, zip, filter)): value = list(value)
    if isinstance(value, set): value = sorted(value)
    return value
for _line in open(0):
    print(_json.dumps(_plain(%s(*_json.loads(_line)))))
"""


def needs(name: str) -> Path:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"{name} is not here")
    return path


def quixbugs(folder: Path) -> list[str]:
    return sorted(path.stem for path in (folder / "json_testcases").glob("*.json"))


def rows(path: Path) -> list[tuple[str, str]]:
    """(what the program reads, what it should print) of each test of an algorithm."""
    found = []
    for line in path.read_text().splitlines():
        if line.strip():
            arguments, result = json.loads(line)
            arguments = arguments if isinstance(arguments, list) else [arguments]
            found.append((json.dumps(arguments) + "\n", json.dumps(result) + "\n"))
    found.pop(SLOW[path.stem]) if path.stem in SLOW else None
    return found


def test_bugs_fail_and_their_fixes_pass(sandbox):
    folder = needs("judge-quixbugs")
    checker = Checker(Comparison(float_absolute_tolerance=1e-2, float_relative_tolerance=1e-6))
    wrong = []
    for name in quixbugs(folder):
        verdicts = {}
        tests = rows(folder / "json_testcases" / f"{name}.json")
        for kind in ("correct_python_programs", "python_programs"):
            program = (folder / kind / f"{name}.py").read_text() + DRIVER % name
            verdicts[kind] = "AC"
            for given, answer in tests:
                found = judge_case(sandbox, program.encode(), given.encode(), answer.encode(), LIMITS, checker).verdict
                if found != "AC":
                    verdicts[kind] = found
                    break
        if verdicts["correct_python_programs"] != "AC" or verdicts["python_programs"] == "AC":
            wrong.append((name, verdicts))
    assert wrong == []


def assert_all_run(sandbox, programs):
    wrong = []
    for name, program in programs:
        result = judge_case(sandbox, program.encode(), b"", b"done\n", LIMITS)
        if result.verdict != "AC":
            wrong.append((name, result))
    assert wrong == []


def test_known_good_functions_are_accepted_humaneval(sandbox):
    with gzip.open(needs("judge-humaneval/HumanEval.jsonl.gz"), "rt") as file:
        tasks = [json.loads(line) for line in file][::EVERY]
    assert_all_run(
        sandbox,
        [
            (
                task["task_id"],
                f"{task['prompt']}{task['canonical_solution']}\n{task['test']}\ncheck({task['entry_point']})\nprint('done')\n",
            )
            for task in tasks
        ],
    )


def test_known_good_functions_are_accepted_mbpp(sandbox):
    tasks = [json.loads(line) for line in needs("judge-mbpp/mbpp.jsonl").read_text().splitlines()][::EVERY]
    assert_all_run(
        sandbox,
        [
            (task["task_id"], "\n".join([task["code"], task["test_setup_code"], *task["test_list"], "print('done')"]))
            for task in tasks
        ],
    )
