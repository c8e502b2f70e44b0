"""Real packages with their real submissions: accepted ones are, the others are not. Skipped where the data is missing.

The suite takes three of the five; `pytest -m slow` takes the two whose programs run for minutes.
"""

from pathlib import Path

import pytest

from problems import judge
from problems.packages import open_package
from problems.services.packages import import_package
from problems.services.selfcheck import try_programs

DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "judge-packages"
SLOW = ("dronare", "kopatavlor")
NAMES = ("applenparon", "hundraelva", "klockan")

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not DATA.is_dir(), reason="the shared data is not here"),
]


@pytest.mark.parametrize("name", [*NAMES, *(pytest.param(name, marks=pytest.mark.slow) for name in SLOW)])
def test_submissions_are_judged_as_the_package_says(name, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    assert judge.available().ok, judge.available().reason
    path = DATA / f"{name}.tar.gz"
    problem = import_package(path).problem
    assert problem.scoring == "points"
    assert problem.groups.get(name="").points == 100
    assert problem.title
    assert "\\" not in problem.title
    assert "\\section" not in problem.statement
    with open_package(path) as package:
        results = try_programs(problem, package.programs)
    assert {one.path: one.verdict for one in results if not one.as_expected} == {}
    full = [one for one in results if one.path.startswith("submissions/accepted/")]
    assert full
    assert all(one.points == 100 for one in full)
