"""Pages of problems: what they show, whom they let in, what they cost, and that looking teaches."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from problems.models import Like, Submission, Trial
from recommendations.models import Event
from tests.problems import make

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def problem(db):
    return make.problem()


@pytest.fixture
def as_user(client):
    """Return a function that logs the client in."""

    def login(user):
        client.force_login(user)
        return client

    return login


def found(response):
    return [row.slug for row in response.context["page"].object_list]


@pytest.fixture
def three(db, alice):
    """An easy one that alice has solved, a silver one that she has tried, a gold one."""
    easy = make.problem("easy", level=2, tags=("math",))
    silver = make.problem("silver", level=7, tags=("dp", "math"), title_ko="배낭", title_en="Knapsack")
    make.problem("gold", level=13, tags=("dp",), title_ko="최단 경로", title_en="Shortest way")
    make.solved(alice, easy)
    silver.attempts.create(user=alice, tries=2, last_failed_at=timezone.now())


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("", ["gold", "silver", "easy"]),
        ("q=배낭", ["silver"]),
        ("q=SHORTEST+way", ["gold"]),
        ("q=nothing", []),
        ("tag=dp", ["gold", "silver"]),
        ("tag=dp&tag=math", ["silver"]),
        ("tier=gold", ["gold"]),
        ("level_from=3&level_to=8", ["silver"]),
        ("level_from=7&level_to=7", ["silver"]),
        ("sort=easy", ["easy", "silver", "gold"]),
        ("state=solved", ["easy"]),
        ("state=tried", ["silver"]),
        ("state=unsolved", ["gold", "silver"]),
        ("page=99", ["gold", "silver", "easy"]),
        ("page=x", ["gold", "silver", "easy"]),
    ],
)
def test_filters(as_user, alice, three, query, slugs):
    response = as_user(alice).get(reverse("problems:list") + "?" + query)
    assert (response.status_code, found(response)) == (200, slugs)


@pytest.mark.parametrize(
    ("query", "culprit"),
    [
        ("tag=nosuch", "tag"),
        ("tag=a%00b", "tag"),
        ("tier=diamond", "tier"),
        ("level_from=16", "level_from"),
        ("level_to=x", "level_to"),
        ("level_from=9&level_to=3", "level_to"),
        ("sort=odd", "sort"),
        ("q=" + "x" * 101, "q"),
        ("q=a%00b", "q"),
    ],
)
def test_meaningless_filters_are_named(client, three, query, culprit):
    response = client.get(reverse("problems:list") + "?" + query)
    assert (response.status_code, list(response.context["form"].errors)) == (400, [culprit])


def test_the_list_marks_what_is_solved_and_htmx_gets_the_results_alone(as_user, alice, three):
    page = as_user(alice).get(reverse("problems:list"), **HTMX).content.decode()
    assert ("<html" in page, page.count("badge-jade"), page.count("badge-warm")) == (False, 1, 1)


def test_visitors_have_no_filter_by_progress(client, three):
    response = client.get(reverse("problems:list") + "?state=solved")
    assert found(response) == ["gold", "silver", "easy"]
    assert "state" not in response.context["form"].fields


@pytest.mark.parametrize(("language", "title"), [("ko", "두 수의 합"), ("en", "Sum of two")])
def test_a_problem_is_shown_in_the_readers_language_or_the_wanted_one(client, problem, language, title):
    other = "en" if language == "ko" else "ko"
    url = problem.get_absolute_url()
    assert client.get(url, HTTP_ACCEPT_LANGUAGE=language).context["text"]["title"] == title
    page = client.get(f"{url}?lang={language}", HTTP_ACCEPT_LANGUAGE=other, **HTMX)
    assert page.context["text"]["title"] == title
    assert "<html" not in page.content.decode()
    assert client.get(f"{url}?lang=xx", HTTP_ACCEPT_LANGUAGE=language).context["text"]["title"] == title


def test_a_problem_in_one_language_has_no_switch(client, db):
    problem = make.problem(title_en="", statement_en="")
    response = client.get(problem.get_absolute_url(), HTTP_ACCEPT_LANGUAGE="en")
    assert (response.context["text"]["title"], list(response.context["text"]["languages"])) == ("두 수의 합", ["ko"])


def test_looking_teaches_members_and_visitors_but_not_fragments_and_prefetches(client, bob, problem):
    url = problem.get_absolute_url()
    client.get(url)
    client.head(url)
    client.get(url, HTTP_SEC_PURPOSE="prefetch")
    client.get(url + "?lang=en", **HTMX)
    assert Event.objects.filter(verb="view", domain="problems", user=None).count() == 1
    client.force_login(bob)
    client.get(url)
    assert Event.objects.filter(verb="view", domain="problems", user=bob).count() == 2  # with the one from before


def test_drafts_are_hidden(as_user, client, alice, staff, db):
    draft = make.problem("draft", status="draft")
    paths = [reverse(f"problems:{name}", args=["draft"]) for name in ("detail", "similar", "roadmap")]
    assert [client.get(path).status_code for path in paths] == [404, 404, 404]
    client = as_user(alice)
    assert [client.get(path).status_code for path in paths] == [404, 404, 404]
    posts = [reverse(f"problems:{name}", args=["draft"]) for name in ("submit", "run", "react")]
    assert [client.post(path, {"code": "x"}).status_code for path in posts] == [404, 404, 404]
    assert found(client.get(reverse("problems:list"))) == []
    client = as_user(staff)
    assert client.get(draft.get_absolute_url()).status_code == 200
    assert Event.objects.filter(domain="problems").count() == 0


def test_sending_in_and_following(as_user, bob, problem):
    client = as_user(bob)
    response = client.post(reverse("problems:submit", args=["sum"]), {"code": "print(1)\r\n"}, **HTMX)
    sent = Submission.objects.get()
    assert (sent.user, sent.code, sent.status) == (bob, "print(1)\n", "queued")
    state = reverse("problems:state", args=[sent.pk])
    assert f'hx-get="{state}"' in response.content.decode()
    assert "judged" not in client.get(state, **HTMX).headers.get("HX-Trigger", "")
    Submission.objects.update(status="done", verdict="AC", tests_total=1)
    response = client.get(state, **HTMX)
    assert ("hx-get" in response.content.decode(), "judged" in response["HX-Trigger"]) == (False, True)
    assert client.post(reverse("problems:submit", args=["sum"]), {"code": "x"}).url.startswith("/problems/submissions/")


@pytest.mark.parametrize("code", ["", "   \n", "a\x00b", "x" * 70_000])
def test_bad_code_is_refused_with_a_sentence(as_user, bob, problem, code):
    client, url = as_user(bob), reverse("problems:submit", args=["sum"])
    response = client.post(url, {"code": code}, **HTMX)
    assert 'role="alert"' in response.content.decode()
    assert client.post(url, {"code": code}).url == problem.get_absolute_url()
    assert "cobol" in client.post(url, {"code": "x", "language": "cobol"}, **HTMX).content.decode()
    assert Submission.objects.count() == 0


def test_samples_and_own_inputs_are_tried(as_user, bob, problem):
    client, url = as_user(bob), reverse("problems:run", args=["sum"])
    client.post(url, {"code": "print(3)", "input": "unused"}, **HTMX)
    assert Trial.objects.get().input is None
    trial = Trial.objects.all()
    fact = {"name": "sample/1", "verdict": "WA", "time_ms": 9, "memory_kb": 9000, "output": "<b>4", "stderr": "oops"}
    trial.update(status="done", verdict="WA", tests=[fact], tests_total=1)
    page = client.get(reverse("problems:trial", args=[trial.get().pk]), **HTMX).content.decode()
    assert ["&lt;b&gt;4" in page, "oops" in page, ">3\n</pre>" in page, "hx-get" in page] == [True, True, True, False]
    assert client.post(url, {"code": "print(3)", "input": "7", "own_input": "1"}).status_code == 302
    assert Trial.objects.first().input == "7"


def test_nobody_sees_anothers_submissions(as_user, alice, bob, staff, problem):
    """Not even staff: they have the admin, which says who may."""
    sent = make.submission(bob, problem)
    trial = Trial.objects.create(user=bob, problem=problem, code="secret of bob")
    paths = [
        reverse("problems:submission", args=[sent.pk]),
        reverse("problems:state", args=[sent.pk]),
        reverse("problems:trial", args=[trial.pk]),
    ]
    for user in (alice, staff):
        client = as_user(user)
        assert [client.get(path).status_code for path in paths] == [404, 404, 404]
        for path in (
            reverse("problems:submissions"),
            reverse("problems:own", args=["sum"]),
            reverse("problems:progress"),
            problem.get_absolute_url() + f"?from={sent.pk}",
        ):
            page = client.get(path).content.decode()
            assert ("secret of bob" in page, sent.get_absolute_url() in page) == (False, False), path
    client = as_user(bob)
    assert [client.get(path).status_code for path in paths] == [200, 200, 200]
    assert "&lt;secret of bob&gt;" in client.get(paths[0]).content.decode()
    assert "secret of bob" in client.get(problem.get_absolute_url() + f"?from={sent.pk}").content.decode()
    client.logout()
    assert [client.get(path).status_code for path in paths] == [302, 302, 302]


@pytest.mark.parametrize("key", ["0", "9" * 18, "9" * 30])
def test_submissions_that_never_were(as_user, alice, problem, key):
    client = as_user(alice)
    for name in ("submission", "state", "trial"):
        assert client.get(f"/problems/{'trials' if name == 'trial' else 'submissions'}/{key}/").status_code == 404
    assert client.get(problem.get_absolute_url() + f"?from={key}").status_code == 200


@pytest.mark.parametrize("name", ["submit", "run", "react"])
def test_visitors_are_sent_to_the_login(client, problem, name):
    url = reverse(f"problems:{name}", args=["sum"])
    assert client.post(url).status_code == 302
    assert "login" in client.post(url, **HTMX)["HX-Redirect"]
    assert client.get(url).status_code in (302, 405)


def test_like_and_not_interested_by_button(as_user, bob, problem):
    client, url = as_user(bob), reverse("problems:react", args=["sum"])
    assert client.post(url, {"action": "like"}, **HTMX).content.decode().count('aria-pressed="true"') == 1
    assert Like.objects.count() == 1
    assert client.post(url, {"action": "dislike"}, **HTMX).content.decode().count('aria-pressed="true"') == 2
    assert client.post(url, {"action": "unlike"}, **HTMX).content.decode().count('aria-pressed="true"') == 1
    assert client.post(url, {"action": "undislike"}).url == problem.get_absolute_url()
    assert "error" in client.post(url, {"action": "king"}, **HTMX)["HX-Trigger"]
    assert (Like.objects.count(), Event.objects.filter(user=bob, forgotten_at=None, verb="dislike").count()) == (0, 0)


def test_no_script_survives_in_a_statement(client, db):
    bad = "<script>alert(1)</script> <img src=x onerror=alert(1)> [x](javascript:alert(1)) $</span><script>$ ok"
    problem = make.problem(title_ko=bad[:100], statement_ko=bad, notes_ko=bad, source=bad[:100])
    page = client.get(problem.get_absolute_url()).content.decode()
    assert [
        word for word in ("<script>alert", "<img src=x", 'href="javascript', "</span><script>") if word in page
    ] == []


def test_samples_of_any_bytes_are_shown(client, db):
    problem = make.problem(samples=[(b"\xff\xfe<b>\x00\n", b"")])
    page = client.get(problem.get_absolute_url()).content.decode()
    assert "&lt;b&gt;" in page


def test_no_judge_is_said(client, problem):
    assert client.get(problem.get_absolute_url()).context["unavailable"]


def test_progress(as_user, alice, problem, db):
    now = timezone.now()
    for number, level in enumerate((2, 6, 12)):
        other = make.problem(f"p-{number}", level=level)
        make.solved(alice, other, now - dt.timedelta(days=2 - number))
        make.submission(alice, other, "AC", queued_at=now - dt.timedelta(days=2 - number))
    response = as_user(alice).get(reverse("problems:progress"))
    figures, heat, curve = (response.context[name] for name in ("figures", "heat", "curve"))
    assert (figures.solved, figures.streak, figures.longest, figures.submissions) == (3, 3, 3, 3)
    assert figures.level == pytest.approx(20 / 3)
    assert (heat.total, heat.active, [point.tier for point in curve.points]) == (3, 3, ["bronze", "silver", "gold"])
    assert " style=" not in response.content.decode()


def test_progress_of_a_newcomer(as_user, bob, problem):
    response = as_user(bob).get(reverse("problems:progress"))
    assert (response.status_code, response.context["curve"], response.context["figures"].streak) == (200, None, 0)
    assert client_redirects(response.client, reverse("problems:progress"))


def client_redirects(client, url):
    client.logout()
    return client.get(url).status_code == 302
