"""The preview of a draft: feeds before and after without touching production, evaluations in the queue, who may what."""

import datetime as dt
import json
import socket

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ml import drafts, parameters, roles
from recommendations import personal, preview, preview_change, preview_measures, preview_runs, selectors
from recommendations.bulk import record_many
from recommendations.domains import domains
from recommendations.models import Event, PreviewRun
from recommendations.preview_change import Change
from tests.recommendations.conftest import FOOD, SPORT, unsaved

pytestmark = pytest.mark.django_db
SCOPE = "activities.for-you"
PAGE = "/admin/recommendations/previewrun/"


@pytest.fixture
def domain():
    return domains["activities"]


@pytest.fixture
def feed(domain):
    return domain.feed("for-you")


@pytest.fixture
def draft(trained, alice):
    return drafts.create("Fresher", {SCOPE: {"fresh": 9.0, "text": 0.0}}, alice)


@pytest.fixture
def tastes(make_user, activities, domain):
    """Ten members, half of each taste, who look at and like six items one after the other; the first likes both."""
    start, events, made = timezone.now() - dt.timedelta(hours=20), [], []
    for number in range(10):
        made.append(user := make_user(f"m{number}"))
        rows = activities[FOOD if number % 2 else SPORT][: 3 if number == 0 else 6]
        for step, row in enumerate([*rows, *(activities[FOOD][:3] if number == 0 else [])]):
            at = start + dt.timedelta(minutes=60 * step + number)
            events += [unsaved(user, row, "view", at), unsaved(user, row, "like", at + dt.timedelta(seconds=9))]
    record_many(domain, events)
    return made


@pytest.fixture(autouse=True)
def nothing_kept():
    preview_measures._fits.kept.clear()


@pytest.fixture
def client():
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def as_role(client, make_user):
    def log_in(role):
        user = make_user(f"r{role[:5].strip()}", is_staff=True)
        if role:
            user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        return client

    return log_in


# -- feeds side by side --------------------------------------------------------------------------------------------------


def test_the_preview_is_what_members_see_once_it_is_published(draft, domain, feed, bob):
    found = preview.compare(domain, feed, preview_change.of(draft, domain, feed), bob)
    assert [place.id for place in found.before] == [
        item.id for item in selectors.feed("activities", "for-you", user=bob).items
    ]
    drafts.publish(draft.pk, 1)
    assert [place.id for place in found.after] == [
        item.id for item in selectors.feed("activities", "for-you", user=bob).items
    ]


def test_nothing_of_production_is_touched(draft, domain, feed, tastes):
    change = preview_change.of(draft, domain, feed)
    preview.compare(domain, feed, change, tastes[0])
    with CaptureQueriesContext(connection) as queries:
        preview.compare(domain, feed, change, tastes[0])
    assert [q["sql"] for q in queries if not q["sql"].lstrip().startswith(("SELECT", "SAVEPOINT", "RELEASE"))] == []
    assert parameters.get(SCOPE)["fresh"] != 9.0


def test_what_moved_and_why(draft, domain, feed, tastes):
    found = preview.compare(domain, feed, preview_change.of(draft, domain, feed), tastes[0])
    assert not found.same
    moved = [place for place in found.after if place.moved]
    assert moved
    for place in moved:
        assert place.other > len(found.before) or found.before[place.other - 1].id == place.id
    named = {str(label) for place in found.after for label, _change in place.why}
    assert str(parameters.declared(SCOPE, "fresh").label) in named


def test_without_a_change_both_sides_are_the_same(trained, domain, feed, bob):
    draft = drafts.create("Elsewhere", {"clubs.verbs": {"view": 0.7}})
    found = preview.compare(domain, feed, preview_change.of(draft, domain, feed), bob)
    assert found.same
    assert all(place.moved == 0 and place.why == [] for place in found.after)
    assert preview.elsewhere(draft, domain, feed) == ["clubs.verbs"]


def test_typical_members_are_found(tastes, domain, bob):
    found = preview.typical(domain)
    assert found["newcomer"] == bob
    assert found["fan"] in tastes[1:]
    assert found["regular"] in tastes
    assert found["regular"] != found["fan"]


def test_typical_members_of_an_empty_site(db, domain):
    assert preview.typical(domain) == {}


def test_members_by_name(alice, bob):
    assert preview.members_named(" alice, bob@moa.example,alice ,nobody") == ([alice, bob], ["nobody"])


