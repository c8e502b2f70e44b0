"""Evaluation by time, row by row: what is asked, that nothing later is known, that it is the same again, what is refused."""

import datetime as dt

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_q.models import OrmQ

from accounts import services as accounts
from accounts.models import User
from ml import outcomes as stored
from ml import registry, runs
from ml.evaluation.outcomes import packed
from ml.families.base import Family
from ml.models import ModelOutcome, ModelVersion, TrainingRun
from recommendations import catalogue, outcomes, pairs, services, tasks
from recommendations.bulk import record_many
from recommendations.data import log_of
from recommendations.domains import domains
from recommendations.replay import NotEvaluated, replay
from recommendations.row_keys import member_hash
from tests.recommendations.conftest import FOOD, SPORT, unsaved

DOMAIN = "activities"


@pytest.fixture
def tastes(make_user, activities):
    """Forty members, half of each taste, who look at and like four items of it one after the other."""
    start, events = timezone.now() - dt.timedelta(hours=20), []
    for number in range(40):
        user = make_user(f"m{number}")
        rows = activities[FOOD if number % 2 else SPORT]
        for step in range(4):
            at = start + dt.timedelta(minutes=60 * step + number, seconds=3 * (number % 7))
            row = rows[(number // 2 + step) % 6]
            events += [unsaved(user, row, "view", at), unsaved(user, row, "like", at + dt.timedelta(seconds=9))]
    record_many(domains[DOMAIN], events)
    return log_of(domains[DOMAIN], catalogue.current(DOMAIN))


def test_every_family_gets_rows_over_the_same_decisions(tastes):
    found = {family: outcomes.evaluate(DOMAIN, family, {}, log=tastes).rows for family in domains[DOMAIN].families}
    first = next(iter(found.values()))
    assert all((rows.key == first.key).all() and (rows.y == first.y).all() for rows in found.values())
    assert first.y.sum() == len(first.key[first.ranked]) >= 10
    assert ((first.score >= 0) & (first.score <= 1)).all()
    assert first.categories[first.category[0]] in {SPORT, FOOD} | set(tastes.snapshot.label_names)
    assert first.groups["history"][0] == ("newcomer", "regular", "fan")


def test_a_family_that_reads_taste_beats_popularity(tastes):
    figures = [outcomes.evaluate(DOMAIN, name, {}, log=tastes).info["figures"] for name in ("item_item", "popularity")]
    assert figures[0]["hit@3"][0] > figures[1]["hit@3"][0]


def test_the_same_again_gives_the_same_bytes(tastes):
    one = packed(outcomes.evaluate(DOMAIN, "content", {}, log=tastes).rows)
    outcomes._last.clear()
    assert packed(outcomes.evaluate(DOMAIN, "content", {}, log=tastes).rows) == one


def test_nothing_later_is_known(tastes):
    found = replay(domains[DOMAIN], tastes)
    for decision in found.decisions:
        assert decision.at >= found.cut
        assert not len(decision.trace) or decision.trace.time.max() <= decision.at
        refs = {tastes.snapshot.catalogue.items[row].id for row in tastes.snapshot.rows[decision.candidates]}
        known = {tastes.snapshot.catalogue.get(ref).id for ref, _liked, _disliked in decision.history}
        assert not refs & known  # neither what was taken nor anything else had been touched
        assert (tastes.snapshot.created[decision.candidates] <= decision.at).all()


def test_keys_do_not_depend_on_what_came_later(tastes):
    """A longer log asks in part about the same decisions, by the same keys."""
    short = replay(domains[DOMAIN], tastes.upto(float(tastes.time[-8])))
    whole = replay(domains[DOMAIN], tastes)
    common = set(short.row_keys.tolist()) & set(whole.row_keys.tolist())
    assert len(common) > len(short.row_keys) / 3


def test_features_are_named_and_finite(tastes):
    names, columns = pairs.features(replay(domains[DOMAIN], tastes))
    assert columns.shape[1] == len(names) == len(set(names))
    assert np.isfinite(columns).all()
    assert {"own_category", "popular", "age"} <= set(names)


def test_standing_is_a_share_of_the_others():
    assert pairs.standing(np.array([1.0, 3.0, 2.0])).tolist() == [0.0, 1.0, 0.5]
    assert pairs.standing(np.array([2.0, 2.0])).tolist() == [0.5, 0.5]
    assert pairs.standing(np.array([2.0])).tolist() == [0.5]


def test_too_few_events_are_said(activities):
    with pytest.raises(NotEvaluated, match="0 events are too few"):
        outcomes.evaluate(DOMAIN, "popularity", {})
    version = tasks.train_family(DOMAIN, "popularity", promote=False)
    assert stored.of(version)[0].note.startswith("0 events are too few")
    assert TrainingRun.objects.get().status == "done"


def test_a_training_keeps_its_rows_and_says_when_nothing_is_new(tastes):
    version = tasks.train_family(DOMAIN, "item_item", promote=False)
    found, rows = stored.of(version)
    assert found.rows == len(rows) > 50
    assert found.info["figures"]["ndcg@8"][1] <= found.info["figures"]["ndcg@8"][0]
    data = bytes(found.data)
    assert tasks.train_family(DOMAIN, "item_item", promote=False).pk == version.pk
    assert bytes(ModelOutcome.objects.get().data) == data
    assert list(TrainingRun.objects.order_by("pk").values_list("again", flat=True)) == [False, True]


def test_an_evaluation_that_breaks_loses_no_model(tastes, monkeypatch):
    monkeypatch.setattr(outcomes, "scores_of", lambda *args: [][0])
    version = tasks.train_family(DOMAIN, "popularity", promote=False)
    assert stored.of(version)[0].note == "IndexError: list index out of range"


def test_the_command_evaluates_a_version_trained_earlier(tastes, capsys):
    version = tasks.train_family(DOMAIN, "content")
    ModelOutcome.objects.all().delete()
    call_command("evaluate_version", DOMAIN, "content", "--model-version", "production")
    assert "ndcg@8" in capsys.readouterr().out
    assert stored.of(version)[1] is not None
    run = TrainingRun.objects.latest("pk")
    assert (run.kind, run.status, run.version) == ("evaluate", "done", version)
    for wrong in (("nothing", "content"), (DOMAIN, "x"), (DOMAIN, "comment_filter"), (DOMAIN, "popularity")):
        with pytest.raises(CommandError):
            call_command("evaluate_version", *wrong)


def test_a_version_that_knows_nothing_of_the_decisions_is_asked_itself(tastes):
    version = tasks.train_family(DOMAIN, "popularity")
    assert not stored.of(version)[0].info["own_base"]
    version.window = {"from": "2001-01-01T00:00:00+00:00", "to": "2001-01-02T00:00:00+00:00"}
    version.save()
    run = runs.claim(runs.queue_run(DOMAIN, "popularity", kind="evaluate", version=version).pk)
    tasks.evaluate_version(version, run)
    assert stored.of(version)[0].info["own_base"]


def test_old_evaluations_are_dropped(tastes, monkeypatch):
    monkeypatch.setattr(stored, "KEPT", 1)
    versions = [tasks.train_family(DOMAIN, "content")]
    base = registry.load(DOMAIN, "content", versions[0].version)
    for number in (1, 2):
        other = registry.save_version(DOMAIN, type(base)("content", {**base.state, "n": number}, {}))
        stored.store(other, stored.Measured(None, note="x"))
        versions.append(other)
    assert set(ModelOutcome.objects.values_list("version", flat=True)) == {versions[0].pk, versions[2].pk}


@pytest.fixture
def pages(staff):
    client = Client(headers={"accept-language": "en"})
    client.force_login(staff)
    return client


COMPARE = "/admin/ml/modelversion/compare/"


def test_two_families_are_compared_over_the_same_rows(tastes, pages):
    a, b = (tasks.train_family(DOMAIN, family) for family in ("content", "popularity"))
    text = pages.get(COMPARE, {"a": a.pk, "b": b.pk}).content.decode()
    for part in (
        "Paired: both answered the same",
        "By category of the item",
        "Calibration",
        "The model in rules",
        "A is better",
    ):
        assert part in text, part
    korean = pages.get(
        COMPARE, {"a": a.pk, "b": b.pk, "rule": "f1"}, headers={"accept-language": "ko"}
    ).content.decode()
    assert "짝지음" in korean
    assert "카테고리" in korean
    itself = pages.get(COMPARE, {"a": a.pk, "b": a.pk}).content.decode()
    assert "Both sides are the same version" in itself


@pytest.mark.postgres
def test_the_list_tells_how_good_versions_are(tastes, pages):
    tasks.train_family(DOMAIN, "content")
    figure = ModelOutcome.objects.get().info["figures"]["ndcg@8"][0]
    assert f"NDCG@8 {figure:.3f}" in pages.get("/admin/ml/modelversion/").content.decode()


def test_damaged_rows_are_told(tastes, pages):
    version = tasks.train_family(DOMAIN, "content")
    ModelOutcome.objects.update(data=b"PK broken")
    text = pages.get(COMPARE, {"a": version.pk}).content.decode()
    assert "damaged: evaluate the version again" in text


def test_staff_queue_an_evaluation(tastes, pages, alice):
    """The queue of tests works at once."""
    version = tasks.train_family(DOMAIN, "content")
    ModelOutcome.objects.all().delete()
    where = reverse("admin:ml_modelversion_evaluate", args=[version.pk])
    assert pages.get(where).status_code == 405
    assert "is queued" in pages.post(where, follow=True).content.decode()
    run = TrainingRun.objects.latest("pk")
    assert (run.kind, run.status, run.version, version.outcome.rows > 0) == ("evaluate", "done", version, True)
    waiting = runs.queue_run(DOMAIN, "content", kind="evaluate", version=version)
    assert "is being evaluated already" in pages.post(where, follow=True).content.decode()
    assert tasks.train_family(DOMAIN, "content").pk == version.pk  # a training is not held up by it
    waiting.refresh_from_db()
    assert waiting.status == "queued"
    member = Client()
    member.force_login(alice)
    assert member.post(where).status_code == 302
    assert ModelVersion.objects.get(pk=version.pk).status == "production"


def test_families_of_outcomes_name_verbs_of_zero_and_one():
    from ml import families

    for name in families.FAMILIES:
        kind: Family = families.get(name)
        assert set(kind.outcomes.values()) <= {0, 1}


def test_rows_of_an_erased_member_leave_all_evaluations(tastes, make_user, django_capture_on_commit_callbacks):
    for family in ("content", "popularity"):
        tasks.train_family(DOMAIN, family)
    rows = [stored.of(version)[1] for version in ModelVersion.objects.filter(domain=DOMAIN)]
    left, gone = (
        next(user for user in User.objects.all() if member_hash(DOMAIN, user.pk) == member)
        for member in np.unique(rows[0].member)[:2]
    )
    with django_capture_on_commit_callbacks(execute=True):
        services.reset(left, DOMAIN)
        accounts.erase(User.objects.get(pk=gone.pk))
    for task in OrmQ.objects.all():
        if task.func() == "recommendations.tasks.drop_outcomes":
            tasks.drop_outcomes(*task.task()["args"])
    for before, version in zip(rows, ModelVersion.objects.filter(domain=DOMAIN), strict=True):
        after = stored.of(version)[1]
        left_over = before.part(~np.isin(before.member, [member_hash(DOMAIN, pk) for pk in (left.pk, gone.pk)]))
        assert 0 < len(after) < len(before)
        assert packed(after) == packed(left_over)
