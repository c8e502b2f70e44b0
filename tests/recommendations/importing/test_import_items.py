"""`manage.py import_items`: what is written, what is reported, what is refused."""

import datetime as dt
import gzip
import json

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Category
from activities.models import Activity, Club
from recommendations import catalogue
from recommendations.domains import Domain, domains
from recommendations.models import CatalogueEntry, ItemRevision

pytestmark = pytest.mark.postgres

GOOD = "id,title,text,category,tags,created_at\n1,한강 달리기,<b>함께</b> 달려요,운동·액티비티,러닝|새벽,2024-05-06\n"


def titles():
    return dict(Activity.objects.values_list("external_id", "title"))


def test_an_item_is_written_with_all_that_the_file_says(import_items, make_file):
    outcome = import_items(make_file("a.csv", GOOD))
    assert outcome.summary == "activities: 1 read, 1 created, 0 updated, 0 unchanged, 0 duplicates, 0 bad"
    row = Activity.objects.get(external_id="1")
    assert (row.title, row.content, row.content_text) == ("한강 달리기", "<b>함께</b> 달려요", "함께 달려요")
    assert (row.category.slug, row.tags) == ("sports", ["러닝", "새벽"])
    assert row.created_at == dt.datetime(2024, 5, 5, 15, tzinfo=dt.UTC)
    assert (row.club, row.status, row.recruit_end) == (None, "open", None)
    assert list(Activity.objects.recruiting()) == [row]


def test_an_imported_item_is_in_the_catalogue(import_items, make_file):
    catalogue.forget_all()
    import_items(make_file("a.csv", GOOD))
    snapshot = catalogue.current("activities")
    pk = str(Activity.objects.get(external_id="1").pk)
    assert [snapshot.item(n).tags for n in range(len(snapshot))] == [("러닝", "새벽")]
    assert list(snapshot.ids) == [pk]


def test_json_lines_load_as_csv_does(import_items, make_file):
    row = {"id": 1, "title": "한강 달리기", "category": "sports", "tags": ["러닝", "새벽"], "created_at": 1714921200}
    import_items(make_file("a.jsonl.gz", gzip.compress(json.dumps(row).encode())))
    row = Activity.objects.get(external_id="1")
    assert (row.title, row.category.slug, row.tags) == ("한강 달리기", "sports", ["러닝", "새벽"])
    assert row.created_at == dt.datetime(2024, 5, 5, 15, tzinfo=dt.UTC)


def test_the_same_file_again_changes_nothing(import_items, make_file):
    path = make_file("a.csv", GOOD)
    import_items(path)
    before = list(Activity.objects.values()), list(ItemRevision.objects.values()), list(CatalogueEntry.objects.values())
    outcome = import_items(path)
    assert outcome.summary == "activities: 1 read, 0 created, 0 updated, 1 unchanged, 0 duplicates, 0 bad"
    after = list(Activity.objects.values()), list(ItemRevision.objects.values()), list(CatalogueEntry.objects.values())
    assert after == before


def test_a_known_id_is_updated_where_the_file_says_something(import_items, make_file):
    import_items(make_file("a.csv", GOOD))
    outcome = import_items(make_file("b.csv", "id,title,text\n1,남산 달리기,<p>새 글</p><script>x</script>\n"))
    assert outcome.summary == "activities: 1 read, 0 created, 1 updated, 0 unchanged, 0 duplicates, 0 bad"
    row = Activity.objects.get()
    assert (row.title, row.content, row.content_text) == ("남산 달리기", "<p>새 글</p>", "새 글")
    assert (row.category.slug, row.tags, row.created_at.year) == ("sports", ["러닝", "새벽"], 2024)
    assert ItemRevision.objects.filter(item_id=str(row.pk)).count() == 2


def test_without_a_date_an_item_is_neither_new_nor_fresh(import_items, make_file):
    import_items(make_file("a.csv", "id,title\n1,a\n"))
    row = Activity.objects.get()
    assert domains["activities"].numbers(row)["created"] == 0
    assert row.category.slug == "other"


