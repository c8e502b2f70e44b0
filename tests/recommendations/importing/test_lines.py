"""Lines of files of any size, encoding and state."""

import gzip
import tracemalloc

import pytest

from recommendations.importing.lines import MAX_LINE, FileError, Lines

KOREAN = "id,title\n1,한강 달리기\n"


@pytest.fixture
def read(make_file):
    """Return a function that gives (lines, bad, notes) of some bytes."""

    def read(content, name="file.csv", **options):
        bad, notes = [], []
        lines = Lines(make_file(name, content), bad=lambda *one: bad.append(one), note=notes.append, **options)
        found = list(lines)
        lines.close()
        return found, bad, notes

    return read


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "euc-kr"])
def test_utf8_and_korean_encodings_are_told_apart(read, encoding):
    lines, bad, notes = read(KOREAN.encode(encoding))
    assert lines == [(1, "id,title\n"), (2, "1,한강 달리기\n")]
    assert bad == []
    assert len(notes) == (encoding in ("cp949", "euc-kr"))


def test_korean_after_a_long_ascii_beginning_is_told_too(read):
    plain = b"1,abcdefghijklmnopqrstuvwxyz\n" * 20_000
    lines, bad, notes = read(plain + "2,한강\n".encode("cp949"))
    assert lines[-1] == (20_001, "2,한강\n")
    assert (bad, len(notes)) == ([], 1)


def test_one_damaged_line_of_a_utf8_file_is_only_that(read):
    lines, bad, notes = read("한강\n".encode() * 3 + b"\xc7\xd1\n" + "달리기\n".encode())
    assert [text for _, text in lines] == ["한강\n"] * 3 + [None, "달리기\n"]
    assert bad == [(4, "byte 0xc7 is not valid utf-8; another --encoding may fit")]
    assert notes == []


def test_an_encoding_that_is_given_is_taken(read):
    lines, _, _ = read("café\n".encode("latin-1"), encoding="latin-1")
    assert lines == [(1, "café\n")]


@pytest.mark.parametrize("encoding", ["klingon", "utf-16", "rot13"])
def test_encodings_that_cannot_be_read_are_refused(read, encoding):
    with pytest.raises(FileError):
        read(b"id\n", encoding=encoding)


@pytest.mark.parametrize("start", [b"\xff\xfei\x00d\x00", b"PK\x03\x04rest"])
def test_files_of_another_kind_are_refused(read, start):
    with pytest.raises(FileError):
        read(start)


def test_gzip_is_told_by_its_content(read):
    lines, _, _ = read(gzip.compress(KOREAN.encode()), name="file.csv")
    assert lines == [(1, "id,title\n"), (2, "1,한강 달리기\n")]


def test_a_gzip_file_that_breaks_off_is_reported(read):
    whole = gzip.compress("".join(f"{n},{n * n * 7919}\n" for n in range(50_000)).encode())
    lines, bad, _ = read(whole[: len(whole) // 2], name="file.csv.gz")
    assert len(lines) > 1000
    assert [number for number, _ in bad] == [len(lines) + 1]


def test_a_nul_byte_is_reported(read):
    lines, bad, _ = read(b"a\nb\x00c\nd\n")
    assert lines == [(1, "a\n"), (2, None), (3, "d\n")]
    assert bad == [(2, "the line contains a NUL byte")]


def test_a_line_of_50_mb_is_skipped_without_holding_it(make_file):
    path = make_file("file.csv", b"")
    with path.open("wb") as file:
        file.write(b"a\n")
        for _ in range(50):
            file.write(b"x" * 1_000_000)
        file.write(b"\nb\n")
    bad = []
    lines = Lines(path, bad=lambda *one: bad.append(one), note=print)
    tracemalloc.start()
    found = list(lines)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    lines.close()
    assert found == [(1, "a\n"), (2, None), (3, "b\n")]
    assert bad == [(2, f"the line is longer than {MAX_LINE:,} bytes")]
    assert peak < 6 * MAX_LINE
