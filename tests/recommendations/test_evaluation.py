"""Evaluation and tuning: what members do next, never known before."""

import datetime as dt

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from ml import parameters
from ml.models import ParameterChange
from recommendations import catalogue, model_settings, report, tuning
from recommendations.bulk import record_many
from recommendations.data import log_of
from recommendations.domains import domains
from recommendations.evaluation import Policy, evaluate, split_times, walk
from recommendations.holdout import LastOut, leave_last_out
from tests.recommendations.conftest import FOOD, SPORT, unsaved


@pytest.fixture
def tastes(make_user, activities):
    """Ten members, half of each taste, who like four items of it one after the other."""
    domain, start = domains["activities"], timezone.now() - dt.timedelta(hours=20)
    events = []
    for number in range(10):
        user = make_user(f"m{number}")
        for step, row in enumerate(activities[FOOD if number % 2 else SPORT][:4]):
            at = start + dt.timedelta(minutes=60 * step + number)
            events += [unsaved(user, row, "view", at), unsaved(user, row, "like", at + dt.timedelta(seconds=9))]
    record_many(domain, events)
    return log_of(domain, catalogue.current("activities"))


def policies(*names):
    domain = domains["activities"]
    return [
        Policy(name, domain.feed(name), parameters.get(f"activities.{name}") if domain.feed(name).parameters else {})
        for name in names
    ]


def test_what_is_predicted_is_the_first_contact(tastes):
    domain = domains["activities"]
    _validation, start, end = split_times(tastes)
    steps = list(walk(domain, tastes, start, end, families=["popularity"], refits=1))
    first = [n for n in range(0, len(tastes), 1) if tastes.time[n] >= start and tastes.verbs[tastes.verb[n]] == "view"]
    assert len(steps) == len(first)


def test_nothing_later_is_known(tastes):
    domain = domains["activities"]
    feed = domain.feed("for-you")
    before = []
    for scene, _user, position in walk(domain, tastes, float(tastes.time[0]) + 1, float(tastes.time[-1]) + 1, refits=1):
        made = scene(feed, parameters.get("activities.for-you"))
        before.append(made.snapshot.ids[position] in made.done)
    assert not any(before)


def test_the_own_model_beats_the_newest(tastes):
    domain = domains["activities"]
    _validation, start, end = split_times(tastes, test=0.4)
    found = report.summary(evaluate(policies("for-you", "latest"), walk(domain, tastes, start, end, refits=1), k=2), 12)
    assert found["policies"]["for-you"]["hit"][0] > found["policies"]["latest"]["hit"][0]
    assert "for-you" in report.table(found)


def test_tuning_never_gets_worse_on_its_own_data(tastes):
    domain = domains["activities"]
    start, _test, end = split_times(tastes, validation=0.3)
    values = parameters.get("activities.for-you")
    cases = tuning.collect(domain.feed("for-you"), values, walk(domain, tastes, start, end, refits=1))
    first = np.array([values[name] for name in tuning.WEIGHTS], np.float32)
    weights, value = tuning.search(cases, values, k=3)
    assert value >= tuning.ndcg(cases, first, 3)
    assert set(weights) == set(tuning.WEIGHTS)


def test_too_few_events_are_said(db):
    with pytest.raises(CommandError, match="too few"):
        call_command("evaluate", "activities")


def test_unknown_domains_are_said(db):
    with pytest.raises(CommandError, match="there are"):
        call_command("evaluate", "cars")


def test_the_command_prints_a_table(tastes, capsys):
    call_command("evaluate", "activities", refits=1, k=3)
    assert "for-you − baseline" in capsys.readouterr().out


def test_a_domain_without_a_baseline_is_compared_with_what_it_has(tastes, monkeypatch, capsys):
    feeds = [feed for feed in domains["activities"].feeds if feed.name != "baseline"]
    monkeypatch.setattr(type(domains["activities"]), "feeds", feeds)
    call_command("evaluate", "activities", refits=1, k=3)
    out = capsys.readouterr().out
    assert "for-you − latest" in out
    assert "baseline" not in out


def test_last_out_holds_one_item_of_each_member_out(tastes):
    domain = domains["activities"]
    steps = list(LastOut(domain, leave_last_out(domain, tastes, least=4))(["popularity"]))
    assert len(steps) == 10
    for scene, _user, position in steps:
        made = scene(domain.feed("popular"), {})
        held = made.snapshot.ids[position]
        assert len(made.done) == 3
        assert held not in made.done
        assert made.snapshot.item(position).ref not in made.history.entries


def test_weights_are_chosen_without_what_is_tested(tastes):
    domain = domains["activities"]
    rest = leave_last_out(domain, tastes, least=4, people=3)
    assert len(rest.held) == 3
    assert len(rest.known) == len(tastes) - 2 * 10
    again = leave_last_out(domain, rest.known, least=3)
    assert len(again.known) == len(tastes) - 4 * 10
    assert not any(rest.held[user][0] == again.held[user][0] for user in rest.held)


def test_the_command_knows_the_other_protocol(tastes, capsys):
    call_command("evaluate", "activities", protocol="last-out", k=3)
    assert "no event" in capsys.readouterr().out  # five liked items are asked for, these members have four


def test_tuning_says_what_each_part_reaches_alone(tastes, capsys):
    call_command("evaluate", "activities", refits=1, k=3, tune=True)
    out = capsys.readouterr().out
    assert "each part alone, NDCG@3: text " in out
    assert "validation: " in out


def test_what_was_chosen_can_be_served(tastes):
    call_command("evaluate", "activities", refits=1, k=3, tune=True, apply=True, feeds="for-you")
    stored = parameters.get("activities.models")
    settings = model_settings.parse("popularity", stored["popularity"]) or model_settings.parse(
        "item_item", stored["item_item"]
    )
    assert settings
    assert ParameterChange.objects.filter(scope="activities.for-you").count() == len(tuning.WEIGHTS)