def test_members_are_found_by_part_of_their_name(alice, bob, make_user):
    make_user("gone", is_active=False)
    assert preview.members_like("bo") == [bob]
    assert preview.members_like("moa.exam")[:2] == [alice, bob]
    assert preview.members_like("gone") == preview.members_like("a") == preview.members_like(" ") == []


# -- weights of verbs and settings of trainings -----------------------------------------------------------------------


def test_weights_are_previewed_as_if_all_had_been_learned_with_them(trained, tastes, domain, feed):
    draft = drafts.create("Looks count little", {"activities.verbs": {"view": -2.0, "like": 0.0}})
    change = preview_change.of(draft, domain, feed)
    assert (change.weights, change.named) == ({"view": -2.0, "like": 0.0}, [])
    before = personal.digest_of(personal.load(tastes[0].pk, domain))
    found = preview.compare(domain, feed, change, tastes[0])
    assert not found.same
    assert personal.digest_of(personal.load(tastes[0].pk, domain)) == before


def test_what_is_rebuilt_is_what_would_have_been_learned(trained, tastes, domain, make_user, activities):
    from ml import parameters as values

    weights = {"view": 2.5, "like": 0.0}
    for verb, weight in weights.items():
        values.set("activities.verbs", verb, weight)
    twin, events = make_user("twin"), []
    for event in Event.objects.filter(user=tastes[3]).order_by("sequence"):
        events.append(unsaved(twin, domain.get_queryset().get(pk=event.item_id), event.verb, event.occurred_at))
    record_many(domain, events)
    learned = personal.load(twin.pk, domain)
    again = preview_change.relearned(tastes[3].pk, domain, weights)
    assert personal.digest_of(again) == personal.digest_of(learned)
    assert again["events"] == learned["events"]


def test_what_was_forgotten_or_came_in_a_pause_stays_unlearned(trained, tastes, domain, activities):
    from recommendations import services

    event = Event.objects.filter(user=tastes[2], verb="like").first()
    services.forget_event(tastes[2], event.pk)
    services.pause(tastes[2], domain.name)
    services.record_event(user=tastes[2], domain=domain.name, item=activities[FOOD][-1], verb="like")
    now = personal.load(tastes[2].pk, domain)
    again = preview_change.relearned(tastes[2].pk, domain, {"like": 3.0})  # what it weighs now
    assert personal.digest_of(again) == personal.digest_of(now)
    assert again["events"] == now["events"]


def test_settings_of_trainings_are_compared_by_training_twice(trained, tastes, domain, feed):
    draft = drafts.create(
        "Smoother", {"ml.naive_bayes": {"word_weight": 0.0, "alpha": 50.0}, "activities.models": {"item_item": ""}}
    )
    change = preview_change.of(draft, domain, feed)
    assert set(change.training) == {"naive_bayes", "item_item"}
    assert change.training["naive_bayes"]["alpha"] == 50.0
    assert preview.compare(domain, feed, change, tastes[0]).same
    stages = []
    found = preview_measures.measure(domain, feed, change, lambda share, stage: stages.append(share))
    assert stages == sorted(stages)
    assert {tuple(row["difference"]) for row in found["rows"].values()} != {(0.0, 0.0, 0.0)}
    assert Change.unpacked(change.before, json.loads(json.dumps(change.packed()))) == change


# -- on recent events ----------------------------------------------------------------------------------------------------


def test_an_evaluation_measures_both_sides_with_intervals(draft, tastes, domain, feed, alice):
    shares = []
    change = preview_change.of(draft, domain, feed)
    found = preview_measures.measure(domain, feed, change, lambda share, stage: shares.append((share, stage)))
    assert set(found["rows"]) == {"hit_rate", "ndcg", "intra_list_distance", "coverage", "gini"}
    for row in found["rows"].values():
        for mean, low, high in row.values():
            assert low - 1e-9 <= mean <= high + 1e-9
        assert row["difference"][0] == pytest.approx(row["after"][0] - row["before"][0])
    assert [share for share, _stage in shares] == sorted(share for share, _stage in shares)
    assert {stage for _share, stage in shares} >= {"read", "fit", "compare"}
    json.dumps(found)


def test_equal_parameters_differ_by_nothing(tastes, domain, feed):
    before = parameters.get(SCOPE)
    found = preview_measures.measure(domain, feed, Change(before, before), lambda share, stage: None)
    assert {tuple(row["difference"]) for row in found["rows"].values()} == {(0.0, 0.0, 0.0)}


