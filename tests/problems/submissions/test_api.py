"""REST of submissions: who may send and read what, limits, bad input."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import Permission

from ml import parameters
from problems.models import Submission, Trial
from problems.services import submissions
from problems.tasks import judge_waiting
from tests.problems import make
from tests.problems.submissions.conftest import RIGHT

BASE = "/api/v1"


def post(client, code=RIGHT, key="sum", kind="submissions", **fields):
    body = json.dumps({"language": "python3", "code": code, **fields})
    return client.post(f"{BASE}/problems/{key}/{kind}/", body, content_type="application/json")


def test_sending_in_and_asking_until_it_is_done(alice, problem, api_for):
    client = api_for(alice)
    answer = post(client)
    assert answer.status_code == 202
    assert answer.json() == {"id": Submission.objects.get().pk, "status": "queued"}
    address = f"{BASE}/submissions/{answer.json()['id']}/"
    waiting = client.get(address).json()
    assert (waiting["status"], waiting["verdict"], waiting["tests"]) == ("queued", None, [])
    assert waiting["judge"]
    judge_waiting()
    done = client.get(address).json()
    assert (done["status"], done["verdict"], done["points"], done["judge"]) == ("done", "AC", None, "")
    assert set(done["tests"][0]) == {"name", "verdict", "time_ms", "memory_kb", "sample", "stderr", "message"}
    assert set(done["tests"][1]) == {"name", "verdict", "time_ms", "memory_kb", "sample"}
    assert done["code"] == RIGHT


def test_the_problem_is_found_by_id_too(alice, problem, api_for):
    assert post(api_for(alice), key=problem.pk).status_code == 202
    assert post(api_for(alice), key="nothing").status_code == 404
    assert post(api_for(alice), key="9" * 30).status_code == 404


def test_drafts_take_programs_from_staff_alone(alice, staff, problem, api_for):
    problem.status = "draft"
    problem.save()
    assert post(api_for(alice)).status_code == 404
    assert post(api_for(staff)).status_code == 202
    judge_waiting()
    assert Submission.objects.get().verdict == "AC"
    assert Submission.objects.get().event_id is None


def test_nobody_reads_anothers_program(alice, bob, charlie, staff, problem, api, api_for):
    row = submissions.submit(user=bob, problem=problem, code=RIGHT)
    trial = submissions.run_samples(user=bob, problem=problem, code=RIGHT)
    addresses = [f"{BASE}/submissions/{row.pk}/", f"{BASE}/trials/{trial.pk}/"]
    assert [api_for(bob).get(address).status_code for address in addresses] == [200, 200]
    assert [api_for(alice).get(address).status_code for address in addresses] == [404, 404]
    assert [api.get(address).status_code for address in addresses] == [401, 401]
    assert post(api).status_code == 401
    assert api_for(staff).get(addresses[0]).status_code == 200
    charlie.is_staff = True
    charlie.save()
    assert api_for(charlie).get(addresses[0]).status_code == 404
    charlie.user_permissions.add(Permission.objects.get(codename="view_submission"))
    assert api_for(type(charlie).objects.get(pk=charlie.pk)).get(addresses[0]).status_code == 200
    assert api_for(alice).get(f"{BASE}/submissions/").json()["results"] == []
    assert RIGHT not in api_for(alice).get(f"{BASE}/submissions/?problem=sum").content.decode()


def test_the_list_is_ones_own_by_problem_in_three_queries(alice, bob, problem, api_for, django_assert_num_queries):
    other = make.problem("other")
    rows = [make.submission(alice, problem) for _number in range(25)] + [make.submission(bob, problem)]
    make.submission(alice, other)
    client = api_for(alice)
    with django_assert_num_queries(1):
        page = client.get(f"{BASE}/submissions/").json()
    assert len(page["results"]) == 20
    assert page["results"][0]["problem"] == "other"
    assert "code" not in page["results"][0]
    assert [row["id"] for row in client.get(f"{BASE}/submissions/?problem=sum&n=2").json()["results"]] == [
        rows[24].pk,
        rows[23].pk,
    ]
    assert client.get(f"{BASE}/submissions/?problem={other.pk}").json()["results"][0]["verdict"] == "WA"
    assert client.get(f"{BASE}/submissions/?problem=nothing").status_code == 400
    assert client.get(f"{BASE}/submissions/?cursor=rubbish").status_code == 404


def test_the_list_filters_by_verdict_status_and_language(alice, problem, api_for):
    client, wrong = api_for(alice), make.submission(alice, problem)
    waiting = submissions.submit(user=alice, problem=problem, code=RIGHT)
    found = {
        query: [row["id"] for row in client.get(f"{BASE}/submissions/?{query}").json()["results"]]
        for query in ("verdict=WA", "verdict=AC", "status=queued", "status=done", "language=python3")
    }
    assert found == {
        "verdict=WA": [wrong.pk], "verdict=AC": [], "status=queued": [waiting.pk], "status=done": [wrong.pk],
        "language=python3": [waiting.pk, wrong.pk],
    }  # fmt: skip
    for query in ("verdict=perfect", "status=lost", "language=cobol"):
        refused = client.get(f"{BASE}/submissions/?{query}")
        assert (refused.status_code, query.split("=")[0] in refused.json()["errors"]) == (400, True)


BAD = {
    "empty": "",
    "blank": " \n\t\n",
    "a-megabyte": "x = 1\n" * 180_000,
    "one-byte-too-many": "#" * (64 * 1024 + 1),
    "nul": "print(1)\0",
    "lone-surrogate": "print('\ud800')",
    "number": 5,
    "list": ["print(1)"],
    "null": None,
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("kind", ["submissions", "trials"])
def test_bad_programs_are_refused_by_name(alice, problem, api_for, kind, name):
    answer = post(api_for(alice), BAD[name], kind=kind)
    if name == "number":  # JSON's numbers are taken for text, as everywhere in the API
        assert answer.status_code == 202
        return
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["code"]
    assert not Submission.objects.exists()
    assert not Trial.objects.exists()


@pytest.mark.parametrize("language", ["python2", "c", "", None, "'; --"], ids=str)
def test_unknown_languages_are_refused(alice, problem, api_for, language):
    answer = post(api_for(alice), language=language)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["language"]


@pytest.mark.parametrize(
    "code", [b"\xff\xfe\x00", "print('한글')".encode("euc-kr"), b"\x00", b""], ids=["bom", "euc-kr", "nul", "empty"]
)
def test_bytes_that_are_no_text_are_refused_by_the_service(alice, problem, code):
    with pytest.raises(submissions.ValidationError):
        submissions.submit(user=alice, problem=problem, code=code)


def test_the_largest_program_is_taken(alice, problem, api_for):
    assert post(api_for(alice), "#" * (64 * 1024)).status_code == 202


def test_a_problem_without_tests_is_a_conflict(alice, problem, api_for):
    problem.tests.all().delete()
    assert post(api_for(alice)).status_code == 409
    assert post(api_for(alice), kind="trials").status_code == 409
    assert post(api_for(alice), kind="trials", input="1 2").status_code == 202


def test_how_many_may_wait_is_a_parameter(alice, bob, problem, api_for, settings):
    settings.THROTTLED = True
    assert [post(api_for(alice)).status_code for _number in range(6)] == [202] * 5 + [429]
    assert post(api_for(bob)).status_code == 202
    parameters.set("problems.judge", "waiting", 6)
    assert [post(api_for(alice)).status_code for _number in range(2)] == [202, 429]


def test_how_many_come_in_a_minute_is_a_parameter(alice, problem, api_for, settings):
    settings.THROTTLED = True
    parameters.set("problems.judge", "per_minute", 3)
    for kind in ("submissions", "trials", "submissions"):
        assert post(api_for(alice), kind=kind).status_code == 202
    judge_waiting()
    answer = post(api_for(alice))
    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 62
    assert "3" in answer.json()["detail"]
    settings.THROTTLED = False
    assert post(api_for(alice)).status_code == 202


def test_trials_tell_what_the_program_printed(alice, problem, api_for):
    client = api_for(alice)
    own = post(client, kind="trials", input="2 3\n").json()["id"]
    judge_waiting()
    answer = client.get(f"{BASE}/trials/{own}/").json()
    assert (answer["status"], answer["verdict"], answer["tests"][0]["output"]) == ("done", "AC", "5\n")
