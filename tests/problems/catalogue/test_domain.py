"""What recommendations see of problems, imports from files, and what accounts take along or erase."""

import pytest
from django.core.management import call_command

from accounts.hooks import hooks
from problems.importing import level_of
from problems.models import Attempt, Like, Problem, Submission, Tag
from problems.services.catalogue import set_status
from recommendations.domains import domains
from recommendations.models import CatalogueEntry
from recommendations.services import record_event
from tests.problems.make import problem, solved, submission

pytestmark = pytest.mark.django_db


def test_the_item(db):
    row = problem("sum", tags=("math", "dp"), level=7)
    item = domains["problems"].item(Problem.objects.with_tags().get(pk=row.pk))
    assert (item.label, item.tags) == ("math", ("math", "dp"))
    assert item.numbers["level"] == 7
    for words in ("두 수의 합", "Sum of two", "수학", "Dynamic programming", "더한다", "Add $a$"):
        assert words in item.text


def test_publishing_and_withdrawing(db):
    row = problem("sum")
    entry = CatalogueEntry.objects.filter(domain="problems", item_id=str(row.pk))
    assert entry.get().listed
    assert set_status(Problem.objects.all(), "draft") == 1
    assert not entry.get().listed
    assert set_status(Problem.objects.all(), "published") == 1
    assert entry.get().listed


def test_solved_problems_are_done(alice, bob):
    rows = [problem("a"), problem("b")]
    solved(alice, rows[0])
    Attempt.objects.create(user=alice, problem=rows[1], tries=1)
    assert domains["problems"].get_done(alice) == {str(rows[0].pk)}
    assert domains["problems"].get_done(bob) == set()


def test_search(db):
    row = problem("sum")
    assert list(domains["problems"].search("두 합")) == [row]
    assert list(domains["problems"].search(" ")) == []


@pytest.mark.parametrize(
    ("value", "level"), [("0", 1), ("1", 1), ("2", 1), ("3", 2), ("11", 6), ("29", 15), ("30", 15)]
)
def test_levels_of_thirty_are_halved_rounded_up(value, level):
    assert level_of(value) == level


CSV = """id,title,level,tags,title_en
1,에이 플러스 비,1,implementation|math,
2,Words,30,"['two pointers', 'dp']",
3,,5,dp,
4,b,31,dp,
5,bronze one,,dp,Bronze one
"""


def test_import_items(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text(CSV)
    call_command("import_items", "problems", str(path), source="x")
    found = {row.external_id: row for row in Problem.objects.with_tags()}
    assert set(found) == {"x:1", "x:2", "x:5"}
    assert (found["x:1"].title_ko, found["x:1"].level, found["x:2"].level) == ("에이 플러스 비", 1, 15)
    assert [row.tag.slug for row in found["x:2"].problem_tags.all()] == ["two_pointers", "dp"]
    assert found["x:1"].status == "published"
    assert CatalogueEntry.objects.filter(domain="problems", listed=True).count() == 3
    made = Tag.objects.count()
    call_command("import_items", "problems", str(path), source="x")
    assert (Problem.objects.count(), Tag.objects.count()) == (3, made)


def test_imported_likes_make_their_rows(alice, db):
    row = problem("a")
    record_event(domain="problems", item=row, verb="like", user=alice)
    assert Like.objects.filter(user=alice, problem=row).exists()


def test_a_member_takes_their_programs_along(alice, bob):
    row = problem("sum")
    submission(alice, row, "AC")
    submission(bob, row, "WA")
    solved(alice, row)
    exported = hooks.export(alice)["problems"]
    assert [one["code"] for one in exported["submissions"]] == [f"print({alice.pk}) # <secret of alice>"]
    assert exported["progress"][0]["problem__slug"] == "sum"
    assert "bob" not in str(exported)


def test_erasing_leaves_nothing_and_the_numbers_right(alice, bob):
    row = problem("sum", solved_count=2, tried_count=2, submission_count=3)
    for user in (alice, alice, bob):
        submission(user, row, "AC")
    solved(alice, row)
    solved(bob, row)
    hooks.erase(alice)
    row.refresh_from_db()
    assert (row.solved_count, row.tried_count, row.submission_count) == (1, 1, 1)
    assert not Submission.objects.filter(user=alice).exists()
    assert Submission.objects.filter(user=bob).count() == 1
