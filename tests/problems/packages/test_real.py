"""Real packages with their real submissions: accepted ones are, the others are not. Skipped where the data is missing.

Two of the five take minutes; here they are read and their quick wrong submissions judged. All of all five:
`manage.py import_problem PACKAGE --try` (docs/how-to/problem-package.md).
"""

from pathlib import Path

import pytest

from problems import judge
from problems.packages import open_package
from problems.services.packages import import_package
from problems.services.selfcheck import try_programs

DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "judge-packages"
#: package → submissions that are judged here
SLOW = {"dronare": (), "kopatavlor": ("leopold_7p.py", "leopold_17p.py")}
NAMES = ("applenparon", "hundraelva", "klockan")

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not DATA.is_dir(), reason="the shared data is not here"),
]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
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


@pytest.mark.parametrize("name", SLOW)
def test_large_packages_are_read_and_their_quick_wrong_submissions_rejected(name, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    path = DATA / f"{name}.tar.gz"
    problem = import_package(path, measure=False).problem
    assert problem.groups.get(name="").points == 100
    assert problem.tests.count() > 100
    assert (problem.float_relative_tolerance == 1e-4) == (name == "dronare")
    with open_package(path) as package:
        chosen = [one for one in package.programs if one.path.endswith(SLOW[name] or ("-",))]
    results = try_programs(problem, chosen)
    assert [one.path for one in results if not one.as_expected] == []
    assert len(results) == len(SLOW[name])
