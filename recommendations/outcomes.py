"""Evaluates models by time, row by row: a base fitted on what lies before the cut, members as they were at each decision.

A version is measured by its own base where that was trained before the cut (or adopted), and by its recipe otherwise: the same
family and parameters, fitted on what lies before the cut. All families of a domain are asked about the same decisions.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from ml import families as ml_families
from ml.evaluation import paired, rules
from ml.evaluation.outcomes import Outcomes, made
from ml.families.base import Base
from ml.families.rows import history_rows
from ml.outcomes import Measured
from recommendations import catalogue, pairs
from recommendations.data import Log, log_of
from recommendations.domains import Domain, domains
from recommendations.evaluation import Fitter
from recommendations.replay import Replay, replay

Say = Callable[[float, str], None]
HISTORY = ("newcomer", "regular", "fan")
FEW, MANY, DEVOTED = 5, 10, 0.6  # events of a newcomer at most; of a fan at least, and the share of one category
LEAST_CALIBRATED = 10


def evaluate(
    domain: str,
    family: str,
    params: Mapping[str, Any],
    *,
    own: Callable[[float], Base | None] = lambda cut: None,
    log: Log | None = None,
    say: Say = lambda share, text: None,
) -> Measured:
    """Rows of a family with these parameters.

    `own`: cut → a base that knows nothing of what lies after it and is measured as it is, or None.

    Raises
    ------
    NotEvaluated : there is too little to evaluate on; the message says what is missing.
    """
    kind, made_by = domains[domain], ml_families.get(family)
    log = log if log is not None else log_of(kind, catalogue.current(domain))
    say(0.0, "replay what members did")
    found = shared(kind, log, made_by.outcomes)
    base = given = own(found.cut)
    if base is None:
        say(0.1, "fit on what was before")
        base = found.cache["fitter"]([family], found.cut, {family: params})[family]
    say(0.5, "ask about held-out decisions")
    scores = scores_of(found, family, base, lambda share: say(0.5 + 0.4 * share, "ask about held-out decisions"))
    say(0.95, "explain")
    rows = rows_of(found, scores)
    info = {"cut": found.cut, "end": found.end, "decisions": len(found.decisions), "own_base": given is not None}
    return Measured(rows, info | {"figures": paired.summary(rows), "rules": explained(found, scores)})


def trained_before(window: Mapping[str, str] | None, cut: float) -> bool:
    """Whether a version's data ended before a moment (unix seconds)."""
    return bool(window) and dt.datetime.fromisoformat(window["to"]).timestamp() < cut  # type: ignore[index]


_last: dict[tuple, Replay] = {}
_lock = threading.Lock()


def shared(domain: Domain, log: Log, outcomes: Mapping[str, int]) -> Replay:
    """The replay of a log; the last ones are kept, for the families that are trained one after the other."""
    stamp = (len(log), float(log.weight.sum()), float(log.time.sum()), int(log.item.sum()), log.snapshot.number)
    key = (domain.name, tuple(sorted(outcomes.items())), id(log.snapshot.catalogue), *stamp)
    with _lock:
        if key not in _last:
            for old in [other for other in _last if other[:1] != key[:1] or other[3:] != key[3:]]:
                del _last[old]
            found = replay(domain, log, outcomes)
            found.cache["fitter"] = Fitter(domain, log)
            found.cache["groups"] = groups_of(found)
            _last[key] = found
        return _last[key]


def scores_of(found: Replay, family: str, base: Base, say: Callable[[float], None]) -> list[np.ndarray]:
    """Per decision, the model's scores of its candidates."""
    kind, snapshot, out = ml_families.get(family), found.log.snapshot, []
    for number, d in enumerate(found.decisions):
        model = kind.open(base, {"history": d.history, "trace": d.trace}, snapshot.catalogue)
        model.context = {"at": d.at, **d.context}
        scores = np.asarray(model.score(snapshot.rows[d.candidates]), float)
        if not np.isfinite(scores).all():
            raise ValueError(f"{family} gives scores that are no numbers")
        out.append(scores)
        if number % 50 == 0:
            say(number / len(found.decisions))
    return out