def test_the_second_evaluation_fits_nothing_and_says_the_same(draft, tastes, domain, feed, monkeypatch):
    change = preview_change.of(draft, domain, feed)
    first = preview_measures.measure(domain, feed, change, lambda share, stage: None)

    def refuse(*_args):
        raise AssertionError("fitted again")

    monkeypatch.setattr(preview_measures._fits, "put", refuse)
    assert preview_measures.measure(domain, feed, change, lambda share, stage: None) == first
    monkeypatch.setattr(preview_measures, "KEEP", 0.0)
    with pytest.raises(AssertionError, match="fitted again"):
        preview_measures.measure(domain, feed, change, lambda share, stage: None)


def test_coverage_and_gini_agree_with_their_definitions():
    import numpy as np

    from ml.evaluation import diversity

    lists = [[0, 1, 2], [0, 1, 3], [0, 4, 5]]
    found = preview_measures._spread([lists, lists], np.array([7, 7, 9]), 12)
    assert found["coverage"]["before"][0] == pytest.approx(diversity.coverage(lists, 12))
    assert found["gini"]["after"][0] == pytest.approx(diversity.gini(lists, 12))


def test_on_no_data_it_says_so(trained, domain, feed, draft):
    run = preview_runs.queue(draft, domain, feed)
    preview_runs.work(run.pk)
    run.refresh_from_db()
    assert (run.status, run.result) == ("failed", None)
    assert "0" in run.error
    assert "20" in run.error


def test_a_run_is_done_once_and_twice_is_refused(draft, tastes, domain, feed, alice):
    run = preview_runs.queue(draft, domain, feed, alice)
    with pytest.raises(preview_runs.AlreadyRunning):
        preview_runs.queue(draft, domain, feed, alice)
    preview_runs.work(run.pk)
    run.refresh_from_db()
    assert (run.status, run.percent, run.error) == ("done", 100, "")
    PreviewRun.objects.filter(pk=run.pk).update(result=None)
    preview_runs.work(run.pk)  # delivered again
    run.refresh_from_db()
    assert run.result is None
    preview_runs.queue(draft, domain, feed, alice)


def test_a_cancelled_run_ends_at_its_next_step(draft, tastes, domain, feed, monkeypatch):
    run = preview_runs.queue(draft, domain, feed)
    fit = preview_measures._Watched.fit

    def cancelling(self, *args):
        preview_runs.cancel(run)
        return fit(self, *args)

    monkeypatch.setattr(preview_measures._Watched, "fit", cancelling)
    preview_runs.work(run.pk)
    run.refresh_from_db()
    assert (run.status, run.result) == ("cancelled", None)
    assert not preview_runs.cancel(run)


def test_a_crash_is_said_and_blocks_nobody(draft, tastes, domain, feed, monkeypatch):
    def crash(*args, **kwargs):
        raise MemoryError("no room")

    monkeypatch.setattr(preview_measures, "log_of", crash)
    run = preview_runs.queue(draft, domain, feed)
    preview_runs.work(run.pk)
    run.refresh_from_db()
    assert (run.status, run.error) == ("failed", "MemoryError: no room")
    preview_runs.queue(draft, domain, feed)


def test_a_run_whose_process_is_gone_blocks_nobody(draft, domain, feed, settings):
    run = preview_runs.queue(draft, domain, feed)
    long_ago = timezone.now() - dt.timedelta(seconds=settings.Q_CLUSTER["timeout"] + 1)
    PreviewRun.objects.filter(pk=run.pk).update(status="running", updated_at=long_ago)
    preview_runs.queue(draft, domain, feed)
    run.refresh_from_db()
    assert run.status == "failed"


@pytest.mark.parametrize("way", ["task", "page"])
def test_a_run_whose_worker_was_restarted_begins_again(draft, tastes, domain, feed, client, staff, way):
    run = preview_runs.queue(draft, domain, feed)
    gone = {"status": "running", "progress": 0.4, "result": {"owner": f"{socket.gethostname()}:999999999:1"}}
    PreviewRun.objects.filter(pk=run.pk).update(**gone)
    if way == "page":
        client.force_login(staff)
        page = client.get(f"{PAGE}{run.pk}/progress/").content.decode()
        assert "the worker was restarted" in page
    preview_runs.work(run.pk)
    run.refresh_from_db()
    assert (run.status, set(run.result)) == ("done", {"events", "members", "k", "rows"})