def test_unknown_categories_are_made_and_the_first_tag_stands_in(import_items, make_file):
    known = Category.objects.count()
    path = make_file("a.csv", "id,title,tags\n1,a,Sci-Fi|Drama\n2,b,sci-fi\n3,c,(no genres listed)\n4,d,여행·동행\n")
    assert import_items(path).bad == []
    found = dict(Activity.objects.values_list("external_id", "category__name_ko"))
    assert found == {"1": "Sci-Fi", "2": "Sci-Fi", "3": "(no genres listed)", "4": "여행·동행"}
    assert Category.objects.count() == known + 2
    assert Category.objects.get(name_ko="Sci-Fi").slug == "sci-fi"


def test_categories_whose_slugs_meet_stay_apart(import_items, make_file):
    import_items(make_file("a.csv", "id,title,category\n1,a,C++\n2,b,C\n3,c,C#\n4,d,!!!\n"))
    assert sorted(Activity.objects.values_list("category__name_ko", flat=True)) == ["!!!", "C", "C#", "C++"]


def test_a_column_that_is_not_one_of_categories_does_not_flood_the_site(import_items, make_file):
    outcome = import_items(make_file("a.csv", "id,category,title\n" + "".join(f"{n},k{n},a\n" for n in range(1100))))
    assert Category.objects.count() == 1000
    assert outcome.bad[0].endswith("there are 1,000 categories already; is this column one of categories?")


def test_the_last_of_a_repeated_id_wins(import_items, make_file):
    body = "".join(f"{n},first {n}\n" for n in range(1500))
    outcome = import_items(make_file("a.csv", f"id,title\n7,zero\n7,one\n{body}7,last\n"))
    assert outcome.summary == "activities: 1,503 read, 1,500 created, 1 updated, 0 unchanged, 3 duplicates, 0 bad"
    assert titles()["7"] == "last"


def test_sources_keep_the_ids_of_two_files_apart(import_items, make_file):
    import_items(make_file("a.csv", "id,title\n1,a\n"), "--source", "x")
    import_items(make_file("b.csv", "id,title\n1,b\n"), "--source", "y")
    assert titles() == {"x:1": "a", "y:1": "b"}


BAD = (
    "id,title,text,tags,created_at,capacity,region,starts_at,ends_at\n"
    ",a,,,,,,,\n"
    "2,,,,,,,,\n"
    "3,c,,,soon,,,,\n"
    "4,d,,,2999-01-01,,,,\n"
    "5,e,,,,many,,,\n"
    "6,f,,,,0,,,\n"
    "7,g,,,,,Atlantis,,\n"
    "8,h,,,,,,2024-05-02,2024-05-01\n"
    f"9,{'i' * 201},,,,,,,\n"
    f"10,j,,{'|'.join(map(str, range(30)))},,,,,\n"
    "11,k\n"
    '12,"l,,,,,,,\n'
    f"13,m,{'x' * 60_000},,,,,,\n"
    "14,<script></script>,,,,,,,\n"
    f"{'1' * 101},o,,,,,,,\n"
    "16,p,,,,5,Seoul,2024-05-01,2024-05-02\n"
)
REASONS = [
    "line 2: id is empty",
    "line 3: title is empty",
    "line 4: created_at: 'soon' is not a time (ISO-8601, or a number with --time-unit)",
    "line 5: created_at: '2999-01-01' is in the future",
    "line 6: capacity: 'many' is not a whole number",
    "line 7: capacity: The capacity is a whole number from 1 to 100000, or empty.",
    "line 8: region: there is no 'Atlantis'",
    "line 9: ends_at: The activity must end after it starts.",
    "line 10: title: At most 200 characters are allowed; this has 201.",
    "line 11: tags: Up to 20 tags.",
    "line 12: the row has 2 columns, the header 9",
    "line 13: a quote is opened and not closed",
    "line 14: text: At most 50000 characters are allowed; this has 60000.",
    "line 15: title: This field cannot be blank.",
    "line 16: id is longer than 100 characters",
]


def test_bad_rows_are_reported_and_the_rest_is_loaded(import_items, make_file, tmp_path):
    outcome = import_items(make_file("a.csv", BAD), "--errors", tmp_path / "bad.csv")
    assert outcome.bad == [reason.replace("text:", "content:") for reason in REASONS]
    assert titles() == {"16": "p"}
    assert outcome.error == ""
    assert len((tmp_path / "bad.csv").read_text().splitlines()) == len(REASONS) + 1


