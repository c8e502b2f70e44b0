"""The spending forecast: looks only back, repeats itself, keeps its promises, and says what is wrong with data."""

import numpy as np
import pytest

from ml import estimators
from ml.estimators.spending.estimator import cut_offs, margin
from ml.estimators.spending.purchases import FEATURES, Purchases, features, known
from ml.estimators.spending.report import compare
from ml.estimators.spending.variants import VARIANTS

SPENDING = estimators.get("spending")
QUICK = {"rounds": 30, "windows": 4}


def town(members=300, days=240, seed=0):
    """Regulars who order on most days, occasional ones, and some who left."""
    rng = np.random.default_rng(seed)
    rate = rng.choice([0.6, 0.1, 0.01], members, p=[0.4, 0.4, 0.2])
    gone = np.where(rng.random(members) < 0.2, rng.uniform(30, days, members), days)
    member, day = np.nonzero(rng.random((members, days)) < rate[:, None])
    there = day < gone[member]
    member, day = member[there], day[there]
    return Purchases.of(member, day + 0.5, rng.gamma(8, 1000, len(day)), members)


TOWN = town()


def test_features_look_only_back():
    at = 120.0
    later = Purchases.of(TOWN.member, TOWN.day, np.where(TOWN.day < at, TOWN.amount, 9e6))
    who = known(TOWN, at)
    assert np.array_equal(features(TOWN, at, who), features(later, at, who), equal_nan=True)


def test_what_the_features_say():
    bought = Purchases.of([0, 0, 0, 1], [1.0, 11.0, 21.0, 20.5], [10.0, 30.0, 20.0, 7.0])
    row = dict(zip(FEATURES, features(bought, 22.0, np.array([0]))[0].tolist(), strict=True))
    assert (row["orders_7"], row["orders_14"], row["spent_30"]) == (1, 2, 60)
    assert (row["recency"], row["tenure"], row["gap_mean"], row["gap_deviation"]) == (1, 21, 10, 0)
    assert (row["amount_median"], row["amount_largest"], row["amount_last"]) == (20, 30, 20)


def test_training_again_gives_the_same_version():
    first, again = SPENDING.fit(TOWN, QUICK), SPENDING.fit(TOWN, QUICK)
    assert first.version == again.version
    forecast = SPENDING.predict(first, TOWN)
    assert np.array_equal(forecast.expected, SPENDING.predict(again, TOWN).expected)
    assert (forecast.low <= forecast.high).all()
    assert ((forecast.will_order >= 0) & (forecast.will_order <= 1)).all()


def test_the_forecast_tells_regulars_from_those_who_left():
    base = SPENDING.fit(TOWN, QUICK)
    forecast = SPENDING.predict(base, TOWN)
    recent = features(TOWN, TOWN.day.max() + 1e-6, forecast.member)[:, FEATURES.index("orders_30")]
    assert forecast.expected[recent >= 10].mean() > 10 * forecast.expected[recent == 0].mean()


def test_each_variant_is_good_at_what_it_minimises():
    report = compare(TOWN, SPENDING.with_defaults(QUICK))
    table = report["table"]
    assert set(table) == set(VARIANTS)
    assert table["mae"]["mae"] < table["zero"]["mae"]
    assert table["mape"]["mape"] < min(table[name]["mape"] for name in ("mae", "mse", "two_stage", "neighbours"))
    assert table["mse"]["rmse"] < table["zero"]["rmse"]
    assert table["two_stage"]["rmse"] < table["again"]["rmse"]
    assert 0.7 < table["two_stage"]["total"] < 1.3
    assert abs(report["interval"]["covered"] - 0.8) < 0.1


def test_the_interval_covers_what_it_says_on_its_calibration_rows():
    rng = np.random.default_rng(1)
    y, low, high = rng.random(1000), np.full(1000, 0.4), np.full(1000, 0.6)
    wider = margin(low, high, y, 0.9)
    assert ((low - wider <= y) & (y <= high + wider)).mean() == pytest.approx(0.9, abs=0.005)


def test_outliers_do_not_move_what_is_learned():
    amount = TOWN.amount.copy()
    amount[np.argmax(TOWN.day > 20)] = 1e9
    wild = Purchases.of(TOWN.member, TOWN.day, amount, TOWN.members)
    calm, moved = (SPENDING.predict(SPENDING.fit(data, QUICK), data).expected.sum() for data in (TOWN, wild))
    assert moved == pytest.approx(calm, rel=0.05)


def test_deciles_say_what_was_forecast_and_what_was_spent():
    rows = compare(TOWN, SPENDING.with_defaults(QUICK))["deciles"]
    forecast, actual = [row["forecast"] for row in rows], [row["actual"] for row in rows]
    assert (len(rows), forecast) == (10, sorted(forecast))
    assert actual[-1] > 5 * actual[0]
    assert sum(forecast) == pytest.approx(sum(actual), rel=0.3)


def test_where_everybody_buys_the_amount_is_still_forecast():
    rng = np.random.default_rng(0)
    rate = rng.uniform(0.3, 0.9, 200)
    member, day = np.nonzero(rng.random((200, 200)) < rate[:, None])
    data = Purchases.of(member, day + 0.5, np.full(len(day), 9000.0), 200)
    base = SPENDING.fit(data, QUICK)
    forecast = SPENDING.predict(base, data)
    assert np.corrcoef(forecast.expected, rate[forecast.member])[0, 1] > 0.9
    assert 0.98 < forecast.will_order.min() <= forecast.will_order.max() < 1


@pytest.mark.parametrize("variant", VARIANTS)
def test_each_variant_can_be_served(variant):
    base = SPENDING.fit(TOWN, {**QUICK, "variant": variant})
    assert np.isfinite(SPENDING.predict(base, TOWN).expected).all()


def test_bad_data_is_named():
    with pytest.raises(ValueError, match="an amount is negative"):
        Purchases.of([0], [1.0], [-5.0])
    with pytest.raises(ValueError, match="no purchases to learn from"):
        SPENDING.fit(Purchases.of([], [], []))
    with pytest.raises(ValueError, match="are too few; needed are two windows of 30 days"):
        cut_offs(Purchases.of([0, 1], [1.0, 2.0], [5.0, 5.0]), SPENDING.with_defaults({}))
    assert "too few" in SPENDING.evaluate(Purchases.of([0, 1], [1.0, 2.0], [5.0, 5.0]))[0]["note"]


def test_rows_say_who_ordered_in_the_last_window_and_know_nothing_of_it():
    rows = SPENDING.outcomes(TOWN, QUICK)
    test = cut_offs(TOWN, SPENDING.with_defaults(QUICK))[-1]
    ordered = TOWN.between(test, test + 30).spent() > 0
    assert (rows.kind, len(rows)) == ("ordered", len(known(TOWN, test)))
    assert (rows.y == ordered[rows.member.astype(int)]).all()
    assert rows.score[rows.y == 1].mean() > rows.score[rows.y == 0].mean() + 0.3
    later = Purchases.of(TOWN.member, TOWN.day, np.where(TOWN.day < test, TOWN.amount, 9e6), TOWN.members)
    assert (SPENDING.outcomes(later, QUICK).score == rows.score).all()
    with pytest.raises(ValueError):
        SPENDING.outcomes(TOWN.upto(20), QUICK)
