"""Hostile packages are refused with a message, and leave nothing behind."""

import os
import tarfile
import zipfile

import pytest

from problems.models import Problem, TestCase
from problems.packages import PackageError, limits, open_package
from problems.services.packages import import_package
from tests.problems.packages.make import SUM, folder, tarred, zipped


def refused(path):
    with pytest.raises(PackageError) as error, open_package(path):
        pass
    return str(error.value)


def info(name, kind=tarfile.REGTYPE, target=""):
    found = tarfile.TarInfo(name)
    found.type, found.linkname = kind, target
    return found


@pytest.mark.parametrize("name", ["../evil", "a/../../evil", "/etc/evil", "C:/evil", "a\\..\\evil", "a/\x01b"])
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_names_that_lead_out(tmp_path, kind, name):
    files = {**SUM, name: "x"}
    path = zipped(tmp_path / "p.zip", files) if kind == "zip" else tarred(tmp_path / "p.tar.gz", files)
    assert any(words in refused(path) for words in ("leads out", "absolute", "characters that none has"))
    assert not (tmp_path.parent / "evil").exists()


@pytest.mark.parametrize("target", ["/etc/passwd", "../../../../etc/passwd", "missing", "self.in"])
@pytest.mark.parametrize("kind", ["folder", "tar", "hardlink"])
def test_links_that_lead_out_or_nowhere(tmp_path, kind, target):
    name = "data/secret/self.in"
    if kind == "folder":
        path = folder(tmp_path / "p", SUM)
        os.symlink(target, path / name)
    else:
        member = info(name, tarfile.LNKTYPE if kind == "hardlink" else tarfile.SYMTYPE, target)
        path = tarred(tmp_path / "p.tar.gz", SUM, [member])
    assert "link" in refused(path)


def test_a_link_in_a_zip(tmp_path):
    path = zipped(tmp_path / "p.zip", SUM)
    with zipfile.ZipFile(path, "a") as archive:
        member = zipfile.ZipInfo("data/secret/2.in")
        member.create_system, member.external_attr = 3, 0o120777 << 16
        archive.writestr(member, "/etc/passwd")
    assert "a link to /etc/passwd" in refused(path)


@pytest.mark.parametrize("kind", [tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.BLKTYPE], ids=["char", "fifo", "block"])
def test_devices(tmp_path, kind):
    assert "neither a file" in refused(tarred(tmp_path / "p.tar.gz", SUM, [info("data/secret/x.in", kind)]))


def test_a_fifo_in_a_folder(tmp_path):
    path = folder(tmp_path / "p", SUM)
    os.mkfifo(path / "data/secret/x.in")
    assert "neither a file" in refused(path)


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_bombs(tmp_path, kind):
    files = {**SUM, **{f"data/secret/{n}.in": bytes(48 * limits.MB) for n in range(2)}}
    path = zipped(tmp_path / "p.zip", files) if kind == "zip" else tarred(tmp_path / "p.tar.gz", files)
    assert path.stat().st_size < limits.MB
    assert "bomb" in refused(path)


def test_one_giant_file(tmp_path):
    path = folder(tmp_path / "p", SUM)
    with (path / "data/secret/1.in").open("wb") as file:
        file.truncate(limits.FILE_BYTES + 1)
    assert "larger than 64 MB" in refused(path)


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_a_hundred_thousand_files(tmp_path, kind):
    files = dict.fromkeys((f"data/secret/{n}.in" for n in range(100_000 if kind == "zip" else 21_000)), "")
    path = zipped(tmp_path / "p.zip", files) if kind == "zip" else tarred(tmp_path / "p.tar.gz", files)
    assert "more than 20,000 files" in refused(path)


def test_more_tests_than_are_judged(tmp_path):
    files = {f"data/secret/{n}.{end}": "1\n" for n in range(1001) for end in ("in", "ans")}
    assert "more than 1,000 tests" in refused(zipped(tmp_path / "p.zip", {**SUM, **files}))


CONTENT = {
    "nul-in-yaml": ("problem.yaml", b"name: a\x00b\n", "NUL"),
    "nul-in-test": ("data/secret/1.in", b"1\x002\n", "NUL"),
    "latin1-statement": ("problem_statement/problem.en.md", b"caf\xe9", "not UTF-8"),
    "utf16-yaml": ("problem.yaml", "name: x".encode("utf-16-le"), "NUL"),
    "binary-program": ("submissions/accepted/sum.py", b"\x7fELF\x00", "NUL"),
    "object": ("problem.yaml", b"name: !!python/object/apply:os.system ['true']\n", "problem.yaml:"),
    "aliases": ("problem.yaml", b"a: &a [x, x]\nb: &b [*a, *a]\nname: x\n", "aliases"),
    "nested": ("problem.yaml", b"name: " + b"[" * 5000, "nested too deeply"),
    "twice": ("problem.yaml", b"name: a\nname: b\n", "twice"),
    "list": ("problem.yaml", b"- a\n", "keys with values"),
    "number": ("problem.yaml", b"name: " + b"9" * 5000 + b"\nlimits: 3\n", "problem.yaml:"),
    "long": ("problem.yaml", b"# " + b"x" * 70_000, "longer than 64 KB"),
    "broken": ("problem.yaml", b"name: 'a\n", "problem.yaml:"),
    "limit": ("problem.yaml", b"limits: {time_limit: .nan}\n", "time_limit"),
    "slug": ("problem.yaml", b"name: [1]\n", "name: a text was expected"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", CONTENT)
def test_content_that_is_none_is_not_half_imported(tmp_path, name):
    path, content, words = CONTENT[name]
    with pytest.raises(PackageError) as error:
        import_package(folder(tmp_path / "p", {**SUM, path: content}))
    assert words in str(error.value)
    assert path in str(error.value)
    assert not Problem.objects.exists()
    assert not TestCase.objects.exists()


ARCHIVES = {
    "empty": b"",
    "text": b"hello",
    "cut-gzip": b"\x1f\x8b\x08\x00",
    "cut-zip": b"PK\x03\x04" + b"\x00" * 30,
    "lying-zip": b"PK\x05\x06" + b"\x00" * 8 + b"\xff\xff\xff\xff" + b"\x00" * 6,
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_what_is_no_archive(tmp_path, name):
    path = tmp_path / "p.zip"
    path.write_bytes(ARCHIVES[name])
    assert refused(path)


def test_nothing_there(tmp_path):
    assert "there is no such file" in refused(tmp_path / "missing")


def test_a_file_twice(tmp_path):
    path = zipped(tmp_path / "p.zip", SUM)
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("problem.yaml", "name: other")
    assert "twice" in refused(path)


def test_an_encrypted_zip(tmp_path):
    path = zipped(tmp_path / "p.zip", SUM)
    data = bytearray(path.read_bytes())
    at = data.find(b"PK\x01\x02")
    data[at + 8] |= 1
    path.write_bytes(bytes(data))
    assert "encrypted" in refused(path)


def test_nothing_is_left_in_the_temporary_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "t"))
    (tmp_path / "t").mkdir()
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", None)
    refused(tarred(tmp_path / "p.tar.gz", {**SUM, "../x": ""}))
    assert list((tmp_path / "t").iterdir()) == []