def test_a_run_that_is_at_work_is_not_begun_twice(draft, tastes, domain, feed):
    from ml import runs

    run = preview_runs.queue(draft, domain, feed)
    PreviewRun.objects.filter(pk=run.pk).update(status="running", result={"owner": runs.me()})
    run.refresh_from_db()
    assert not preview_runs.revive(run)
    preview_runs.work(run.pk)
    run.refresh_from_db()
    assert run.status == "running"


# -- the admin -----------------------------------------------------------------------------------------------------------

MAY = {"": set(), roles.VIEWER: {"open"}, roles.EDITOR: {"open", "choose", "start", "cancel"}}
MAY[roles.MANAGER] = MAY[roles.EDITOR]


@pytest.mark.parametrize("role", list(MAY), ids=lambda role: role or "none")
def test_who_may_do_what(as_role, role, draft, tastes, domain, feed):
    client, done = as_role(role), set()
    page = client.get(f"{PAGE}draft/{draft.pk}/?members=m3")
    if page.status_code == 200:
        done.add("open")
        text = page.content.decode()
        assert "One-category fan" in text or "m3" in text
        if "m3" in text:
            done.add("choose")
    found = client.get(f"{PAGE}draft/{draft.pk}/members/?q=m&feed={SCOPE}")
    assert (
        found.status_code == 200 and "m3" in client.get(f"{PAGE}draft/{draft.pk}/members/?q=m3").content.decode()
    ) == ("choose" in done)
    client.post(f"{PAGE}draft/{draft.pk}/start/", {"feed": SCOPE})
    if PreviewRun.objects.exists():
        done.add("start")
    run = PreviewRun.objects.first() or preview_runs.queue(draft, domain, feed)
    assert (client.get(f"{PAGE}{run.pk}/progress/").status_code == 200) == ("open" in done)
    client.post(f"{PAGE}{run.pk}/cancel/")
    run.refresh_from_db()
    if run.status == "cancelled":
        done.add("cancel")
    assert done == MAY[role]


def test_members_and_visitors_see_none_of_it(client, draft, alice):
    for address in (f"{PAGE}draft/{draft.pk}/", f"{PAGE}draft/{draft.pk}/start/", PAGE):
        client.logout()
        assert client.get(address).status_code == 302
        client.force_login(alice)
        assert client.get(address).status_code == 302


def test_the_page_shows_both_sides_progress_and_result(client, staff, draft, tastes, domain, feed):
    client.force_login(staff)
    assert f"{PAGE}draft/{draft.pk}/" in client.get(f"/admin/ml/parameterdraft/{draft.pk}/change/").content.decode()
    page = client.get(f"{PAGE}draft/{draft.pk}/?feed={SCOPE}&members=m1,nobody").content.decode()
    for text in ("before", "after", "m1", "nobody", "Not evaluated yet"):
        assert text in page
    client.post(f"{PAGE}draft/{draft.pk}/start/", {"feed": SCOPE})
    run = PreviewRun.objects.get()
    assert "hx-get" in client.get(f"{PAGE}{run.pk}/progress/").content.decode()
    preview_runs.work(run.pk)
    page = client.get(f"{PAGE}{run.pk}/progress/").content.decode()
    assert "hx-get" not in page
    assert "Evaluate again" in page
    for text in ("Hit rate", "NDCG", "Variety within a list", "Coverage", "Gini", "95 %"):
        assert text in page
    drafts.save(draft.pk, 1, {SCOPE: {"near": 1.0}})
    assert "the draft has changed since" in client.get(f"{PAGE}{run.pk}/progress/").content.decode()


@pytest.mark.parametrize(
    "query", ["feed=x", "feed=activities.similar", "members=%00", "members=,,,", "feed=" + "a" * 5000]
)
def test_nonsense_shows_the_first_feed(client, staff, draft, query):
    client.force_login(staff)
    assert client.get(f"{PAGE}draft/{draft.pk}/?{query}").status_code == 200
    assert client.get(f"{PAGE}draft/99999/?{query}").status_code == 404
    assert client.post(f"{PAGE}999/cancel/").status_code == client.get(f"{PAGE}999/progress/").status_code == 404
    assert client.get(f"{PAGE}draft/{draft.pk}/start/").status_code == 403


def test_a_preview_records_no_event(client, staff, draft, tastes):
    client.force_login(staff)
    count = Event.objects.count()
    client.get(f"{PAGE}draft/{draft.pk}/")
    assert Event.objects.count() == count
