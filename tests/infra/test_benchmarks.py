"""`make bench` runs: every part at tiny sizes; figures are printed, never asserted."""

import os
import subprocess
import sys

import joblib
import numpy as np
import pytest
from django.conf import settings

from benchmarks import __main__ as command
from benchmarks import old_way, timing


def run(*arguments):
    environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_an_unknown_part_is_named():
    done = run("speed")
    assert done.returncode == 2
    assert "unknown part speed; there are: events, sizes" in done.stderr


def test_one_part():
    done = run("scoring", "--quick")
    assert (done.returncode, done.stderr) == (0, "")
    assert "### Scoring all items for one member" in done.stdout


@pytest.mark.slow
def test_every_part():
    done = run("--quick")
    assert done.returncode == 0, done.stderr
    assert [name for name in command.PARTS if f"({name} took" not in done.stdout] == []


def test_the_old_way_learns(tmp_path):
    """A private copy has the issue's size, and an event changes what it predicts."""
    path = tmp_path / "member.joblib"
    assert 1_000_000 < old_way.write(path) < 1_200_000
    word = next(iter(joblib.load(path)[0].vocabulary))
    before = joblib.load(path)[-1].class_count_.sum()
    for _ in range(3):
        old_way.learn(path, word, 3)
    assert joblib.load(path)[-1].class_count_.sum() == before + 3
    assert old_way.recommend(path, f"{word} " * 50) in range(13)


def test_samples_are_taken_in_turns():
    seen = []
    taken = timing.side_by_side({"a": lambda: seen.append("a"), "b": lambda: seen.append("b")}, 2, warm=1)
    assert seen == ["a", "b", "a", "b", "b", "a"]
    assert {name: len(samples) for name, samples in taken.items()} == {"a": 2, "b": 2}
    assert timing.ratio(np.array([8.0, 4.0, 4.0]), np.array([2.0])) == 2.0
