"""The admin of problems: every page opens; uploads, rejudging and the graph work; who may do what."""

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from problems.models import Prerequisite, Problem, Submission, TestCase
from recommendations.models import CatalogueEntry
from tests.problems.make import problem, solved, submission
from tests.problems.packages.make import POINTS, SUM, folder, zipped

pytestmark = pytest.mark.django_db
NAMES = ("problem", "testcase", "tag", "prerequisite", "submission", "attempt")


@pytest.fixture
def boss(client, staff):
    client.force_login(staff)
    return client


@pytest.fixture
def row(alice):
    found = problem("sum")
    submission(alice, found)
    solved(alice, found)
    return found


def url(name, *args):
    return reverse(f"admin:problems_{name}", args=args)


@pytest.mark.parametrize("name", NAMES)
def test_lists_and_rows_open(boss, row, name):
    assert boss.get(url(f"{name}_changelist")).status_code == 200
    assert boss.get(url(f"{name}_changelist"), {"q": "a"}).status_code == 200
    model = {"problem": Problem, "testcase": TestCase, "submission": Submission, "prerequisite": Prerequisite}.get(name)
    if model:
        assert boss.get(url(f"{name}_change", model.objects.first().pk)).status_code == 200


def upload(path):
    return SimpleUploadedFile(path.name, path.read_bytes())


def test_a_package_is_imported(boss, tmp_path):
    assert boss.get(url("problem_package")).status_code == 200
    done = boss.post(url("problem_package"), {"file": upload(zipped(tmp_path / "p.zip", SUM)), "slug": "plus"})
    assert done.status_code == 302
    assert Problem.objects.get(slug="plus").tests.count() == 2


def test_a_bad_package_is_refused_with_its_reason(boss, tmp_path):
    path = zipped(tmp_path / "p.zip", {**SUM, "../x": ""})
    done = boss.post(url("problem_package"), {"file": upload(path)})
    assert done.status_code == 400
    assert "leads out of the package" in done.content.decode()
    assert not Problem.objects.exists()


def test_test_data_is_replaced(boss, row, tmp_path):
    address = url("problem_test_data", row.pk)
    assert boss.get(address).status_code == 200
    flat = zipped(tmp_path / "t.zip", {"1.in": "1\n", "1.ans": "2\n", "2.in": "2\n", "2.ans": "3\n"})
    assert boss.post(address, {"file": upload(flat)}).status_code == 302
    assert set(row.tests.values_list("name", "is_sample")) == {("secret/1", False), ("secret/2", False)}
    Problem.objects.update(scoring="points")
    data = {name: value for name, value in POINTS.items() if name.startswith("data/")}
    assert boss.post(address, {"file": upload(zipped(tmp_path / "d.zip", data))}).status_code == 302
    assert row.groups.get(name="").points == 100
    bad = boss.post(address, {"file": upload(zipped(tmp_path / "b.zip", {"1.in": ""}))})
    assert bad.status_code == 400
    assert row.tests.count() == 3


def test_tests_are_downloaded_by_staff_alone(boss, client, row, alice):
    test = TestCase.objects.get()
    assert boss.get(url("testcase_file", test.pk, "in")).content == b"1 2\n"
    assert boss.get(url("testcase_file", test.pk, "ans")).content == b"3\n"
    client.force_login(alice)
    assert client.get(url("testcase_file", test.pk, "in")).status_code == 302


def test_code_is_for_staff_with_the_permission(client, row, make_user):
    helper = make_user("helper", is_staff=True)
    client.force_login(helper)
    address = url("submission_change", Submission.objects.get().pk)
    assert client.get(address).status_code == 403
    helper.user_permissions.add(Permission.objects.get(codename="view_submission"))
    assert "secret of alice" in client.get(address).content.decode()
    assert client.post(address, {"code": "x"}).status_code == 403
    assert client.get(url("problem_package")).status_code == 403
    assert client.get(url("problem_test_data", row.pk)).status_code == 403


def test_actions(boss, row):
    def act(name, model, keys):
        boss.post(url(f"{model}_changelist"), {"action": name, "_selected_action": keys})

    act("judge_again", "submission", [Submission.objects.get().pk])
    assert (Submission.objects.get().status, Submission.objects.get().rejudge) == ("queued", 1)
    Submission.objects.update(status="done")
    act("judge_again", "problem", [row.pk])
    assert Submission.objects.get().rejudge == 2
    act("withdraw", "problem", [row.pk])
    entry = CatalogueEntry.objects.get(domain="problems", item_id=str(row.pk))
    assert (Problem.objects.get().status, entry.listed) == ("draft", False)
    act("publish", "problem", [row.pk])
    assert Problem.objects.get().status == "published"


def test_deleting_a_submission_keeps_the_numbers_right(boss, row, alice):
    Problem.objects.update(submission_count=1, tried_count=1, solved_count=1)
    boss.post(url("submission_delete", Submission.objects.get().pk), {"post": "yes"})
    row.refresh_from_db()
    assert (row.submission_count, row.tried_count, row.solved_count) == (0, 0, 0)


def test_the_graph_is_staffs(boss):
    edge = Prerequisite.objects.filter(source="given").first()
    data = {"before": edge.before_id, "after": edge.after_id, "weight": "0"}
    assert boss.post(url("prerequisite_change", edge.pk), data).status_code == 302
    edge.refresh_from_db()
    assert (edge.weight, edge.source) == (0, "staff")
    same = {"before": edge.before_id, "after": edge.before_id, "weight": "1"}
    assert boss.post(url("prerequisite_change", edge.pk), same).status_code == 200


def test_a_folder_is_no_upload(boss, tmp_path):
    folder(tmp_path / "x", {"a": "b"})
    assert boss.post(url("problem_package"), {}).status_code == 400