def test_atomic_loads_nothing_where_a_row_is_bad(import_items, make_file):
    categories = Category.objects.count()
    outcome = import_items(make_file("a.csv", BAD), "--atomic")
    assert outcome.error == "nothing was loaded: 15 bad rows, and --atomic was given"
    assert (Activity.objects.count(), ItemRevision.objects.count(), Category.objects.count()) == (0, 0, categories)


def test_atomic_loads_all_where_no_row_is_bad(import_items, make_file):
    assert import_items(make_file("a.csv", GOOD), "--atomic").error == ""
    assert Activity.objects.count() == 1


def test_only_the_first_bad_rows_are_shown(import_items, make_file):
    outcome = import_items(make_file("a.csv", "id,title\n" + ",x\n" * 1000))
    assert len(outcome.bad) == 20
    assert "… and 980 more bad rows (--errors FILE writes them all)" in outcome.err
    assert outcome.error == "nothing could be loaded"


LISTING = "Columns found: movieId, name. Needed: id, title; optional: text, category, tags, created_at, intro, region, place, "


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ([], f"missing: id, title. {LISTING}"),
        (["--map", "movieId=id"], f"missing: title. {LISTING}"),
        (["--map", "movieID=id"], f"--map movieID=id: the file has no column 'movieID'. {LISTING}"),
        (["--map", "movieId=key"], f"--map movieId=key: there is no column 'key' here. {LISTING}"),
        (
            ["--map", "movieId=id", "--map", "name=id"],
            "--map: both 'movieId' and 'name' are mapped to 'id'; choose one",
        ),
        (["--map", "movieId"], "--map movieId: write --map theirs=ours"),
        (["--encoding", "klingon"], "there is no encoding 'klingon'; common ones: utf-8, cp949, euc-kr, latin-1"),
    ],
)
def test_wrong_columns_and_options_are_refused_before_anything_is_written(import_items, make_file, args, error):
    outcome = import_items(make_file("a.csv", "movieId,name\n1,a\n"), *args)
    assert outcome.error.startswith(error)
    assert Activity.objects.count() == 0


def test_json_lines_without_the_columns_are_refused(import_items, make_file):
    outcome = import_items(make_file("a.jsonl", '{"key": 1, "title": "a"}\n'))
    assert outcome.error.startswith("missing: id. Columns found: key, title. Needed: id, title;")


def test_columns_that_are_not_used_are_named(import_items, make_file):
    outcome = import_items(make_file("a.csv", "id,title,x,y\n1,a,2,3\n"), "--map", "y=")
    assert outcome.err.splitlines()[0].startswith("Columns not used: x. Known here: id, title,")


def test_files_that_are_not_there_are_refused(import_items, make_file, tmp_path):
    assert import_items(tmp_path / "none.csv").error == f"{tmp_path}/none.csv cannot be read: No such file or directory"
    assert import_items(tmp_path).error == f"{tmp_path} is a folder; give a file"
    path = make_file("a.csv", GOOD)
    assert import_items(path, "--errors", path).error == "--errors names the file that is to be imported"
    assert import_items(path, "--errors", tmp_path / "no" / "b").error.endswith(
        "cannot be written: No such file or directory"
    )
    assert import_items(make_file("b.csv", "id,title\n")).error == "the file has no rows"


def test_unknown_domains_and_those_that_take_no_files_are_refused(make_file, db):
    path = make_file("a.csv", GOOD)
    with pytest.raises(CommandError, match="There is no domain 'films'; there are: activities, clubs"):
        call_command("import_items", "films", str(path))
    with pytest.raises(NotImplementedError, match="The domain 'x' cannot be imported: Plain defines no `import_items`"):
        type("Plain", (Domain,), {"name": "x"})().import_items([])


def test_clubs_are_imported_too(make_file, db):
    call_command("import_items", "clubs", str(make_file("a.csv", GOOD)))
    club = Club.objects.get(external_id="1")
    assert (club.name, club.info_text, club.category.slug) == ("한강 달리기", "함께 달려요", "sports")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp949"])
def test_korean_spreadsheets_are_read(import_items, make_file, encoding):
    import_items(
        make_file("a.csv", "번호;제목;분류\n1;와인 시음회;푸드·드링크\n".encode(encoding)),
        "--map",
        "번호=id",
        "--map",
        "제목=title",
        "--map",
        "분류=category",
    )
    assert list(Activity.objects.values_list("title", "category__slug")) == [("와인 시음회", "food")]