def rows_of(found: Replay, scores: list[np.ndarray]) -> Outcomes:
    """Rows of a replay as a model scores them."""
    owner, taken = found.owner, found.kind == "taken"
    member = np.array([d.member for d in found.decisions], np.uint64)[owner]
    first = np.diff(owner, prepend=-1) != 0
    y = np.where(first, np.array([d.y for d in found.decisions])[owner], 0)
    raw = np.concatenate([standard(s)[d.kept] if taken else s for s, d in zip(scores, found.decisions, strict=True)])
    ranks = [ranks_of(s, d.kept) for s, d in zip(scores, found.decisions, strict=True)]
    columns = {
        "key": found.row_keys,
        "member": member,
        "y": y,
        "score": calibrated(raw, y, member) if taken else np.clip(raw, 0, 1),
        "rank": np.concatenate(ranks) if taken else np.full(len(owner), np.nan),
        "category": found.log.snapshot.labels[found.positions],
    }
    groups = {name: (names, codes[owner]) for name, (names, codes) in found.cache["groups"].items()}
    return made(columns, categories=found.log.snapshot.label_names, groups=groups, kind=found.kind)


def standard(scores: np.ndarray) -> np.ndarray:
    """Zero mean and unit deviation over a decision's candidates; zeros where all are equal."""
    spread = scores.std()
    return (scores - scores.mean()) / spread if spread > 1e-12 else np.zeros(len(scores))


def ranks_of(scores: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """How many candidates stand before each kept one; ties count half."""
    order = np.sort(scores)
    above = len(scores) - np.searchsorted(order, scores[kept], side="right")
    equal = len(scores) - above - np.searchsorted(order, scores[kept], side="left")
    return above + 0.5 * (equal - 1)


def calibrated(raw: np.ndarray, y: np.ndarray, member: np.ndarray) -> np.ndarray:
    """Probabilities by logistic regression (Platt, 1999), each half of the members by what the other half took."""
    half, out = (member >> np.uint64(8)) % np.uint64(2) == 0, expit(raw)
    for part in (half, ~half):
        known = y[~part]
        if min(known.sum(), len(known) - known.sum()) >= LEAST_CALIBRATED and part.any():
            model = LogisticRegression().fit(raw[~part, None], known)
            out[part] = model.predict_proba(raw[part, None])[:, 1]
    return out


def explained(found: Replay, scores: list[np.ndarray]) -> dict[str, Any] | None:
    """Rules that follow where the model places an item among its decision's candidates (or its probability)."""
    names, columns = pairs.features(found)
    places = [_place(s)[d.kept] if len(s) > 1 else s for s, d in zip(scores, found.decisions, strict=True)]
    owner = found.owner
    member = np.array([d.member for d in found.decisions], np.uint64)[owner]
    tree = rules.fit(names, columns, np.concatenate(places), member, owner)
    return None if tree is None else tree.plain()


def _place(scores: np.ndarray) -> np.ndarray:
    """Share of the other candidates that stand below (ties count half)."""
    return 1 - ranks_of(scores, np.arange(len(scores))) / (len(scores) - 1)


def groups_of(found: Replay) -> dict[str, tuple[tuple[str, ...], np.ndarray]]:
    """Grouping → (names, number per decision): how much of a past each member had, then the domain's own."""
    catalogue_ = found.log.snapshot.catalogue
    history = [HISTORY.index(kind_of_member(d.history, d.events, catalogue_)) for d in found.decisions]
    groups: dict[str, tuple[tuple[str, ...], np.ndarray]] = {"history": (HISTORY, np.array(history, np.int64))}
    users = {d.user for d in found.decisions if d.user > 0}
    for name, of in found.domain.member_groups(users).items():
        names = tuple(sorted(set(of.values())))
        number = {label: n for n, label in enumerate(names)}
        codes = [number.get(of.get(d.user, ""), -1) for d in found.decisions]
        groups[name] = names, np.array(codes, np.int64)
    return groups


def kind_of_member(history, events: int, catalogue_) -> str:
    """`newcomer`, `fan` of one category, or `regular`."""
    if events < FEW:
        return "newcomer"
    rows, liked, _disliked = history_rows(history, catalogue_)
    if events >= MANY and liked.any():
        labels = np.array([catalogue_.items[row].label for row in rows.tolist()], object).astype(str)
        _names, code = np.unique(labels, return_inverse=True)
        if np.bincount(code, liked).max() >= DEVOTED * liked.sum():
            return "fan"
    return "regular"
