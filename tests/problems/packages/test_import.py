"""Packages become problems: everything of them, again the same problem, or nothing."""

import io
import shutil

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from problems import judge
from problems.models import Problem, ProblemTag, Tag
from problems.packages import PackageError
from problems.services.packages import import_package, import_packages
from recommendations.models import CatalogueEntry
from tests.problems.packages.make import POINTS, SUM, changed, folder, zipped

pytestmark = pytest.mark.django_db


def test_everything_of_a_package(tmp_path):
    done = import_package(folder(tmp_path / "sum", SUM))
    problem = Problem.objects.get(slug="sum")
    assert (done.created, done.tests, done.samples, done.warnings) == (True, 2, 1, [])
    assert (problem.status, problem.level, problem.time_limit, problem.tier) == ("published", 4, 1.5, "bronze")
    assert [tag.slug for tag in Tag.objects.filter(problems=problem)] == ["binary_search", "math"]
    assert set(problem.problem_tags.values_list("source", flat=True)) == {"author"}
    tests = list(problem.tests.with_data())
    assert [(test.name, test.is_sample, test.input, test.answer) for test in tests] == [
        ("sample/1", True, b"1 2\n", b"3\n"),
        ("secret/1", False, b"5 6\n", b"11\n"),
    ]
    assert CatalogueEntry.objects.get(domain="problems", item_id=str(problem.pk)).listed


def test_points_have_their_groups(tmp_path):
    problem = import_package(folder(tmp_path / "sum", POINTS)).problem
    groups = {group.name: group for group in problem.groups.all()}
    assert groups["secret/g1"].parent == groups["secret"]
    assert groups[""].points == 100
    assert problem.tests.get(name="secret/g2/1").group == groups["secret/g2"]
    assert groups["secret/g2"].validator_args == ["case_sensitive"]


def test_again_is_the_same_problem(tmp_path):
    problem = import_package(folder(tmp_path / "sum", SUM)).problem
    ProblemTag.objects.create(problem=problem, tag=Tag.objects.get(slug="dp"), source="staff")
    Problem.objects.filter(pk=problem.pk).update(status="draft")
    files = changed(SUM, data__secret__2_dot_in="1 1\n", data__secret__2_dot_ans="2\n")
    files["problem.yaml"] = "name: Sum 2\nlimits: {time_limit: 2}\nkeywords: sorting\n"
    done = import_package(zipped(tmp_path / "sum.zip", files))
    again = Problem.objects.get()
    assert (done.created, again.pk, again.title_en, again.status) == (False, problem.pk, "Sum 2", "draft")
    assert (again.level, again.time_limit, again.tests.count()) == (4, 2.0, 3)
    assert set(again.tags.values_list("slug", flat=True)) == {"dp", "sorting"}
    assert not CatalogueEntry.objects.get(domain="problems", item_id=str(problem.pk)).listed


def test_the_uuid_finds_it_under_another_name(tmp_path):
    files = {**SUM, "problem.yaml": SUM["problem.yaml"] + "uuid: 1-2-3\n"}
    first = import_package(folder(tmp_path / "one", files)).problem
    assert import_package(folder(tmp_path / "two", files)).problem == first
    assert import_package(tmp_path / "two", slug="three").problem.slug == "three"
    other = {**SUM, "problem.yaml": SUM["problem.yaml"] + "uuid: 4-5-6\n"}
    with pytest.raises(PackageError, match="another problem's"):
        import_package(folder(tmp_path / "three", other))
    assert Problem.objects.count() == 1


def test_several_are_all_or_none(tmp_path):
    good, bad = folder(tmp_path / "good", SUM), folder(tmp_path / "bad", {"problem.yaml": "name: x"})
    with pytest.raises(PackageError):
        import_packages([good, bad])
    assert not Problem.objects.exists()
    assert [one.problem.slug for one in import_packages([good])] == ["good"]


def test_pictures_are_encoded_anew_and_stored(tmp_path, settings, django_capture_on_commit_callbacks):
    settings.MEDIA_ROOT = tmp_path / "media"
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(buffer, "PNG")
    files = {
        **SUM,
        "problem_statement/problem.en.md": "![a pear](pear.png) ![b](broken.png) ![c](missing.png)\n",
        "problem_statement/pear.png": buffer.getvalue(),
        "problem_statement/broken.png": b"no picture",
    }
    with django_capture_on_commit_callbacks(execute=True):
        done = import_package(folder(tmp_path / "sum", files))
    text = done.problem.statement_en
    assert text.startswith("![a pear](/media/problems/sum/")
    assert len(list((tmp_path / "media/problems/sum").iterdir())) == 1
    assert {warning.split(":")[0] for warning in done.warnings} == {
        "problem_statement/broken.png",
        "problem_statement/problem.en.md",
    }
    with django_capture_on_commit_callbacks(execute=True):
        import_package(tmp_path / "sum")
    assert len(list((tmp_path / "media/problems/sum").iterdir())) == 1


def test_without_judge_the_limit_is_an_assumption(tmp_path):
    judge.configure([])
    try:
        files = {**SUM, "problem.yaml": "name: Sum\n"}
        done = import_package(folder(tmp_path / "sum", files))
    finally:
        judge.configure()
    assert done.problem.time_limit == 3.0
    assert any("the judge cannot run here" in warning for warning in done.warnings)


def test_the_command_tells_and_tries(tmp_path, capsys):
    if not judge.available().ok:
        pytest.fail(judge.available().reason)
    files = {**POINTS, "problem.yaml": "name: Sum\ntype: scoring\n"}
    call_command("import_problem", folder(tmp_path / "sum", files), "--slug", "plus", "--try")
    out = capsys.readouterr().out
    assert "plus: made (published)" in out
    assert "100 points; 1 s, 1024 MB" in out
    assert "submissions/accepted/sum.py: AC, 100 points" in out
    assert "submissions/wrong_answer/product.py: WA" in out


def test_the_command_fails_where_a_verdict_is_another(tmp_path):
    files = changed(SUM, submissions__wrong_answer__product_dot_py=SUM["submissions/accepted/sum.py"])
    with pytest.raises(CommandError, match="1 of 2 submissions were not judged as expected"):
        call_command("import_problem", folder(tmp_path / "sum", files), "--try")


def test_the_command_refuses(tmp_path):
    with pytest.raises(CommandError, match="is missing"):
        call_command("import_problem", folder(tmp_path / "x", {"a": "b"}))


def test_a_copy_in_another_folder_is_the_same(tmp_path):
    first = import_package(folder(tmp_path / "sum", SUM)).problem
    shutil.copytree(tmp_path / "sum", tmp_path / "b" / "sum")
    assert import_package(tmp_path / "b" / "sum").problem == first
