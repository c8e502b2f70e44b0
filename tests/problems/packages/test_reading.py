"""Packages are read as the format says; what cannot be judged is named."""

import pytest

from problems.packages import PackageError, open_package
from tests.problems.packages.make import POINTS, SUM, changed, folder, tarred, zipped


def read(tmp_path, files, **options):
    with open_package(folder(tmp_path / "sum", files), **options) as package:
        return package


def refused(tmp_path, files):
    with pytest.raises(PackageError) as error, open_package(folder(tmp_path / "sum", files)):
        pass
    return str(error.value)


def test_a_folder_is_read(tmp_path):
    package = read(tmp_path, SUM)
    assert (package.slug, package.titles) == ("sum", {"ko": "두 수의 합", "en": "Sum"})
    assert package.statements == {"ko": "$a+b$를 출력한다.", "en": "Print $a+b$."}
    assert (package.level, package.time_limit, package.scoring) == (4, 1.5, False)
    assert [(test.name, test.is_sample) for test in package.tests] == [("sample/1", True), ("secret/1", False)]
    assert [(one.path, one.expected) for one in package.programs] == [
        ("submissions/accepted/sum.py", "accepted"),
        ("submissions/wrong_answer/product.py", "wrong_answer"),
    ]
    assert package.warnings == []


@pytest.mark.parametrize("kind", ["zip", "zip-in-folder", "tar.gz"])
def test_archives_are_the_same(tmp_path, kind):
    path = tmp_path / ("sum.tar.gz" if kind == "tar.gz" else "sum.zip")
    if kind == "tar.gz":
        tarred(path, {f"./{name}": value for name, value in SUM.items()})
    else:
        zipped(path, SUM, top="sum/" if kind == "zip-in-folder" else "")
    with open_package(path) as package:
        assert package.slug == "sum"
        assert package.tree.test("data/secret/1.in") == b"5 6\n"
        assert len(package.tests) == 2


def test_links_inside_are_followed_without_the_file_system(tmp_path):
    path = folder(tmp_path / "sum", SUM)
    (path / "data/secret/2.in").symlink_to("../sample/1.in")
    (path / "data/secret/2.ans").symlink_to("../sample/1.ans")
    (path / "data/secret/more").symlink_to("../sample")
    with open_package(path) as package:
        assert [test.name for test in package.tests] == ["sample/1", "secret/1", "secret/2", "secret/more/1"]
        assert package.tree.test("data/secret/2.in") == b"1 2\n"


def test_groups_with_points(tmp_path):
    package = read(tmp_path, POINTS)
    found = {group.name: (group.parent, group.points, group.score_mode, group.accept_score) for group in package.groups}
    assert found == {
        "": (None, 100.0, "sum", 1),
        "sample": ("", 0.0, "sum", 0.0),
        "secret": ("", 100.0, "sum", 1),
        "secret/g1": ("secret", 30.0, "min", 30.0),
        "secret/g2": ("secret", 70.0, "min", 70.0),
    }
    top, _sample, secret, first, second = package.groups
    assert top.ignore_sample
    assert secret.accept_if_any_accepted
    assert secret.verdict_mode == "first_error"
    assert (secret.on_reject, first.on_reject) == ("continue", "break")
    assert (first.validator_args, second.validator_args) == (None, ["case_sensitive"])


def test_the_later_format(tmp_path):
    files = {
        "problem.yaml": "problem_format_version: 2023-07-draft\nname: Sum\ntype: [scoring]\nuuid: 0-1\n"
        "credits:\n  authors: [{name: Kim, email: k@x.org}, 'Lee <l@x.org>']\nlimits: {time_limit: 0.5, memory: 128}\n"
        "constants: {max: 10}\n",
        "statement/problem.en.md": "# Sum\n\nUp to {{max}}. {{nextsample}}\n",
        "data/sample/1.in": "1 2\n",
        "data/sample/1.ans": "3\n",
        "data/secret/test_group.yaml": "max_score: 100\n",
        "data/secret/a/test_group.yaml": "max_score: 40\n",
        "data/secret/a/1.in": "1 1\n",
        "data/secret/a/1.ans": "2\n",
        "data/secret/b/test_group.yaml": "max_score: 60\nrequire_pass: a\noutput_validator_args: [float_tolerance, '1e-3']\n",
        "data/secret/b/1.in": "1 4\n",
        "data/secret/b/1.ans": "5\n",
    }
    package = read(tmp_path, files)
    assert (package.uuid, package.author, package.memory_limit_mb) == ("0-1", "Kim, Lee", 128)
    assert package.statements == {"en": "Up to 10."}
    by_name = {group.name: group for group in package.groups}
    assert [by_name[name].points for name in ("", "secret", "secret/a", "secret/b")] == [100, 100, 40, 60]
    assert by_name["secret/b"].requires == ["secret/a"]
    assert by_name["secret/b"].validator_args == ["float_tolerance", "1e-3"]


