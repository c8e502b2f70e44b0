"""`python -m benchmarks.spending`: forecasts of the next 30 days' spending, all variants and BG/NBD + Gamma-Gamma, in one table.

On CDNOW (Fader & Hardie) where the data folder lies beside the repository, and on the demo's orders, made without a
database. Figures are means over the last windows, each forecast from what was before it. Then: how long it takes.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fixtures.meals import world
from fixtures.meals.orders import Histories
from ml.estimators.spending.estimator import Spending
from ml.estimators.spending.purchases import Purchases
from ml.estimators.spending.report import compare
from ml.estimators.spending.segments import segments_of

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
RIVAL = "bg_nbd_gamma_gamma"
DAY = dt.date(2026, 11, 20)  # the demo as loaded on that day


def cdnow() -> Purchases:
    """A tenth of the customers of the CDNOW study: 2,357 people, 18 months, US dollars."""
    columns = ["_", "member", "date", "number", "amount"]
    rows = pd.read_csv(DATA / "cdnow" / "CDNOW_sample.txt", sep=r"\s+", header=None, names=columns)
    date = pd.to_datetime(rows.date.astype(str), format="%Y%m%d")
    return Purchases.of(rows.member - 1, (date - date.min()).dt.days, rows.amount)


def demo() -> Purchases:
    """Orders of the synthetic demo that were not cancelled: 600 members, 120 days, won."""
    prices = [food.price for food in world.foods()]
    acts = [act for act in Histories(DAY).acts() if act.order and not act.cancelled]
    columns = zip(*((act.member, act.second / 86_400, prices[act.food]) for act in acts), strict=True)
    return Purchases.of(*columns, members=world.MEMBERS)


def bg_nbd(past: Purchases, at: float, horizon: float, member: np.ndarray) -> np.ndarray:
    """Expected purchases (Fader, Hardie and Lee 2005) times expected amount (Fader and Hardie 2013), by `lifetimes`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lifetimes import BetaGeoFitter, GammaGammaFitter

        frame = pd.DataFrame({"m": past.member, "d": np.floor(past.day), "a": past.amount})
        days = frame.groupby(["m", "d"]).a.sum().reset_index()
        groups = days.groupby("m")
        first = groups.d.min()
        table = pd.DataFrame({"f": groups.size() - 1, "r": groups.d.max() - first, "t": at - first})
        repeat = days[days.d > days.m.map(first)].groupby("m").a.mean()
        table["a"] = repeat.reindex(table.index).fillna(0.0)
        often = BetaGeoFitter(penalizer_coef=0.0).fit(table.f, table.r, table.t)
        again = table[(table.f > 0) & (table.a > 0)]
        much = GammaGammaFitter(penalizer_coef=0.0).fit(again.f, again.a)
        count = often.conditional_expected_number_of_purchases_up_to_time(horizon, table.f, table.r, table.t)
        amount = much.conditional_expected_average_profit(table.f, table.a)
    return (count * amount).reindex(member).fillna(0.0).to_numpy()


def over_windows(data: Purchases, count: int, params: dict[str, Any]) -> list[dict]:
    """What `compare` finds for the last `count` windows of 30 days, the newest first."""
    end = float(data.day.max())
    upto = [data] + [data.upto(end - 30 * n + 1e-6) for n in range(1, count)]
    return [compare(part, Spending().with_defaults(params), {RIVAL: bg_nbd}) for part in upto]


def report(name: str, data: Purchases, count: int = 1, **params: Any) -> dict:
    """Means over windows, printed; `wins` is in how many of them MAE is below that of BG/NBD + Gamma-Gamma."""
    found = over_windows(data, count, params)
    mean = {key: float(np.mean([one[key] for one in found])) for key in ("members", "zero_share", "mean")}
    print(
        f"\n{name}, {count} window(s) of 30 days: {mean['members']:.0f} members, {mean['zero_share']:.1%} spend nothing, "
        f"mean {mean['mean']:.2f}"
    )
    offset = format(params.get("offset", 1000), "g")
    print(f"{'':20}{'MAE':>12}{f'MAPE(+{offset})':>14}{'RMSE':>12}{'total':>8}{'lowest':>8}{'highest':>8}{'wins':>6}")
    table = {variant: _means(variant, found) for variant in found[0]["table"]}
    for variant, row in table.items():
        print(
            f"{variant:20}{row['mae']:12.2f}{row['mape']:14.4f}{row['rmse']:12.2f}{row['total']:8.2f}{row['lowest']:8.2f}"
            f"{row['highest']:8.2f}{row['wins']:6}"
        )
    covered, width = (float(np.mean([one["interval"][key] for one in found])) for key in ("covered", "width"))
    print(f"interval: {covered:.1%} inside (wanted {found[0]['interval']['wanted']:.0%}), width {width:.2f}")
    return {**mean, "windows": count, "table": table, "interval": {"covered": covered, "width": width}}


def _means(variant: str, found: list[dict]) -> dict[str, float]:
    rows, rivals = [one["table"][variant] for one in found], [one["table"][RIVAL] for one in found]
    totals = [row["total"] for row in rows]
    return {
        **{key: float(np.mean([row[key] for row in rows])) for key in ("mae", "mape", "rmse", "total")},
        "lowest": min(totals),
        "highest": max(totals),
        "wins": sum(row["mae"] < rival["mae"] for row, rival in zip(rows, rivals, strict=True)),
    }


def seconds(members: int, orders: int) -> dict[str, float]:
    """Training, forecasting and segmenting so many members with so many orders in 120 days, with one thread."""
    rng = np.random.default_rng(0)
    rate = rng.beta(4, 1.6, members)
    member = rng.choice(members, orders, p=rate / rate.sum())
    data = Purchases.of(member, rng.uniform(0, 120, orders), rng.gamma(20, 500, orders), members)
    took, spending = {}, Spending()
    began = time.perf_counter()
    base = spending.fit(data)
    took["train"] = time.perf_counter() - began
    began = time.perf_counter()
    spending.predict(base, data)
    took["forecast"] = time.perf_counter() - began
    began = time.perf_counter()
    segments_of(data, 121.0)
    took["segments"] = time.perf_counter() - began
    print(f"{members} members, {orders} orders: " + ", ".join(f"{key} {value:.2f} s" for key, value in took.items()))
    return took


def main(size: int = 0, *, quick: bool = False) -> None:
    """The part of `python -m benchmarks`: how long it takes. The forecasts' errors: `python -m benchmarks.spending`."""
    print("\n### Spending forecast: training, forecasting and segmenting, one thread")
    for members, orders in ((60, 2000),) if quick else ((600, 28_000), (10_000, 1_000_000)):
        seconds(members, orders)


def errors() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--quick", action="store_true", help="one window each and no large sizes")
    options = parser.parse_args()
    found: dict[str, Any] = {}
    if (DATA / "cdnow").is_dir():
        found["cdnow"] = report("CDNOW", cdnow(), 1 if options.quick else 6, offset=1.0, windows=8)
    found["demo"] = report("Demo", demo())
    print()
    sizes = [(600, 28_000)] if options.quick else [(600, 28_000), (10_000, 1_000_000)]
    found["seconds"] = {f"{members}/{orders}": seconds(members, orders) for members, orders in sizes}
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    errors()
