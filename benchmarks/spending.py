"""`python -m benchmarks.spending`: forecasts of the next 30 days' spending, all variants and BG/NBD + Gamma-Gamma, in one table.

On CDNOW (Fader & Hardie) where the data folder lies beside the repository, and on the demo's orders where they are loaded.
"""

from __future__ import annotations

import argparse
import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ml.estimators.spending.estimator import Spending
from ml.estimators.spending.purchases import Purchases
from ml.estimators.spending.report import compare

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"


def cdnow() -> Purchases:
    """A tenth of the customers of the CDNOW study: 2,357 people, 18 months, US dollars."""
    columns = ["_", "member", "date", "number", "amount"]
    rows = pd.read_csv(DATA / "cdnow" / "CDNOW_sample.txt", sep=r"\s+", header=None, names=columns)
    date = pd.to_datetime(rows.date.astype(str), format="%Y%m%d")
    return Purchases.of(rows.member - 1, (date - date.min()).dt.days, rows.amount)


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


def report(name: str, data: Purchases, **params: Any) -> dict:
    found = compare(data, Spending().with_defaults(params), {"bg_nbd_gamma_gamma": bg_nbd})
    print(f"\n{name}: {found['members']} members, {found['zero_share']:.1%} spend nothing, mean {found['mean']:.2f}")
    print(f"{'':20}{'MAE':>10}{'MAPE(+' + format(params.get('offset', 1000), 'g') + ')':>14}{'RMSE':>12}{'total':>8}")
    for variant, row in found["table"].items():
        print(f"{variant:20}{row['mae']:10.2f}{row['mape']:14.4f}{row['rmse']:12.2f}{row['total']:8.2f}")
    interval = found["interval"]
    print(
        f"interval: {interval['covered']:.1%} inside (wanted {interval['wanted']:.0%}), width {interval['width']:.2f}"
    )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found = {}
    if (DATA / "cdnow").is_dir():
        found["cdnow"] = report("CDNOW, last 30 days", cdnow(), offset=1.0, windows=8)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