def test_other_languages_stand_in(tmp_path):
    files = changed(SUM, problem_statement__problem_dot_ko_dot_md=None, problem_statement__problem_dot_en_dot_md=None)
    files["problem_statement/problem.sv.tex"] = r"\problemname{Summa} Skriv $a+b$."
    package = read(tmp_path, files)
    assert package.statements == {"en": "Skriv $a+b$."}
    assert "Swedish" in package.warnings[0]


def test_no_hidden_data_is_said(tmp_path):
    package = read(tmp_path, changed(SUM, data__secret__1_dot_in=None, data__secret__1_dot_ans=None))
    assert "judged on the samples alone" in package.warnings[0]


def test_a_python_validator_is_taken(tmp_path):
    files = {**SUM, "output_validators/v.py": "import sys\nsys.exit(42)\n"}
    files["problem.yaml"] += "validation: custom\nvalidator_flags: a b\n"
    package = read(tmp_path, files)
    assert "sys.exit(42)" in package.validator
    assert package.validator_args == ["a", "b"]


YAML = SUM["problem.yaml"]
WORDS = {
    "interactive": ({"problem.yaml": YAML + "validation: custom interactive\n"}, "interactive problems"),
    "multi-pass": ({"problem.yaml": YAML + "type: [pass-fail, multi-pass]\n"}, "multi-pass problems"),
    "custom-score": ({"problem.yaml": YAML + "validation: custom score\n"}, "scores of their own"),
    "c-plus-plus": (
        {"problem.yaml": YAML + "validation: custom\n", "output_validators/v.cpp": "int main(){}"},
        "output_validators/v.cpp (C++)",
    ),
    "two-files": (
        {"problem.yaml": YAML + "validation: custom\n", "output_validators/v/a.py": "", "output_validators/v/b.py": ""},
        "several files",
    ),
    "no-validator": ({"problem.yaml": YAML + "validation: custom\n"}, "holds none"),
    "broken-validator": (
        {"problem.yaml": YAML + "validation: custom\n", "output_validators/v.py": "def ("},
        "no Python 3 program",
    ),
    "flags": ({"problem.yaml": YAML + "validator_flags: fuzzy\n"}, "fuzzy"),
    "missing-answer": ({"data/secret/2.in": "1 1\n"}, "data/secret/2.in: the answer 2.ans is missing"),
    "missing-input": ({"data/secret/2.ans": "2\n"}, "data/secret/2.ans: the input 2.in is missing"),
    "arguments": ({"data/secret/1.args": "x"}, "arguments of the program"),
    "grader": ({"graders/g.py": ""}, "graders"),
    "grader-flag": ({"data/testdata.yaml": "grader_flags: median\n"}, "'median' is not supported"),
    "language": ({"problem.yaml": YAML + "languages: [cpp]\n"}, "do not allow Python 3"),
    "version": ({"problem.yaml": YAML + "problem_format_version: 1999\n"}, "problem_format_version '1999'"),
    "level": ({"problem.yaml": YAML.replace("moa_level: 4", "moa_level: 31")}, "moa_level: a number from 1 to 15"),
}


@pytest.mark.parametrize("name", WORDS)
def test_what_is_not_supported_is_named(tmp_path, name):
    files, words = WORDS[name]
    assert words in refused(tmp_path, {**SUM, **files})


def test_no_package_and_no_tests_are_told(tmp_path):
    assert "problem.yaml is missing" in refused(tmp_path, {"readme.txt": "x"})
    (tmp_path / "b").mkdir()
    assert "there are no tests" in refused(tmp_path / "b", {"problem.yaml": YAML})
