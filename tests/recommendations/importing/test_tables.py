"""CSV and JSON Lines, with everything that is wrong with files."""

import json

import pytest

from recommendations.importing.lines import FileError
from recommendations.importing.tables import Table


@pytest.fixture
def read(make_file):
    """Return a function that gives (columns, rows, bad) of a file."""

    def read(content, name="file.csv"):
        bad = []
        table = Table(make_file(name, content), bad=lambda *one: bad.append(one), note=print)
        rows = list(table.rows)
        table.close()
        return table.columns, rows, bad

    return read


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "id,title\n1,Run\n"),
        ("a.csv", "id;title\n1;Run\n"),
        ("a.csv", "id\ttitle\n1\tRun\n"),
        ("a.tsv", "id\ttitle\r\n1\tRun\r\n"),
        ("a.txt", '\n"id","title"\n"1","Run"'),
        ("a.jsonl", '{"id": "1", "title": "Run"}\n'),
        ("a.ndjson", '{"id": "1", "title": "Run"}'),
        ("a.data", '\n{"id": "1", "title": "Run"}\n\n'),
    ],
)
def test_formats_give_the_same_rows(read, name, content):
    columns, rows, bad = read(content, name)
    assert columns == ["id", "title"]
    assert [row for _, row in rows] == [{"id": "1", "title": "Run"}]
    assert bad == []


def test_quoted_fields_may_hold_delimiters_quotes_and_line_breaks(read):
    _, rows, bad = read('id,title\n1,"a, ""b""\nc"\n2,d\n')
    assert rows == [(2, {"id": "1", "title": 'a, "b"\nc'}), (4, {"id": "2", "title": "d"})]
    assert bad == []


def test_a_quote_inside_a_word_is_a_character(read):
    _, rows, _ = read('id,title\n1,a 5" disk\n')
    assert rows == [(2, {"id": "1", "title": 'a 5" disk'})]


def test_a_quote_that_nobody_closes_costs_one_row(read):
    rest = "".join(f"{n},title {n}\n" for n in range(2, 5000))
    _, rows, bad = read(f'id,title\n1,"open\n{rest}')
    assert bad == [(2, "a quote is opened and not closed")]
    assert [int(row["id"]) for _, row in rows] == list(range(2, 5000))


def test_a_quote_closed_by_a_later_row_costs_these_two(read):
    rest = "".join(f"{n},title {n}\n" for n in range(2, 50))
    _, rows, bad = read(f'id,title\n1,"open\n{rest}50,closed"\n51,"fine"\n')
    assert bad == [(2, "a quote is opened and not closed")]
    assert [int(row["id"]) for _, row in rows] == [*range(2, 52)]


def test_a_quote_before_another_quoted_row_costs_one_row(read):
    _, rows, bad = read('id,title\n1,"open\n2,"fine, too"\n3,x\n')
    assert [line for line, _ in bad] == [2]
    assert rows == [(3, {"id": "2", "title": "fine, too"}), (4, {"id": "3", "title": "x"})]


def test_quotes_of_tables_with_tabs_may_be_characters(read):
    _, rows, bad = read('id\ttitle\n1\t"Weird Al" Yankovic\n2\t"open\n3\t"a\tb"\n4\t"c, ""d"""\n', "a.tsv")
    assert [tuple(row.values()) for _, row in rows] == [
        ("1", '"Weird Al" Yankovic'),
        ("2", '"open'),
        ("3", "a\tb"),
        ("4", 'c, "d"'),
    ]
    assert bad == []


def test_rows_with_another_number_of_columns_are_reported(read):
    _, rows, bad = read("id,title\n1\n2,b\n3,c,d\n")
    assert rows == [(3, {"id": "2", "title": "b"})]
    assert bad == [(2, "the row has 1 columns, the header 2"), (4, "the row has 3 columns, the header 2")]


def test_fields_longer_than_the_csv_module_likes_are_read(read):
    _, rows, bad = read(f'id,text\n1,"{"x" * 200_000}"\n')
    assert (len(rows[0][1]["text"]), bad) == (200_000, [])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", ""),
        ("a.csv", "\n \n"),
        ("a.csv", "id,id,title\n"),
        ("a.csv", "id,title\r1,a\r2,b\r"),
        ("a.csv", 'id,"title\n1,a\n'),
        ("a.csv", b"id,\x00\n"),
        ("a.csv", b"x" * 3_000_000),
        ("a.jsonl", '[{"id": 1}]'),
    ],
)
def test_hopeless_files_are_refused(read, name, content):
    with pytest.raises(FileError):
        read(content, name)


@pytest.mark.parametrize(
    "line", ["{", "[1]", "3", '"x"', "null", '{"id": NaN}', "[" * 100_000, '{"id": %s}' % ("9" * 5000), "{'id': 1}"]
)
def test_lines_that_are_no_json_object_are_reported(read, line):
    columns, rows, bad = read(f'{{"id": 1}}\n{line}\n{{"id": 2}}\n', "a.jsonl")
    assert columns == ["id"]
    assert rows == [(1, {"id": 1}), (3, {"id": 2})]
    assert [number for number, _ in bad] == [2]


def test_columns_of_json_lines_are_those_of_the_first_rows(read):
    columns, rows, _ = read("\n".join(json.dumps({"id": n, f"c{n % 3}": 1}) for n in range(300)), "a.jsonl")
    assert columns == ["id", "c0", "c1", "c2"]
    assert len(rows) == 300
