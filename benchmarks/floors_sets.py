"""The sets of `benchmarks.floors`, read from the folder beside the repository and split as its `floors.py` does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ml.families.items import Catalogue, Item
from recommendations.catalogue import snapshot_of
from recommendations.data import Log
from recommendations.domains import Domain
from recommendations.evaluation import Member
from recommendations.feeds import Feed
from recommendations.for_you import ForYou
from recommendations.holdout import Split

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
EPOCH = 1.0  # when items without a date were made: before everything


@dataclass(frozen=True)
class Source:
    """How a set is read: columns u, i and t (where timed), and what is said of its items: id → (text, label, tags)."""

    read: Callable[[], pd.DataFrame]
    items: Callable[[], Mapping] = dict
    timed: bool = True
    least: int = 5
    people: int = 3000


@dataclass
class Data:
    """A split set for the site's code (`domain`, `split`) and for plain models (`seen`, `rows`, `targets`)."""

    domain: Domain
    split: Split
    seen: sp.csr_matrix
    rows: list[int]
    targets: list[int] = field(default_factory=list)


class Newcomers(dict):
    """Members by number, without profiles: these data have none."""

    def __missing__(self, user: int) -> Member:
        self[user] = Member()
        return self[user]


def load(name: str, people: int = 3000) -> Data:
    """The set, split; `people` tests fewer than the set's protocol does."""
    source = SETS[name]
    train, test = split(source.read(), source.timed, source.least, min(source.people, people))
    items = {key: number for number, key in enumerate(train.i.unique())}
    users = {key: number for number, key in enumerate(train.u.unique())}
    rows = [users[key] for key in test.u]
    targets = [items.get(key, -1) for key in test.i]
    pairs = (train.u.map(users).to_numpy(), train.i.map(items).to_numpy())
    seen = sp.csr_matrix((np.ones(len(train), np.float32), pairs), (len(users), len(items)))
    described = source.items()
    catalogue = Catalogue(
        Item(str(key), *described.get(key, ("", "", ())), {}, number + 1) for key, number in items.items()
    )
    entries = [(str(key), number + 1, EPOCH + 1e-6 * number, None, None) for key, number in items.items()]
    snapshot = snapshot_of(catalogue, entries)
    assert snapshot.rows.tolist() == list(range(len(items)))
    times, until = (seconds(frame.t) if source.timed else np.full(len(frame), 2.0) for frame in (train, test))
    order = np.argsort(times, kind="stable")
    log = _log(snapshot, pairs[0][order] + 1, pairs[1][order], times[order])
    held = {row + 1: (target, float(at)) for row, target, at in zip(rows, targets, until, strict=True)}
    return Data(_domain(name, source, bool(described)), Split(log, held), seen, rows, targets)


def split(frame: pd.DataFrame, timed: bool, least: int, people: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(train, test) as the data's `floors.py` makes them (its docstring is the protocol), rows kept whole."""
    frame = frame.drop_duplicates(["u", "i"], keep="last")
    count = frame.u.value_counts()
    frame = frame[frame.u.isin(count[count >= least].index)]
    if timed:
        frame = frame.sort_values(["u", "t"], kind="stable")
    else:
        frame = frame.sample(frac=1, random_state=0).sort_values("u", kind="stable")
    last = ~frame.duplicated("u", keep="last")
    train, test = frame[~last], frame[last]
    test = test[test.u.isin(train.u.unique())]
    return train, test.sample(min(people, len(test)), random_state=0)


def seconds(times: pd.Series) -> np.ndarray:
    """Unix seconds of numbers or dates; milliseconds are told by their size."""
    if times.dtype.kind not in "if":
        return pd.to_datetime(times).to_numpy("datetime64[s]").astype(float)
    found = times.to_numpy(float)
    return found / 1000 if found.max() > 1e11 else found


def _log(snapshot, user: np.ndarray, item: np.ndarray, time: np.ndarray) -> Log:
    n = len(user)
    return Log(
        snapshot=snapshot,
        verbs=("like",),
        user=user.astype(np.int64),
        item=item.astype(np.int64),
        verb=np.zeros(n, np.int16),
        weight=np.ones(n, np.float32),
        time=time,
        value=np.full(n, np.nan, np.float32),
        context=np.full(n, "", object),
    )


def _domain(name: str, source: Source, described: bool) -> Domain:
    """A domain that is nowhere registered: what a site with these data would declare."""

    class Public(Domain):
        verbs = {"like": 1.0}
        trace = source.timed
        families = (*(("naive_bayes",) if described else ()), "item_item", "matrix_factorization", "popularity")
        feeds: tuple[Feed, ...] = (ForYou(fresh=0.0, near=0.0, diversity=0.0),)

    Public.name = name
    return Public()


def _films() -> dict:
    rows = pd.read_csv(DATA / "ml-latest-small/movies.csv")
    return {key: _described(title, genres.split("|")) for key, title, genres in rows.itertuples(index=False)}


def _films_100k() -> dict:
    rows = pd.read_csv(DATA / "ml-100k/ml-100k.item", sep="\t").fillna("")
    return {row[0]: _described(f"{row[1]} {row[2]}", str(row[3]).split()) for row in rows.itertuples(index=False)}


def _problems() -> dict:
    rows = pd.read_csv(DATA / "boj/problems.csv", usecols=["problem_id", "title_ko", "level", "tags"]).fillna("")
    return {
        row.problem_id: _described(f"{row.title_ko}\nlevel{row.level}", row.tags.split("|"))
        for row in rows.itertuples()
    }


def _described(text: str, tags: list[str]) -> tuple[str, str, tuple[str, ...]]:
    """Text, the first tag as category, all tags: as the site's imports have it."""
    return f"{text}\n{' '.join(tags)}", tags[0], tuple(tags)


def _read(path: str, columns: str, **options) -> pd.DataFrame:
    frame = pd.read_csv(DATA / path, **options)
    frame.columns = list(columns)
    return frame


def _meetup() -> pd.DataFrame:
    frame = pd.read_csv(DATA / "meetup/la_rsvps.csv").rename(
        columns={"member_id": "u", "event_id": "i", "created": "t"}
    )
    return frame.loc[frame.response == "yes", ["u", "i", "t"]]


def _solved() -> pd.DataFrame:
    return pd.read_csv(DATA / "boj/solved_top100.csv.gz").rename(columns={"user": "u", "problem_id": "i"})[["u", "i"]]


SETS = {
    "ml-100k": Source(lambda: _read("ml-100k/ml-100k.inter", "uirt", sep="\t"), _films_100k),
    "ml-latest-small": Source(lambda: _read("ml-latest-small/ratings.csv", "uirt").query("r >= 4"), _films),
    "meetup-la": Source(_meetup),
    "meetup-nashville": Source(lambda: _read("meetup/nashville_member_group.csv", "uiw"), timed=False, least=3),
    "boj": Source(_solved, _problems, timed=False, least=10, people=1500),
    "groceries": Source(lambda: _read("groceries/groceries_member_item_date.csv", "uti")),
    "lastfm-2k": Source(lambda: _read("lastfm-2k/user_artists.dat", "uiw", sep="\t"), timed=False),
}
