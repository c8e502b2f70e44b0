"""The blend of meals: newcomers by content, own models with own orders; weights found by stacking, kept or drafted."""

import datetime as dt

import numpy as np
import pytest
from django.core.management import call_command
from django.utils import timezone

from meals import services
from meals.models import Food
from ml import drafts, parameters, registry, revisions
from ml.families import get
from ml.models import ParameterDraft
from recommendations import catalogue, selectors
from recommendations.data import log_of
from recommendations.domains import domains
from recommendations.evaluation import Fitter, split_times
from recommendations.menus import walk_menus
from recommendations.publishing import publish_all
from recommendations.stacked import collect, fit, ndcg
from recommendations.tuning import tuned_of, weights_of
from tests.meals.past import eat

LIGHT = ("content_choice", "boosting", "popularity", "naive_bayes")
NETS = ("sequence", "moment")
WITHOUT_NETS = {
    "habit": "boosting",
    "content": "content_choice",
    "text": "naive_bayes",
    **dict.fromkeys(NETS, "boosting"),
}


@pytest.fixture
def eaten(company, make_food, salad):
    """Forty days of menus with six dishes, ranked without the networks."""
    foods = [make_food(name, tags=["찌개"]) for name in ("김치찌개", "된장찌개", "순두부찌개")]
    foods += [make_food(name, food_type=salad, price=7000) for name in ("연어 샐러드", "닭 샐러드", "콩 샐러드")]
    Food.objects.update(created_at=timezone.now() - dt.timedelta(days=90))
    publish_all(domains["meals"])
    for feed in ("today", "for-you"):
        for name in NETS:
            parameters.set(f"meals.{feed}", name, 0.0)
    return eat(company, foods, members=20, length=40, events=True)


@pytest.fixture
def trained(eaten, make_menu):
    kind = domains["meals"]
    data = log_of(kind, catalogue.current("meals")).training(extra=kind.training_extra())
    for family in LIGHT:
        registry.promote(registry.save_version("meals", get(family).fit(data)))
    for food in Food.objects.all():
        make_menu(food)
    return eaten


def parts_of(user):
    kind = domains["meals"]
    scene, _bases = selectors.scene_for(
        kind, kind.feed("for-you"), user=user, at=timezone.now(), numbers=revisions.current()
    )
    return scene, kind.feed("for-you").parts(scene)[0]


def test_content_carries_whoever_has_no_orders(trained, alice):
    _scene, parts = parts_of(alice)
    assert "habit" not in parts
    assert np.any(parts["content_cold"])
    carried = np.abs(parts["content_cold"]).sum()
    assert all(np.abs(values).sum() < carried for name, values in parts.items() if name != "content_cold")
    result = selectors.feed("meals", "for-you", user=alice, n=3)
    assert all(item.reasons for item in result.items)


def test_own_orders_take_over_gradually(trained, company):
    feed, params = domains["meals"].feed("for-you"), parameters.get("meals.for-you")
    shares = [feed.share("habit", orders, params) for orders in range(30)]
    assert shares[0] == 0
    assert shares == sorted(shares)
    assert feed.share("habit", params["cold_to_hot"], params) == pytest.approx(0.5)
    assert all(feed.share("content_cold", n, params) == pytest.approx(1 - share) for n, share in enumerate(shares))
    often = max(trained, key=lambda user: user.meal_orders.count())
    services.group_join(user=often, group=company)
    _scene, parts = parts_of(often)
    assert np.abs(parts["habit"]).sum() > np.abs(parts["content_cold"]).sum()


def test_without_a_trained_content_model_popularity_stands_in(eaten, alice, make_menu):
    kind = domains["meals"]
    data = log_of(kind, catalogue.current("meals")).training(extra=kind.training_extra())
    registry.promote(registry.save_version("meals", get("popularity").fit(data)))
    for food in Food.objects.all():
        make_menu(food)
    _scene, parts = parts_of(alice)
    assert np.any(parts["content_cold"])


def test_stacking_finds_weights_at_least_as_good_as_those_served(eaten):
    kind = domains["meals"]
    log = log_of(kind, catalogue.current("meals"))
    start, end, _last = split_times(log, validation=0.3)
    feed, params = kind.feed("for-you"), parameters.get("meals.for-you")
    names, said = weights_of(feed), []
    steps = walk_menus(kind, log, start, end, families=LIGHT, fitter=Fitter(kind, log))
    cases = collect(feed, params, names, steps)
    found = fit(feed, params, names, cases, said.append)
    assert set(found) == set(tuned_of(feed))
    assert found["cold_to_hot"] in feed.handovers
    assert found["sequence"] == found["moment"] == 0  # were not trained
    nothing = {**params, **dict.fromkeys(names, 0.0)}
    assert ndcg(feed, {**params, **found}, names, cases, 1) > ndcg(feed, nothing, names, cases, 1)
    assert said[0].startswith("cold_to_hot, mean surprise 0: ")


def test_no_choices_are_said():
    feed = domains["meals"].feed("for-you")
    with pytest.raises(ValueError, match="nothing to fit weights on"):
        fit(feed, {}, weights_of(feed), [], print)


def test_what_was_found_becomes_a_draft_that_can_be_published(eaten, capsys, monkeypatch):
    for family in LIGHT:  # their own parameters take long to choose, and are tested elsewhere
        monkeypatch.setattr(type(get(family)), "tuned", {})
    before = parameters.get("meals.for-you")
    monkeypatch.setattr(type(domains["meals"].feed("for-you")), "own", WITHOUT_NETS)
    call_command("evaluate", "meals", protocol="menu", refits=1, k=3, tune=True, draft=True, feeds="for-you,popularity")
    assert "draft “" in capsys.readouterr().out
    assert parameters.get("meals.for-you") == before
    draft = ParameterDraft.objects.get()
    assert draft.values["meals.for-you"] == draft.values["meals.today"]
    drafts.publish(draft.pk, draft.version)
    assert parameters.get("meals.today")["habit"] == draft.values["meals.today"].get("habit", before["habit"])


def test_what_was_found_can_be_served_at_once(eaten, monkeypatch):
    for family in LIGHT:
        monkeypatch.setattr(type(get(family)), "tuned", {})
    monkeypatch.setattr(type(domains["meals"].feed("for-you")), "own", WITHOUT_NETS)
    call_command("evaluate", "meals", protocol="menu", refits=1, k=3, tune=True, apply=True, feeds="for-you")
    served, today = parameters.get("meals.for-you"), parameters.get("meals.today")
    names = tuned_of(domains["meals"].feed("for-you"))
    assert {name: served[name] for name in names} == {name: today[name] for name in names}
    assert served["habit"] + served["content"] + served["content_cold"] > 0
